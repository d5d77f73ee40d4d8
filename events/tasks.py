from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from events.models import EventRecord, Recall

BATCH = 5_000
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
    deleted = 0
    while count := _purge_batch(old):
        deleted += count
    # The streams have let go of those by themselves.
    Recall.objects.filter(at__lt=now - kept).delete()
    return deleted


def _purge_batch(old: Q) -> int:
    oldest = EventRecord.objects.filter(old).order_by("at").values("pk")[:BATCH]
    return EventRecord.objects.filter(pk__in=list(oldest.values_list("pk", flat=True))).delete()[0]
