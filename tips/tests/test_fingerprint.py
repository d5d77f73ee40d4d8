from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from agents.base import UserView
from agents.tests.people import meeting, task, view
from tests.clock import BERLIN, NOON
from tips.decide.fingerprint import fingerprint, next_boundary


def mark(seen: UserView, held: tuple[str, ...] = ()) -> str:
    return fingerprint(seen, held, "deadline_first 1", "en")


SEEN = view(task(1, due_in=0, changed_at=NOON), meeting(9, starts_in_min=60))


def test_a_minute_later_nothing_has_changed() -> None:
    assert mark(SEEN) == mark(replace(SEEN, now=NOON + timedelta(minutes=1)))


@pytest.mark.parametrize(
    "other",
    [
        replace(SEEN, now=NOON + timedelta(days=1)),
        replace(SEEN, now=NOON + timedelta(minutes=61)),  # in the meeting
        replace(SEEN, tasks=()),
        replace(SEEN, tasks=(replace(SEEN.tasks[0], changed_at=NOON + timedelta(hours=1)),)),
        replace(SEEN, events=(replace(SEEN.events[0], title="Moved"),)),
        replace(SEEN, zone=ZoneInfo("Asia/Tokyo")),
    ],
)
def test_what_a_decision_depends_on_changes_it(other: UserView) -> None:
    assert mark(other) != mark(SEEN)


def test_a_hold_changes_it_and_its_order_does_not() -> None:
    assert mark(SEEN, ("task:1",)) != mark(SEEN)
    assert mark(SEEN, ("a", "b")) == mark(SEEN, ("b", "a"))


def test_the_next_boundary_is_the_moment_to_be_reminded_of_the_meeting() -> None:
    assert next_boundary(SEEN) == NOON + timedelta(minutes=40)


@pytest.mark.parametrize(("due_in_min", "next_in_min"), [(300, 120), (121, 1), (90, 30), (14, 14)])
def test_a_task_is_looked_at_again_when_its_moment_comes_nearer_by_a_step(
    due_in_min: int, next_in_min: int
) -> None:
    seen = view(task(1, due_in=0, due_at=NOON + timedelta(minutes=due_in_min)))
    assert next_boundary(seen) == NOON + timedelta(minutes=next_in_min)


def test_the_boundary_is_never_now_or_before() -> None:
    at_start = replace(SEEN, now=SEEN.events[0].starts_at)
    assert next_boundary(at_start) == SEEN.events[0].ends_at


def test_midnight_is_a_boundary_in_the_persons_zone() -> None:
    late = datetime(2026, 5, 5, 23, 30, tzinfo=BERLIN)
    assert next_boundary(view(now=late)) == datetime(2026, 5, 6, tzinfo=BERLIN)


def test_a_quiet_afternoon_is_looked_at_again_within_two_hours() -> None:
    assert next_boundary(view()) == NOON + timedelta(hours=2)
