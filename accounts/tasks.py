from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from accounts.models import DeletionReceipt, Session
from accounts.privacy.deletion import sweep_orphans
from accounts.privacy.receipts import KEPT_FOR
from accounts.sign_in.provider_tokens import forget_dead_tokens


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
        "orphans": sweep_orphans(),
    }
