from __future__ import annotations

from datetime import datetime, timedelta

from celery import shared_task
from django.utils import timezone

from events.models import EventRecord

KEPT = timedelta(days=30)
BATCH = 5_000


@shared_task(soft_time_limit=240)
def purge() -> int:
    """Daily: delete events older than 30 days, in batches that block nobody. Returns how many."""
    deleted, before = 0, timezone.now() - KEPT
    while count := _purge_batch(before):
        deleted += count
    return deleted


def _purge_batch(before: datetime) -> int:
    oldest = EventRecord.objects.filter(at__lt=before).order_by("at").values("pk")[:BATCH]
    return EventRecord.objects.filter(pk__in=list(oldest.values_list("pk", flat=True))).delete()[0]
