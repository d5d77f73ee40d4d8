"""What the policy *Good sense* says of a made-up person."""

from __future__ import annotations

from datetime import datetime, time
from random import Random
from typing import Any

from agents.base import Answer, EventView, UserView
from agents.tests.people import meeting
from agents.traits import EventKind, EventTraits, Trait
from tests.clock import BERLIN, TODAY
from tips.base import Choice
from tips.decide.candidates import build_candidates
from tips.policies.good_sense import GoodSense

SILENT_AT_NIGHT = ("nothing_possible", "nothing_urgent", "late", "asleep", "quiet_hours")


def decide(seen: UserView) -> Choice:
    return GoodSense().decide(seen, build_candidates(seen, set()), Random(0))


def said(seen: UserView) -> str:
    """The title of what is said, or the code of silence."""
    choice = decide(seen)
    return choice.chosen.candidate.content if choice.chosen else choice.silence


def at(hour: int, minute: int = 0) -> datetime:
    return datetime.combine(TODAY, time(hour, minute), BERLIN)


def of_kind(kind: EventKind, **fields: Any) -> EventView:
    traits = EventTraits(kind=Trait(kind, "q"), may_interrupt=fields.pop("may", None))
    return meeting(9, traits=traits, **{"starts_in_min": -30, **fields})


def with_answers(seen: UserView, *answers: Answer) -> UserView:
    return UserView(
        seen.user_id, seen.now, seen.zone, seen.tasks, seen.events, answers=tuple(answers)
    )
