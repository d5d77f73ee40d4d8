"""What tips hears: whatever may change the one thing that matters now."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from events.bus import subscribe
from events.catalog import (
    CalendarSynced,
    ConnectionChanged,
    ConsentWithdrawn,
    Event,
    PreferencesChanged,
    ProfileChanged,
    PushSuppressed,
    TaskCompleted,
    TasksSynced,
    TipReacted,
    TipReactionUndone,
    TipServed,
)
from oo.lib.queue import look_now
from tips import tasks
from tips.deliver import delivering
from tips.models import Tip, TipSchedule

# What of a profile the words of a tip depend on.
WORDING = {"locale", "time_zone", "clock", "dates"}


def look_again(event: Event) -> None:
    """Note in the schedule that something changed, then say so: a lost message costs a minute."""
    TipSchedule.objects.look_again(event.user_id, at=event.at)
    say = partial(look_now, tasks.make_tip, str(event.user_id), expires_s=60)
    transaction.on_commit(say, robust=True)


def withdraw(event: ProfileChanged) -> None:
    """What was worded otherwise than the page is from now on is not shown: a tip is made anew."""
    if WORDING.isdisjoint(event.fields):
        return
    before = Tip.objects.live().filter(user_id=event.user_id, made_at__lte=event.at)
    before.update(state=Tip.State.WITHDRAWN, ended_at=event.at)


def reward(event: TaskCompleted) -> None:
    if event.by == "source":
        args = (str(event.user_id), event.task_id, event.at.isoformat())
        look_now(tasks.reward, *args)


def take_back(event: TipServed | TipReacted) -> None:
    """Whoever looks at it, or has answered, is not told of it any more."""
    delivering.take_back(event.user_id, event.tip_id)


def note_unheard(event: PushSuppressed) -> None:
    """What did not arrive was not said."""
    delivering.note_unheard(event.user_id, event.topic)


def listen() -> None:
    subscribe(TaskCompleted, reward)
    subscribe(TipServed, take_back)
    subscribe(TipReacted, take_back)
    subscribe(PushSuppressed, note_unheard, notes=True)
    kinds: tuple[type[Event], ...] = (
        TasksSynced,
        CalendarSynced,
        TaskCompleted,
        ConnectionChanged,
        ConsentWithdrawn,
        ProfileChanged,
        PreferencesChanged,
        TipReactionUndone,
    )
    for kind in kinds:
        subscribe(kind, look_again, notes=True)
    # After look_again: schedules are locked before tips, as where tips are made.
    subscribe(ProfileChanged, withdraw, notes=True)
