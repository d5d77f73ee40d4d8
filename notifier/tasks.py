from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from notifier.models import Delivery
from notifier.sending.sending import end_stranded, send_one
from oo.lib.forgetting import forget
from oo.lib.queue import look_now

MOST = 1_000


@shared_task(soft_time_limit=25, time_limit=30)
def send_due() -> int:
    """Every 30 seconds, from oo/schedule.py: queue the deliveries whose moment has come."""
    end_stranded(at=timezone.now())
    due = Delivery.objects.due(at=timezone.now()).order_by("next_at")
    keys = list(due.values_list("pk", flat=True)[:MOST])
    for key in keys:
        look_now(send, str(key), expires_s=30)
    return len(keys)


@shared_task(soft_time_limit=40, time_limit=50)
def send(delivery_id: str) -> str:
    """Hand one message to the service of its device."""
    return send_one(UUID(delivery_id), at=timezone.now())


@shared_task(soft_time_limit=240, time_limit=270)
def purge() -> int:
    """Daily: forget what was sent longer ago than it is kept. How many."""
    since = timezone.now() - timedelta(days=settings.OO_HISTORY_KEPT_DAYS)
    return forget(Delivery.objects.filter(created_at__lt=since), oldest="created_at")
