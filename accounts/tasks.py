from __future__ import annotations

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from accounts.api_tokens.tokens import forget_dead_api_tokens
from accounts.models import DeletionReceipt, Session
from accounts.privacy import departures
from accounts.privacy.deletion import sweep_orphans
from accounts.privacy.receipts import KEPT_FOR
from accounts.sign_in.provider_tokens import forget_dead_tokens
from oo.lib.queue import look_now


@shared_task
def purge() -> dict[str, int]:
    """Daily: forget dead sessions and tokens, old receipts, rows of who left. Safe to repeat."""
    at = timezone.now()
    sessions = Session.objects.filter(expire_date__lt=at)
    receipts = DeletionReceipt.objects.filter(made_at__lt=at - KEPT_FOR)
    return {
        "sessions": sessions.delete()[0],
        "receipts": receipts.delete()[0],
        "tokens": forget_dead_tokens(at=at),
        "api_tokens": forget_dead_api_tokens(at=at),
        "orphans": sweep_orphans(),
    }


@shared_task(soft_time_limit=480, time_limit=570)
def depart(departure_id: str) -> bool:
    """Delete one account. Killed, another goes on when the claim has run out."""
    return departures.work_off(UUID(departure_id), at=timezone.now()) is not None


@shared_task(soft_time_limit=50, time_limit=55)
def depart_due() -> int:
    """Every minute, from oo/schedule.py: deletions that nobody works on."""
    waiting = departures.due(at=timezone.now())
    for departure_id in waiting:
        look_now(depart, str(departure_id), expires_s=60)
    return len(waiting)
