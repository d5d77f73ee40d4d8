from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest
from django.utils import timezone, translation

from agents.base import UserView
from agents.tests.people import meeting, task, view
from tests.clock import BERLIN, TODAY
from tips.decide.candidates import build_candidates
from tips.make import words
from tips.policies import deadline_first


@pytest.fixture(autouse=True)
def _berlin() -> Iterator[None]:
    with timezone.override(BERLIN), translation.override("en"):
        yield


def said(seen: UserView) -> tuple[str, str]:
    choice = deadline_first.DeadlineFirst().decide(seen, build_candidates(seen, set()), Random(0))
    assert choice.chosen is not None
    return words.render(choice.chosen, deadline_first.DeadlineFirst.manifest)


def test_the_task_is_said_in_its_own_words() -> None:
    assert said(view(task(1, "Pay rent", due_in=0))) == ("Pay rent", "Due today")


@pytest.mark.parametrize(("days", "words"), [(1, "One day overdue"), (3, "3 days overdue")])
def test_overdue_counts_days(days: int, words: str) -> None:
    assert said(view(task(1, due_in=-days)))[1] == words


def test_why_now_names_at_most_two_reasons_the_strongest_first() -> None:
    seen = view(
        task(1, due_in=0, priority=4, deadline_on=TODAY, duration=timedelta(minutes=20)),
        meeting(9, starts_in_min=60),
    )
    assert said(seen)[1] == "Deadline today · Due today"


def test_free_time_is_said_by_the_clock_of_the_person() -> None:
    seen = view(task(1, due_in=0, duration=timedelta(minutes=20)), meeting(9, starts_in_min=60))
    assert said(seen)[1] == "Due today · Takes 20 min, you are free until 1 p.m."


def test_a_meeting_without_a_title_still_has_a_name() -> None:
    assert said(view(meeting(9, starts_in_min=10, title="")))[0] == "Your next meeting"


def test_every_reason_that_the_rule_gives_has_words() -> None:
    facts = build_candidates(
        view(task(1, due_in=-1, deadline_on=TODAY), meeting(9, starts_in_min=30)), set()
    )[0].facts
    rule = deadline_first.DeadlineFirst.manifest
    assert all(words.reason(code, facts, rule) for code in (*rule.reasons, *rule.penalties))


def test_every_silence_has_a_sentence() -> None:
    rule = deadline_first.DeadlineFirst.manifest
    said = {words.silence(code, rule) for code in ("in_meeting", "nothing_open", "nothing_urgent")}
    assert len(said) == 3
    assert words.silence("in_meeting", None) == "Nothing needs you now."
