"""What is inferred of a person: from what, how surely, for how long; and what a consent takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.utils import timezone as django_timezone
from django.utils import translation

from accounts.models import User
from accounts.privacy.consents import grant
from agents.base import Answer, UserView
from agents.beliefs import Areas, Away, Cadence, GoodHours, Lateness, Reminders, Waking
from agents.inferring.beliefs import deny, infer, load_known, say
from agents.looking import sweeping
from agents.looking.withdrawing import forget_derived
from agents.models import AgentOutput, Belief, LookSchedule
from agents.registry import INFERENCES
from agents.tests.people import meeting, task, view
from agents.traits import EventKind, EventTraits, Trait
from agents.view import load_view
from tests.clock import BERLIN, NOON
from tests.factories import make_connection, make_task

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture(autouse=True, scope="module")
def _berlin() -> Iterator[None]:
    with django_timezone.override(BERLIN), translation.override("en"):
        yield


def with_answers(seen: UserView, *answers: Answer) -> UserView:
    return replace(seen, answers=answers)


def done(candidate: str, days_ago: float, reaction: str = "done") -> Answer:
    return Answer(candidate, reaction, NOON - timedelta(days=days_ago))


def inferred(key: str, seen: UserView) -> Any:
    found = INFERENCES[key].infer(seen)
    return found and found.value


def test_the_hours_in_which_somebody_acts() -> None:
    here = [done(f"task:{n}", n) for n in range(1, 9)]
    elsewhere = [done(f"task:{n}", n + 0.4, "snooze") for n in range(1, 12)]
    value = inferred("time-of-day", with_answers(view(), *here, *elsewhere))
    assert value == GoodHours(start=time(12), end=time(15))
    assert INFERENCES["time-of-day"].say(value) == "Between noon and 3 p.m. you act most."


def test_areas_are_the_projects_of_most_open_tasks() -> None:
    tasks = [task(n, project="Home" if n < 5 else "Work") for n in range(1, 8)]
    assert inferred("focus-area", view(*tasks)) == Areas(names=("Home", "Work"))


def test_pace_is_what_was_done_a_day() -> None:
    answers = [done(f"task:{n}", n / 2) for n in range(2, 20)]
    assert inferred("momentum", with_answers(view(), *answers)) == Cadence(a_day=2)


def test_got_it_is_no_thing_done() -> None:
    noted = [done(f"event:{n}", n / 2) for n in range(2, 20)]
    assert inferred("momentum", with_answers(view(), *noted)) is None
    few = [done(f"task:{n}", n) for n in range(1, 9)]
    assert inferred("momentum", with_answers(view(), *few, *noted)) == Cadence(a_day=1)


def test_an_hour_in_which_reminders_are_read_is_no_hour_of_acting() -> None:
    read = [done(f"event:{n}", n) for n in range(1, 9)]
    elsewhere = [done(f"task:{n}", n + 0.4, "snooze") for n in range(1, 12)]
    assert inferred("time-of-day", with_answers(view(), *read, *elsewhere)) is None


def test_who_reads_reminders_wants_them() -> None:
    answers = [done(f"event:{n}", n / 3) for n in range(1, 10)]
    assert inferred("recent-patterns", with_answers(view(), *answers)) == Reminders(wanted=True)


def test_how_late_is_normal() -> None:
    tasks = [task(n, due_in=-10 * n) for n in range(1, 6)]
    assert inferred("overdue-task", view(*tasks)) == Lateness(days=30)


def test_who_waves_reminders_away_does_not_need_them() -> None:
    answers = [done(f"event:{n}", n / 3, "dismiss") for n in range(1, 10)]
    assert inferred("recent-patterns", with_answers(view(), *answers)) == Reminders(wanted=False)


def answered_at(*clocks: str, reaction: str = "done") -> UserView:
    """One answer in each of the nights before, at these times of the night."""
    answers = []
    for n, clock in enumerate(clocks, start=1):
        hour, minute = map(int, clock.split(":"))
        since_noon = timedelta(hours=(hour - 12) % 24, minutes=minute)
        answers.append(Answer(f"task:{n}", reaction, NOON - n * DAY + since_noon))
    return with_answers(view(), *answers)


@pytest.mark.parametrize(
    ("clocks", "up"),
    [
        (["0:22", "0:40", "0:31", "0:28"], ("06:30", "01:00")),  # a barman
        (["23:50", "1:40", "2:05"], ("06:30", "00:30")),  # so late he was up three times
        (["4:10", "4:20", "4:45", "12:00"], ("04:30", "23:30")),  # a baker
        (["0:22", "0:40"], None),  # twice is chance
        (["13:00", "20:00", "23:00", "7:00"], None),
        (["2:40", "2:50", "3:20", "4:10", "4:20", "4:45"], None),  # where is the sleep?
    ],
)
@pytest.mark.parametrize("reaction", ["done", "dismiss"])
def test_who_answers_at_night_is_up(
    clocks: list[str], up: tuple[str, str] | None, reaction: str
) -> None:
    value = inferred("waking", answered_at(*clocks, reaction=reaction))
    assert (value and (f"{value.start:%H:%M}", f"{value.end:%H:%M}")) == up


def test_many_answers_in_one_night_are_one_night() -> None:
    one = NOON - DAY + 13 * HOUR
    night = [Answer("task:1", "done", one + timedelta(minutes=n)) for n in (1, 5, 9)]
    assert inferred("waking", with_answers(view(), *night)) is None


def test_when_somebody_is_up_is_said() -> None:
    said = INFERENCES["waking"].say(Waking(end=time(1, 30)))
    assert said == "From 6:30 a.m. to 1:30 a.m. you are up."


def test_away_by_an_entry_of_whole_days() -> None:
    away = meeting(
        1, starts_in_min=-12 * 60, lasts_min=3 * 24 * 60, is_all_day=True,
        traits=EventTraits(kind=Trait(EventKind.AWAY, "holiday")),
    )  # fmt: skip
    assert inferred("active-context", view(away)) == Away(until=date(2026, 5, 7))


@pytest.mark.parametrize("key", INFERENCES.load())
def test_of_nothing_nothing_is_inferred(key: str) -> None:
    assert INFERENCES[key].infer(view()) is None


@pytest.mark.parametrize("key", INFERENCES.load())
def test_each_can_say_its_defaults(key: str) -> None:
    inference = INFERENCES[key]
    if key != "active-context":
        assert inference.say(inference.manifest.value()).endswith(".")


@pytest.fixture
def alice(alice: User) -> User:
    """With late tasks, and her consents."""
    for key in ("tasks", "calendar"):
        grant(alice.pk, key, by="connect", at=NOON - HOUR)
    make_connection(alice)
    for n in range(1, 7):
        make_task(alice, f"Late {n}", due_in=-10 * n)
    return alice


def sweep(at: Any = NOON) -> None:
    run = sweeping.begin(at=at)
    LookSchedule.objects.update(is_changed=True, claimed_until=None)
    claimed = LookSchedule.objects.claim(9, at=at, until=at + sweeping.LEASE)
    sweeping.sweep_chunk(run, claimed, at=at)


@pytest.mark.django_db
def test_a_sweep_infers_and_what_it_found_decides(alice: User) -> None:
    sweep()
    assert Belief.objects.get(inference="overdue-task").value == {"days": 35}
    assert load_view(alice.pk, at=NOON + HOUR).beliefs["overdue-task"] == Lateness(days=35)


@pytest.mark.django_db
def test_what_holds_is_not_inferred_again(alice: User) -> None:
    sweep()
    seen = load_view(alice.pk, at=NOON + HOUR)
    assert infer(seen, load_known([alice.pk])[alice.pk]) == ([], 0)
    later = load_view(alice.pk, at=NOON + 8 * DAY)
    again, _failed = infer(later, load_known([alice.pk])[alice.pk])
    assert [b.inference for b in again] == ["overdue-task"]


@pytest.mark.django_db
def test_the_persons_word_survives_a_new_inference(alice: User) -> None:
    sweep()
    say(alice.pk, "overdue-task", Lateness(days=2), at=NOON)
    sweep(NOON + 8 * DAY)
    belief = Belief.objects.get(inference="overdue-task")
    assert (belief.said, belief.value) == ({"days": 2}, {"days": 43})
    deny(alice.pk, "overdue-task", at=NOON)
    sweep(NOON + 16 * DAY)
    assert Belief.objects.get(inference="overdue-task").is_denied


@pytest.mark.django_db
def test_a_withdrawn_consent_takes_what_was_derived_but_not_what_was_said(alice: User) -> None:
    sweep()
    assert AgentOutput.objects.filter(user=alice, agent="overdue-task").exists()
    assert forget_derived(alice.pk, "tasks") >= 2
    assert not AgentOutput.objects.filter(user=alice, agent="overdue-task").exists()
    assert not Belief.objects.filter(inference="overdue-task").exists()
    sweep()
    say(alice.pk, "overdue-task", Lateness(days=2), at=NOON)
    forget_derived(alice.pk, "tasks")
    assert Belief.objects.get(inference="overdue-task").said == {"days": 2}
