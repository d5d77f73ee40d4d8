"""Evidence counts: without what a choice cites, good sense chooses otherwise, or for less."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest
from django.utils import timezone, translation
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from agents.base import EventView, TaskView, UserView
from agents.tests.people import meeting, task, view
from agents.traits import LastMoment, Origin, Prepares, Trait, Traits
from tests.clock import BERLIN, NOON, TODAY
from tips.base import Choice, Scored
from tips.make import words
from tips.policies.good_sense import GoodSense
from tips.tests.deciding import decide
from tips.tests.test_good_sense import MEETINGS, TASKS

# The trait that each reason names. Points that the moment, a date or an answer earns are not here.
NAMES = {
    "last_moment": "last_moment",
    "near": "last_moment",
    "obsolete_soon": "obsolete_after",
    "prepares": "prepares",
    "waits": "waits",
    "unblocks": "unblocks",
    "deep_morning": "energy",
    "stakes_money": "stakes",
    "stakes_work": "stakes",
    "stakes_people": "stakes",
    "stakes_health": "stakes",
}
# By how many there are at least.
SOME_TASKS = {least: st.lists(TASKS, min_size=least, max_size=3) for least in (1, 2)}


@pytest.fixture(autouse=True, scope="module")
def _berlin() -> Iterator[None]:
    with timezone.override(BERLIN), translation.override("en"):
        yield


@st.composite
def days(draw: st.DrawFn, *, least: int = 1) -> UserView:
    """A few tasks, and maybe a meeting."""
    some = draw(SOME_TASKS[least])
    numbered = [replace(each, id=n) for n, each in enumerate(some, start=1)]
    return view(*numbered, *filter(None, [draw(MEETINGS)]))


def spoken(seen: UserView) -> tuple[Choice, Scored]:
    choice = decide(seen)
    assume(choice.chosen is not None)
    assert choice.chosen
    return choice, choice.chosen


def without_row(seen: UserView, chosen: Scored) -> UserView:
    cited = {(e.model, e.id) for e in chosen.candidate.evidence}
    return replace(
        seen,
        tasks=tuple(t for t in seen.tasks if ("task", t.id) not in cited),
        events=tuple(e for e in seen.events if ("event", e.id) not in cited),
    )


def without_trait(seen: UserView, about: int, trait: str) -> UserView:
    def bare(each: TaskView) -> TaskView:
        return replace(each, traits=replace(each.traits, **{trait: None}))

    return replace(seen, tasks=tuple(bare(t) if t.id == about else t for t in seen.tasks))


def same(choice: Choice, key: str) -> Scored:
    (found,) = [s for s in choice.ranking if s.candidate.key == key]
    return found


@settings(max_examples=100, deadline=None)
@given(days())
def test_without_the_row_that_it_cites_the_choice_is_another(seen: UserView) -> None:
    _choice, chosen = spoken(seen)
    assert chosen.candidate.evidence
    after = decide(without_row(seen, chosen))
    assert chosen.candidate.key not in {s.candidate.key for s in after.ranking}
    assert after.chosen is None or after.chosen.candidate.key != chosen.candidate.key


@settings(max_examples=100, deadline=None)
@given(days(least=2))
def test_without_another_row_what_the_choice_says_of_itself_is_the_same(seen: UserView) -> None:
    """It is its own evidence that counts: no task speaks for another that it does not name."""
    choice, chosen = spoken(seen)
    others = [s for s in choice.ranking if s.candidate.key.startswith("task:") and s != chosen]
    assume(others)
    after = same(decide(without_row(seen, others[0])), chosen.candidate.key)
    assert (after.score, after.reasons) == (chosen.score, chosen.reasons)


def replaced(chosen: Scored, after: Scored) -> bool:
    """Another reason, which was not said, speaks in its place: two name the same moment."""
    return bool(set(after.reasons) - set(chosen.reasons))


@settings(max_examples=200, deadline=None)
@given(days())
def test_without_the_trait_that_it_names_the_reason_is_gone_and_it_is_worth_less(
    seen: UserView,
) -> None:
    _choice, chosen = spoken(seen)
    named = [code for code in chosen.reasons if code in NAMES]
    assume(named)
    about = chosen.candidate.evidence[0].id
    for code in named:
        after = same(decide(without_trait(seen, about, NAMES[code])), chosen.candidate.key)
        assert code not in after.reasons
        if code == chosen.reasons[0] and not replaced(chosen, after):
            assert after.score < chosen.score
        assert after.score <= chosen.score


def test_without_the_event_that_it_prepares_nothing_is_said_of_it() -> None:
    pack = task(1, "Passport", traits=Traits(prepares=Trait(Prepares("Flight"), "Flight")))
    flight: EventView = meeting(9, starts_in_min=300, title="Flight to Porto")
    seen = view(pack, flight)
    before = same(decide(seen), "task:1")
    assert before.reasons[0] == "prepares"
    after = same(decide(view(pack)), "task:1")
    assert "prepares" not in after.reasons
    assert after.score < before.score


LAST = [
    (LastMoment(at=time(16)), "You said: not after 4 p.m."),
    (LastMoment(TODAY + timedelta(days=1)), "You said: not after May 6"),
    (LastMoment(TODAY, time(18, 30)), "You said: not after May 5 6:30 p.m."),
    (LastMoment(TODAY, time()), "You said: not after May 5 midnight"),
    (LastMoment(), "You said: not after the day on which it is due"),
]


@pytest.mark.parametrize(("last", "line"), LAST)
def test_a_last_moment_that_the_person_said_is_told_as_theirs(last: LastMoment, line: str) -> None:
    theirs: Trait[Any] = Trait(last, origin=Origin.PERSON)
    due = 0 if last.on is None else None
    about = task(1, "Parcel", due_in=due, traits=Traits(last_moment=theirs), added_at=NOON)
    scored = same(decide(view(about)), "task:1")
    assert scored.reasons[0] == "last_moment"
    facts = scored.candidate.facts
    assert words.reason("last_moment", facts, GoodSense.manifest) == line


def test_a_last_moment_that_was_read_is_told_by_its_words() -> None:
    read = Traits(last_moment=Trait(LastMoment(at=time(16)), "before 4"))
    scored = same(decide(view(task(1, "Parcel", due_in=0, traits=read))), "task:1")
    facts = scored.candidate.facts
    assert words.reason("last_moment", facts, GoodSense.manifest) == "It says “before 4”"
