"""What a tip earns when its task is closed at its source, and nobody says so here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.locks import lock_person
from agents.base import task_key
from events.bus import publish
from events.catalog import TaskCompleted, TipRewarded
from events.models import EventRecord
from integrations.models import Task
from tips.base import says_done
from tips.decide.rewards import DELAYED, DELAYED_WITHIN, is_undecided
from tips.models import Tip

# How far back the log is looked through for what a lost message was about.
MISSED_WITHIN = timedelta(hours=1)


def reward(user_id: UUID, task_id: int, *, at: datetime) -> Tip | None:
    """Reward the tip that suggested this task last before it was closed at its source.

    None: no tip did so within DELAYED_WITHIN, or it was refused, or has its reward; or the person
    has told oO that it is done, which is a reward of its own. Safe to run twice and at once.
    at: when oO heard of it, at the latest. What has become of the task since does not matter.
    """
    with transaction.atomic():
        if not lock_person(user_id):
            return None
        closed_at = _closed_at(user_id, task_id, at)
        tip = _followed(_suggesting(user_id, task_id, closed_at), closed_at)
        if tip is None:
            return None
        tip.delayed_reward = DELAYED
        tip.save(update_fields=["delayed_reward"])
        publish(
            TipRewarded(
                user_id=user_id,
                at=at,
                tip_id=tip.pk,
                candidate=tip.candidate,
                closed_at=closed_at,
                reward=DELAYED,
            )
        )
    return tip


def reward_missed(*, at: datetime) -> int:
    """Reward what was closed lately and is without its reward: a message may be lost.

    Two queries where nothing is missing. Returns how many tips.
    """
    heard = EventRecord.objects.filter(
        at__gt=at - MISSED_WITHIN, at__lte=at, subject=TaskCompleted.subject, body__by="source"
    )
    closed = {
        (user_id, task_key(body["task_id"])): (body["task_id"], heard_at)
        for user_id, body, heard_at in heard.order_by("pk").values_list("user_id", "body", "at")
    }
    if not closed:
        return 0
    people, candidates = ({key[place] for key in closed} for place in (0, 1))
    waiting = Tip.objects.filter(
        user_id__in=people,
        candidate__in=candidates,
        shown_at__gt=at - MISSED_WITHIN - DELAYED_WITHIN,
        delayed_reward=None,
    )
    keys = set(waiting.values_list("user_id", "candidate")) & closed.keys()
    found = [(user_id, *closed[user_id, candidate]) for user_id, candidate in sorted(keys)]
    return sum(reward(user, task_id, at=then) is not None for user, task_id, then in found)


def _closed_at(user_id: UUID, task_id: int, at: datetime) -> datetime:
    """By the source's clock, and never after we heard of it. It may be open again, or gone."""
    said = Task.objects.filter(pk=task_id, user_id=user_id).values_list("completed_at", flat=True)
    return min(said.first() or at, at)


def _suggesting(user_id: UUID, task_id: int, closed_at: datetime) -> list[Tip]:
    """The tips about it that were shown or answered in the day before, or since."""
    since = closed_at - DELAYED_WITHIN
    lately = Q(shown_at__gt=since) | Q(answered_at__gt=since)
    return list(Tip.objects.filter(lately, user_id=user_id, candidate=task_key(task_id)))


def _followed(tips: Sequence[Tip], closed_at: datetime) -> Tip | None:
    """The one shown last that was left undecided, unless what came after it has said enough."""
    shown = [
        (tip.shown_at, tip)
        for tip in tips
        if tip.shown_at and closed_at - DELAYED_WITHIN < tip.shown_at <= closed_at
    ]
    undecided = [(at, tip) for at, tip in shown if is_undecided(tip.reaction, tip.reason)]
    if not undecided:
        return None
    since, last = max(undecided, key=lambda each: each[0])
    is_told = any(
        says_done(tip.reaction, tip.reason) and tip.answered_at and tip.answered_at >= since
        for tip in tips
    )
    is_rewarded = any(at >= since and tip.delayed_reward is not None for at, tip in shown)
    return None if is_told or is_rewarded else last
