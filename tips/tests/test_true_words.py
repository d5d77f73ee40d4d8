"""Every sentence that is rendered is implied by the facts, whatever the facts are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.utils import timezone, translation
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.base import EventView, TaskView
from agents.tests.people import meeting, task, view
from tests.clock import BERLIN, NOON, TODAY
from tips.base import Facts, PolicyManifest
from tips.decide.candidates import build_candidates
from tips.make import words
from tips.policies.deadline_first import DeadlineFirst, score

# What must hold for a sentence to be true: written from the words alone, not from the policy.
TRUE: dict[str, Callable[[Facts], object]] = {
    "overdue": lambda f: f.due_in_days is not None and f.due_in_days < 0,
    "long_overdue": lambda f: f.due_in_days is not None and f.due_in_days < 0,
    "past_time": lambda f: f.due_at and f.due_at <= NOON and f.due_in_days == 0,
    "due_soon": lambda f: f.due_at and f.due_at > NOON and f.due_in_days == 0,
    "due_at": lambda f: f.due_at and f.due_at > NOON and f.due_in_days == 0,
    "due_today": lambda f: f.due_in_days == 0,
    "due_tomorrow": lambda f: f.due_in_days == 1,
    "due_in_days": lambda f: f.due_in_days is not None and f.due_in_days > 1,
    "deadline": lambda f: f.deadline_in_days is not None and f.deadline_in_days >= 0,
    "deadline_missed": lambda f: f.deadline_in_days is not None and f.deadline_in_days < 0,
    "urgent": lambda f: f.priority == 4,
    "important": lambda f: f.priority in (2, 3),
    "fits_gap": lambda f: f.gap and f.duration is not None and f.duration <= f.gap.length,
    "too_long": lambda f: f.gap and f.duration is not None and f.duration > f.gap.length,
    "gap_too_short": lambda f: f.gap and f.duration is None,
    "starts_soon": lambda f: f.starts_at and f.starts_at > NOON,
}

RULE: PolicyManifest = DeadlineFirst.manifest
DAYS = st.none() | st.integers(-40, 40)
MINUTES = st.integers(-600, 2_000)


@st.composite
def tasks(draw: st.DrawFn) -> TaskView:
    due_at = draw(st.none() | MINUTES.map(lambda n: NOON + timedelta(minutes=n)))
    days = draw(DAYS)
    due_on = TODAY + timedelta(days=days) if days is not None else None
    deadline = draw(DAYS)
    return task(
        1,
        due_on=due_at.date() if due_at else due_on,
        due_at=due_at,
        deadline_on=TODAY + timedelta(days=deadline) if deadline is not None else None,
        priority=draw(st.integers(1, 4)),
        duration=draw(st.none() | st.integers(1, 900).map(lambda n: timedelta(minutes=n))),
        is_recurring=draw(st.booleans()),
        returned_at=draw(st.none() | st.integers(0, 3).map(lambda n: NOON - timedelta(days=n))),
    )


@st.composite
def meetings(draw: st.DrawFn) -> EventView:
    return meeting(9, starts_in_min=draw(st.integers(1, 700)))


@pytest.fixture(autouse=True, scope="module")
def _berlin() -> Iterator[None]:
    with timezone.override(BERLIN), translation.override("en"):
        yield


def numbers_of(facts: Facts) -> set[int]:
    """Every number that these facts allow in a sentence, by whichever clock or unit."""
    found = {abs(n) for n in (facts.due_in_days, facts.deadline_in_days) if n is not None}
    moments: list[datetime | None] = [facts.due_at, facts.starts_at]
    moments.append(facts.gap.until if facts.gap else None)
    for moment in filter(None, moments):
        local = moment.astimezone(BERLIN)
        found |= {local.hour % 12 or 12, local.minute}
    if facts.duration is not None:
        minutes = int(facts.duration.total_seconds() // 60)
        found |= {minutes, *divmod(minutes, 60)}
    return found


@settings(max_examples=400, deadline=None)
@given(tasks(), st.none() | meetings())
def test_every_sentence_is_implied_by_the_facts(
    about: TaskView, next_meeting: EventView | None
) -> None:
    for candidate in build_candidates(view(about, *filter(None, [next_meeting])), set()):
        scored = score(candidate)
        for code in (*scored.reasons, *scored.penalties):
            sentence = words.reason(code, candidate.facts, RULE)
            assert sentence
            assert TRUE[code](candidate.facts), (code, sentence, candidate.facts)
            said = {int(n) for n in re.findall(r"\d+", sentence)}
            assert said <= numbers_of(candidate.facts), (sentence, candidate.facts)


def test_every_code_that_has_words_has_its_truth_written_down() -> None:
    assert TRUE.keys() == RULE.reasons.keys() | RULE.penalties.keys()


def test_what_earns_and_what_costs_are_two_lists() -> None:
    assert not RULE.reasons.keys() & RULE.penalties.keys()


def test_a_task_of_unknown_length_is_not_called_too_long() -> None:
    (candidate, *_rest) = build_candidates(view(task(1), meeting(9, starts_in_min=5)), set())
    assert score(candidate).reasons == ()
    (code,) = score(candidate).penalties
    assert words.reason(code, candidate.facts, RULE) == "You are free only until 12:05 p.m."
