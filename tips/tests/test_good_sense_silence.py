"""When *Good sense* says nothing, and what it says all the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta

import pytest
from django.utils import timezone, translation

from agents.base import Answer, Situation
from agents.tests.people import meeting, task, view
from agents.traits import Door, EventKind, Hours, Place, Span, Trait, Traits
from tests.clock import BERLIN, NOON
from tips.tests.deciding import at, decide, of_kind, said, with_answers

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture(autouse=True, scope="module")
def _berlin() -> Iterator[None]:
    with timezone.override(BERLIN), translation.override("en"):
        yield


def no(minutes_ago: float, candidate: str = "task:7", reason: str = "") -> Answer:
    return Answer(candidate, "dismiss", NOON - minutes_ago * MINUTE, reason)


@pytest.mark.parametrize(
    ("kind", "silence"),
    [
        (EventKind.FOCUS, "in_focus"),
        (EventKind.DRIVING, "at_the_wheel"),
        (EventKind.CEREMONY, "in_ceremony"),
        (EventKind.SLEEP, "asleep"),
        (EventKind.MEETING, "in_meeting"),
    ],
)
def test_nothing_is_said_in(kind: EventKind, silence: str) -> None:
    urgent = task(1, due_in=0, due_at=NOON + HOUR, priority=4)
    assert said(view(urgent, of_kind(kind, is_busy=kind is EventKind.MEETING))) == silence


def test_what_may_be_interrupted_is() -> None:
    watch = of_kind(EventKind.MEETING, may=Trait(True, "drop in"))
    assert said(view(task(1, "Call", due_in=0, priority=4), watch)) == "Call"


def test_hours_that_were_written_down_are_said_before_they_end() -> None:
    """ "They only answer 11 to 12": worth a word at twenty to, though nothing is due."""
    morning = Hours(Door.OWN, (Span(start=time(11), end=time(12)),))
    call = task(
        1, "Orthotics", duration=5 * MINUTE, traits=Traits(hours=Trait(morning, "answer 11-12"))
    )
    usual = task(
        2, "Bank", duration=5 * MINUTE, traits=Traits(hours=Trait(Hours(Door.OFFICE), "bank"))
    )
    assert said(view(call, now=at(11, 40))) == "Orthotics"
    assert said(view(call, now=at(11, 5))) == "nothing_urgent"
    assert said(view(usual, now=at(16, 40))) == "nothing_urgent"  # no word says until when


def test_on_a_train_only_what_can_be_done_there() -> None:
    water = Traits(place=Trait(Place.HOME, "water"))
    seen = view(
        task(1, "Water", due_in=0, priority=4, traits=water),
        task(2, "Mail", due_in=0, traits=Traits(place=Trait(Place.COMPUTER, "mail"))),
        of_kind(EventKind.TRAVEL, is_busy=False),
    )
    assert decide(seen).ranking[0].candidate.content == "Mail"
    assert "on_the_way" in decide(seen).ranking[-1].penalties


def test_before_a_funeral_nothing_is_said() -> None:
    funeral = of_kind(EventKind.CEREMONY, starts_in_min=40)
    assert said(view(task(1, due_in=0, priority=4), funeral)) == "in_ceremony"


def test_what_cannot_be_begun_after_it_is_said_well_before_a_ceremony() -> None:
    funeral = of_kind(EventKind.CEREMONY, starts_in_min=45, lasts_min=90)
    enrol = task(1, "Enrol", due_in=0, due_at=NOON + HOUR, duration=25 * MINUTE)
    assert said(view(enrol, funeral)) == "Enrol"
    assert decide(view(enrol, funeral)).until == NOON + 15 * MINUTE
    late = view(enrol, funeral, now=NOON + 16 * MINUTE)
    assert said(late) == "in_ceremony"
    later = replace(enrol, due_at=NOON + 5 * HOUR)
    assert said(view(later, funeral)) == "in_ceremony"


def test_after_three_refusals_oo_is_quiet() -> None:
    due = view(task(1, due_in=0, priority=4, due_at=NOON + HOUR))
    assert said(with_answers(due, no(5), no(20), no(40))) == "refused"
    assert said(with_answers(due, no(5), no(20), no(100))) == "Task"


def test_what_is_kept_back_by_this_moment_alone_is_not_called_nothing() -> None:
    late = view(task(1, due_in=-1, priority=3))
    assert said(late) == "Task"
    assert said(with_answers(late, no(5), no(20))) == "after_a_no"
    holiday = of_kind(EventKind.HOLIDAY, starts_in_min=-720, lasts_min=1440, is_all_day=True)
    trifle = task(2, "Lamp", due_in=0)
    assert said(view(trifle)) == "Lamp"
    assert said(view(trifle, holiday)) == "free_day"
    assert said(view(task(1, due_in=-1, priority=3), now=at(23))) == "late"
    assert said(with_answers(view(task(3)), no(5), no(20))) == "nothing_urgent"


def test_a_quiet_situation_lasts_until_its_end_whatever_else_the_clock_changes() -> None:
    lunch = replace(
        view(task(1, due_in=0), meeting(9, starts_in_min=30)),
        situation=Situation("on", "Siesta", is_quiet=True, until=at(16)),
    )
    assert said(lunch) == "quiet_situation"
    assert decide(lunch).until == at(16)


def test_what_is_said_to_be_wrong_is_no_refusal() -> None:
    due = view(task(1, due_in=0, priority=4, due_at=NOON + HOUR))
    wrong = [no(n, reason="wrong") for n in (5, 20, 40)]
    assert said(with_answers(due, *wrong)) == "Task"


def test_what_cannot_be_begun_behind_the_wheel_is_said_until_one_leaves() -> None:
    drive = of_kind(
        EventKind.DRIVING, starts_in_min=30, lasts_min=300, may=Trait(False, "no stops")
    )
    call = task(1, "Ask dispatch", due_in=0, due_at=at(16), duration=5 * MINUTE)
    assert said(view(call, drive)) == "Ask dispatch"
    assert decide(view(call, drive)).until == NOON + 25 * MINUTE
    assert said(view(call, drive, now=NOON + 26 * MINUTE)) == "at_the_wheel"
    receipts = replace(call, due_at=None)
    assert said(view(receipts, drive)) == "at_the_wheel"


def test_it_is_decided_anew_when_the_clock_alone_changes_what_is_said() -> None:
    rent = task(1, "Rent", due_in=0)
    wedding = of_kind(EventKind.CEREMONY, starts_in_min=180)
    assert decide(view(rent, wedding)).until == NOON + 90 * MINUTE
    assert decide(view(rent, now=at(16, 30))).until == at(17)
