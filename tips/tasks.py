from __future__ import annotations

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from oo.lib.queue import look_now
from tips import conf
from tips.make import making
from tips.models import TipSchedule
from tips.polish import polishing


@shared_task(soft_time_limit=20, time_limit=30)
def make_tip(user_id: str) -> None:
    """See that one person has a ready tip. Safe to run twice, at once, or after they have left."""
    tip = making.make_tip(UUID(user_id), at=timezone.now())
    if tip and polishing.is_worth_asking(tip):
        look_now(polish, str(tip.pk), expires_s=120)


@shared_task(soft_time_limit=60, time_limit=70)
def polish(tip_id: str) -> None:
    """Have a model choose and word, in the queue of models. Lost, the tip stays as it is."""
    polishing.polish(UUID(tip_id), at=timezone.now())


@shared_task(soft_time_limit=50, time_limit=55)
def keep_ready() -> int:
    """Every minute, from oo/schedule.py: decide anew for whoever's moment has come."""
    due = TipSchedule.objects.due(at=timezone.now()).values_list("pk", flat=True)
    user_ids = list(due[: conf.KEEP_READY_PEOPLE])
    for user_id in user_ids:
        look_now(make_tip, str(user_id), expires_s=60)
    return len(user_ids)
