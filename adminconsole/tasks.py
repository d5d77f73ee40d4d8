from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from adminconsole.counting import counting


@shared_task(soft_time_limit=840, time_limit=880)
def count_days() -> int:
    """Every 15 minutes: what pages show of days. Lost or killed, the next goes on."""
    return counting.count_days(at=timezone.now())
