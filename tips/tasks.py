from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from notifier.tasks import send
from oo.lib.forgetting import forget
from oo.lib.queue import look_now
from tips import conf
from tips.answer import rewarding
from tips.deliver import delivering, learning
from tips.make import making
from tips.models import Tip, TipDecision, TipSchedule, TipView
from tips.polish import polishing


@shared_task(soft_time_limit=20, time_limit=30)
def make_tip(user_id: str) -> None:
    """See that one person has a ready tip. Safe to run twice, at once, or after they have left."""
    if tip := making.make_tip(UUID(user_id), at=timezone.now()):
        _polish([tip], countdown_s=conf.WAITED_FOR_S)


def _polish(tips: Collection[Tip], *, countdown_s: float = 0) -> None:
    for tip in polishing.worth_asking(tips):
        look_now(polish, str(tip.pk), countdown_s=countdown_s, expires_s=120)


@shared_task(soft_time_limit=60, time_limit=70)
def polish(tip_id: str) -> None:
    """Have a model choose and word, in the queue of models. Lost, the tip stays as it is."""
    polishing.polish(UUID(tip_id), at=timezone.now())


@shared_task(soft_time_limit=90, time_limit=110)
def keep_ready() -> int:
    """Every minute, from oo/schedule.py: decide anew for whoever's moment has come.

    Returns how many. A full chunk calls for another worker before it is begun; killed, its people
    are due again when their lease is over.
    """
    at = timezone.now()
    most = conf.KEEP_READY_PEOPLE
    claimed = TipSchedule.objects.claim(most, at=at, until=at + conf.KEEP_READY_LEASE)
    if len(claimed) == most:
        look_now(keep_ready, expires_s=60)
    _polish(making.make_tips(claimed, at=at).live.values())
    return len(claimed)


@shared_task(soft_time_limit=45, time_limit=55)
def deliver() -> int:
    """Every minute, from oo/schedule.py: decide which ready tips are worth an interruption."""
    keys = delivering.deliver(at=timezone.now())
    for key in keys:
        look_now(send, str(key), expires_s=30)
    return len(keys)


@shared_task(soft_time_limit=20, time_limit=30)
def reward(user_id: str, task_id: int, heard_at: str) -> bool:
    """A task was closed at its source. Safe to run twice; lost, reward_missed finds it."""
    at = datetime.fromisoformat(heard_at)
    return rewarding.reward(UUID(user_id), task_id, at=at) is not None


@shared_task(soft_time_limit=90, time_limit=110)
def reward_missed() -> int:
    """Every 15 minutes, from oo/schedule.py. Returns how many tips were rewarded."""
    return rewarding.reward_missed(at=timezone.now())


@shared_task(soft_time_limit=240, time_limit=280)
def learn() -> int:
    """Daily: learn from how notifications were answered. Returns of how many."""
    return learning.learn(at=timezone.now()).count


@shared_task(soft_time_limit=240, time_limit=280)
def purge() -> int:
    """Daily: forget what else could have been said, and on which devices tips were seen. How many.

    Tips stay, with when they were shown and what was answered.
    """
    since = timezone.now() - timedelta(days=settings.OO_HISTORY_KEPT_DAYS)
    decisions, views = (model.objects.filter(at__lt=since) for model in (TipDecision, TipView))
    return forget(decisions, oldest="at") + forget(views, oldest="at")
