"""What each angle sees of a person it is made for, and when it has nothing to say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone, translation

from agents.base import Answer, EventView, Snippet, TaskView, UserView
from agents.registry import AGENTS
from agents.tests.people import meeting, task, view
from agents.traits import Blocked, Energy, EventTraits, Prepares, Trait, Traits
from tests.clock import BERLIN, NOON

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture(autouse=True, scope="module")
def _berlin() -> Iterator[None]:
    with timezone.override(BERLIN), translation.override("en"):
        yield


def look(key: str, *things: TaskView | EventView, answers: tuple[Answer, ...] = ()) -> Snippet:
    seen = maybe_look(key, replace(view(*things), answers=answers))
    assert seen is not None
    return seen


def maybe_look(key: str, seen: UserView) -> Snippet | None:
    return AGENTS[key].look(seen)


def nominated(snippet: Snippet) -> list[str]:
    return [n.candidate for n in snippet.nominations]


def done(candidate: str, *, days_ago: float, reaction: str = "done") -> Answer:
    return Answer(candidate, reaction, NOON - timedelta(days=days_ago))


@pytest.mark.parametrize("key", AGENTS.load())
def test_of_nothing_there_is_nothing_to_say(key: str) -> None:
    assert maybe_look(key, view()) is None


def test_overdue_what_slipped_last_comes_first_and_what_is_stale_may_go() -> None:
    seen = look(
        "overdue-task",
        task(1, "Old photos", due_in=-200),
        task(2, "Call the bank", due_in=-3),
        task(3, "Answer Mia", due_in=-1),
    )
    assert seen.text == (
        "2 tasks slipped; the last of them is “Answer Mia”, planned for May 4. "
        "“Old photos” has waited for long: it may be let go."
    )
    assert nominated(seen) == ["task:3", "task:2"]


def test_momentum_asks_for_a_small_start_on_a_slow_day() -> None:
    answers = tuple(done(f"task:{n}", days_ago=n / 2) for n in range(2, 12))
    small = task(1, "Water the plants", duration=5 * MINUTE)
    seen = look("momentum", small, task(2, "Taxes", duration=2 * HOUR), answers=answers)
    assert seen.text == (
        "Nothing done with oO yet today; usually it is about 2 a day. "
        "A small thing would be a start."
    )
    assert nominated(seen) == ["task:1"]


def test_momentum_counts_what_was_done_today() -> None:
    answers = tuple(done(f"task:{n}", days_ago=days) for n, days in enumerate([0.1, 0.2, 1, 2, 3]))
    seen = look("momentum", answers=answers)
    assert seen.text == "2 things done with oO today; usually it is about one a day."
    assert seen.nominations == ()


def test_got_it_is_answered_and_nothing_done() -> None:
    noted = tuple(done(f"event:{n}", days_ago=n) for n in range(1, 6))
    assert maybe_look("momentum", replace(view(), answers=noted)) is None
    lately = look("recent-patterns", answers=(*noted, done("task:1", days_ago=1)))
    assert lately.text == "In the last seven days you acted on 1 of 6 suggestions."
    here = look("time-of-day", answers=noted)
    assert here.text == "Between noon and 3 p.m. you acted on 0 of 5 suggestions."


def test_a_good_hour_is_for_what_wants_one() -> None:
    here = tuple(done(f"task:{n}", days_ago=n) for n in range(1, 6))
    elsewhere = tuple(done(f"task:{n}", days_ago=n + 0.4, reaction="snooze") for n in range(1, 9))
    deep = task(1, "Write the paper", traits=Traits(energy=Trait(Energy.DEEP, "paper")))
    seen = look("time-of-day", deep, task(9, "Bins"), answers=here + elsewhere)
    assert seen.text == (
        "Between noon and 3 p.m. you acted on 5 of 5 suggestions. It is one of your better hours."
    )
    assert nominated(seen) == ["task:1"]


def test_a_habit_is_known_by_its_hour() -> None:
    walks = tuple(done("task:7", days_ago=n) for n in range(1, 6))
    seen = look("time-of-day", task(7, "Walk"), answers=walks)
    assert [n.reason for n in seen.nominations] == ["You have often done it about this time."]


def test_what_is_put_off_again_and_again_is_named() -> None:
    answers = (
        done("task:1", days_ago=1, reaction="snooze"),
        done("task:1", days_ago=2, reaction="dismiss"),
        done("task:2", days_ago=3),
    )
    seen = look("recent-patterns", task(1, "Sort the cellar"), answers=answers)
    assert seen.text == (
        "In the last seven days you acted on 1 of 3 suggestions."
        " Put off again and again: “Sort the cellar”."
    )
    assert nominated(seen) == ["task:1"]


def test_the_area_with_most_of_what_is_near() -> None:
    seen = look(
        "focus-area",
        task(1, "Cancel the old flat", due_in=2, project="Move"),
        task(2, "Boxes", due_in=1, project="Move"),
        task(3, "Dentist", due_in=0, project="Health"),
        task(4, "Someday", due_in=90, project="Health"),
    )
    assert seen.text == "“Move” needs you most: 2 of 3 upcoming tasks. First “Boxes”, for May 6."
    assert nominated(seen) == ["task:2", "task:1"]


def test_what_fits_before_the_next_meeting() -> None:
    seen = look(
        "next-gap",
        task(1, "Call Anna", duration=10 * MINUTE),
        task(2, "Report", duration=2 * HOUR),
        task(3, "Who knows how long"),
        meeting(9, starts_in_min=45),
    )
    assert seen.text == (
        "Free until 12:45 p.m., when “Design review” begins. What fits: “Call Anna” (10 min)."
    )
    assert nominated(seen) == ["task:1"]
    assert seen.until == NOON + 35 * MINUTE


def test_the_way_is_no_free_time() -> None:
    away = EventTraits(leave_by=Trait(30 * MINUTE, "30 min drive"))
    seen = look("next-gap", meeting(9, starts_in_min=45, traits=away))
    assert seen.text == "Free until 12:15 p.m., when you leave for “Design review”."


def test_there_is_no_gap_in_a_meeting() -> None:
    running, later = meeting(8, starts_in_min=-10), meeting(9, starts_in_min=120)
    assert maybe_look("next-gap", view(running, later)) is None


def test_the_shape_of_today_and_tomorrow() -> None:
    full = [meeting(10 + n, starts_in_min=24 * 60 + 60 * n) for n in range(6)]
    seen = look(
        "day-shape",
        task(1, "Slides", due_in=1),
        task(2, "Bread", due_in=0),
        meeting(9, starts_in_min=60),
        *full,
    )
    assert seen.text == (
        "Today: one meeting from 1 p.m. to 2 p.m., one task due. "
        "Tomorrow: 6 meetings from noon, one task due."
    )
    assert [n.reason for n in seen.nominations] == ["It is due tomorrow, and tomorrow is full."]


def test_a_meeting_that_has_begun_is_told_by_its_end_alone() -> None:
    coming = view(meeting(9, starts_in_min=60))
    begun = replace(coming, now=NOON + timedelta(minutes=61))
    told = AGENTS["day-shape"].look(coming)
    assert told
    assert told.until == NOON + timedelta(minutes=60)
    told = AGENTS["day-shape"].look(begun)
    assert told
    assert told.text.startswith("Today: one meeting until 2 p.m.")


def test_what_has_to_be_done_before_something_coming() -> None:
    wine = task(
        1, "Wine for the dinner", traits=Traits(prepares=Trait(Prepares("dinner"), "dinner"))
    )
    seen = look("prepare", wine, meeting(9, starts_in_min=7 * 60, title="Dinner at Tom's"))
    assert seen.text == "“Wine for the dinner” has to be done before “Dinner at Tom's” (7 p.m.)."
    assert nominated(seen) == ["task:1"]
    assert seen.facts[0].rows == ("task:1", "event:9")


def test_that_the_person_organises_what_is_prepared_is_said_of_the_nearest_alone() -> None:
    wine = task(1, "Wine", traits=Traits(prepares=Trait(Prepares("dinner"), "dinner")))
    slides = task(2, "Slides", traits=Traits(prepares=Trait(Prepares("review"), "review")))
    dinner = meeting(9, starts_in_min=7 * 60, title="Dinner at Tom's", organises=True)
    seen = look("prepare", wine, dinner)
    assert seen.text == (
        "“Wine” has to be done before “Dinner at Tom's” (7 p.m.). You organise it."
    )
    both = look("prepare", wine, slides, meeting(8, starts_in_min=60, title="Review"), dinner)
    assert both.text == (
        "“Slides” has to be done before “Review” (1 p.m.). "
        "One more task is preparation for something coming up."
    )


def test_who_waits_is_said_in_the_words_of_the_task() -> None:
    waited = task(1, "Send the draft", traits=Traits(waits=Trait("Anna", "Anna needs it")))
    seen = look("people-waiting", waited, task(2, "Bins"))
    assert seen.text == "“Send the draft”: Somebody is waiting: “Anna needs it”."
    assert nominated(seen) == ["task:1"]


def test_what_is_blocked_is_not_nominated() -> None:
    stuck = task(1, "Paint", due_in=-1, traits=Traits(blocked=Trait(Blocked(task_id=2), "after")))
    assert nominated(look("overdue-task", stuck, task(2, "Buy paint"))) == []
