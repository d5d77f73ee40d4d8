from __future__ import annotations

from uuid import UUID

from celery import shared_task

from agents.understanding.forgetting import forget_orphans


@shared_task(soft_time_limit=50, time_limit=55)
def forget(user_id: str) -> int:
    """What was read for a person of rows that are gone. Lost, the daily purge does it."""
    return forget_orphans(UUID(user_id))


@shared_task(soft_time_limit=240)
def purge() -> int:
    """Daily: what was read of rows that are gone, for everybody."""
    return forget_orphans()
