from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from events.models import EventRecord, Recall
from oo.lib.forgetting import forget

# What a mirror still waits for is kept so many times as long, and no longer: a mirror that is away
# for good may not fill the disk.
UNMIRRORED = 2


@shared_task(soft_time_limit=240)
def purge() -> int:
    """Daily: delete events past their keeping time, in batches that block nobody. How many."""
    kept, now = timedelta(days=settings.OO_EVENTS_KEPT_DAYS), timezone.now()
    old = Q(at__lt=now - kept)
    if settings.NATS_URL:
        old &= Q(mirrored_as__isnull=False) | Q(at__lt=now - UNMIRRORED * kept)
    deleted = forget(EventRecord.objects.filter(old), oldest="at")
    # The streams have let go of those by themselves.
    forget(Recall.objects.filter(at__lt=now - kept), oldest="at")
    return deleted
