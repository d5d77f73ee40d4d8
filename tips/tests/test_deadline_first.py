from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from agents.base import UserView
from agents.tests.people import meeting, task, view
from tests.clock import NOON, TODAY
from tips.base import Choice
from tips.decide.candidates import build_candidates
from tips.policies.deadline_first import DeadlineFirst


def decide(seen: UserView, held: frozenset[str] = frozenset()) -> Choice:
    return DeadlineFirst().decide(seen, build_candidates(seen, held), Random(0))


def chosen(seen: UserView) -> str | None:
    choice = decide(seen)
    return choice.chosen.candidate.content if choice.chosen else None


def test_overdue_comes_before_due_tomorrow() -> None:
    assert chosen(view(task(1, "Tomorrow", due_in=1), task(2, "Late", due_in=-2))) == "Late"


def test_priority_decides_between_two_of_the_same_day() -> None:
    seen = view(task(1, "Plain", due_in=0), task(2, "Urgent", due_in=0, priority=4))
    assert chosen(seen) == "Urgent"


def test_what_is_due_within_two_hours_comes_before_the_rest_of_today() -> None:
    soon = task(1, "Call", due_in=0, due_at=NOON + timedelta(minutes=90))
    late = task(2, "Write", due_in=0, due_at=NOON + timedelta(hours=6))
    assert chosen(view(late, soon)) == "Call"


def test_a_quarter_of_an_hour_is_more_urgent_than_two_hours() -> None:
    now = task(2, "Now", due_in=0, due_at=NOON + timedelta(minutes=15))
    soon = task(1, "Soon", due_in=0, due_at=NOON + timedelta(hours=2), priority=3)
    assert chosen(view(soon, now)) == "Now"


@pytest.mark.parametrize("days", [2, 3, 7, 30, 365])
def test_a_recurring_task_that_came_back_waits_until_the_day_before(days: int) -> None:
    rent = task(1, "Rent", due_in=days, priority=4, is_recurring=True, returned_at=NOON)
    assert chosen(view(rent)) is None
    day_before = view(rent, now=NOON + timedelta(days=days - 1))
    assert chosen(day_before) == "Rent"


def test_a_daily_task_that_was_done_today_waits_for_tomorrow() -> None:
    run = task(1, "Run", due_in=1, priority=4, is_recurring=True, returned_at=NOON)
    assert chosen(view(run, now=NOON + timedelta(minutes=15))) is None
    assert chosen(view(run, now=NOON + timedelta(hours=12))) == "Run"


def test_what_comes_back_twice_a_day_waits_until_two_hours_before() -> None:
    evening = NOON + timedelta(hours=8)
    pills = task(1, "Pills", due_in=0, due_at=evening, is_recurring=True, returned_at=NOON)
    assert chosen(view(pills, now=NOON + timedelta(minutes=15))) is None
    assert chosen(view(pills, now=evening - timedelta(hours=2))) == "Pills"


def test_a_recurring_task_that_was_merely_edited_today_does_not_wait() -> None:
    days_ago = NOON - timedelta(days=3)
    run = task(
        1, "Run", due_in=1, priority=4, is_recurring=True, changed_at=NOON, returned_at=days_ago
    )
    assert chosen(view(run)) == "Run"


def test_a_recurring_task_with_a_deadline_does_not_wait() -> None:
    tax = task(1, due_in=30, deadline_on=TODAY, is_recurring=True, returned_at=NOON)
    assert chosen(view(tax)) == "Task"


def test_a_deadline_today_beats_a_task_that_is_merely_due() -> None:
    seen = view(task(1, "Due", due_in=0), task(2, "Tax", deadline_on=TODAY))
    assert chosen(seen) == "Tax"


def test_a_task_three_months_late_is_not_the_most_urgent_thing() -> None:
    assert chosen(view(task(1, "Old", due_in=-90), task(2, "Today", due_in=0))) == "Today"


def test_what_does_not_fit_before_the_next_meeting_waits() -> None:
    long = task(1, "Long", due_in=0, priority=4, duration=timedelta(hours=2))
    short = task(2, "Short", due_in=0, duration=timedelta(minutes=20))
    assert chosen(view(long, short, meeting(9, starts_in_min=45))) == "Short"


def test_the_long_task_comes_when_no_meeting_is_near() -> None:
    long = task(1, "Long", due_in=0, priority=4, duration=timedelta(hours=2))
    short = task(2, "Short", due_in=0, duration=timedelta(minutes=20))
    assert chosen(view(long, short)) == "Long"


def test_it_is_silent_in_the_middle_of_a_meeting() -> None:
    choice = decide(view(task(1, due_in=0), meeting(9, starts_in_min=-10)))
    assert (choice.chosen, choice.silence) == (None, "in_meeting")


@pytest.mark.parametrize("fields", [{"is_all_day": True}, {"is_busy": False}])
def test_a_birthday_or_a_free_block_is_no_meeting(fields: dict[str, bool]) -> None:
    choice = decide(view(task(1, due_in=0), meeting(9, starts_in_min=-10, **fields)))
    assert choice.chosen is not None


def test_it_is_silent_when_nothing_is_urgent() -> None:
    choice = decide(view(task(1, "Someday"), task(2, "Next week", due_in=6)))
    assert (choice.chosen, choice.silence) == (None, "nothing_urgent")


def test_it_is_silent_when_nothing_is_open() -> None:
    assert decide(view()).silence == "nothing_open"


def test_an_urgent_task_without_a_date_is_worth_saying() -> None:
    assert chosen(view(task(1, "Passport", priority=4))) == "Passport"


def test_what_is_held_is_not_said() -> None:
    seen = view(task(1, "Held", due_in=0, priority=4), task(2, "Other", due_in=0))
    choice = decide(seen, frozenset({"task:1"}))
    assert [s.candidate.content for s in choice.ranking] == ["Other"]


def test_a_meeting_in_ten_minutes_is_the_tip_when_nothing_fits_before_it() -> None:
    seen = view(task(1, due_in=0, duration=timedelta(hours=1)), meeting(9, starts_in_min=10))
    choice = decide(seen)
    assert choice.chosen is not None
    assert choice.chosen.candidate.key == "event:9"


def test_the_same_view_gives_the_same_choice_in_any_order() -> None:
    tasks = [task(n, due_in=n % 5 - 2, priority=n % 4 + 1) for n in range(1, 40)]
    assert decide(view(*tasks)).chosen == decide(view(*reversed(tasks))).chosen


def test_every_choice_has_a_propensity_and_a_confidence_in_range() -> None:
    choice = decide(view(task(1, due_in=-14, priority=4, deadline_on=TODAY)))
    assert choice.propensity == 1.0
    assert 0 <= choice.confidence <= 1
