"""What holds for every angle, whatever a person's rows are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone, translation
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.base import (
    LONGEST_SNIPPET,
    MOST_NOMINATIONS,
    Agent,
    Answer,
    EventView,
    Snippet,
    TaskView,
    UserView,
)
from agents.registry import AGENTS
from agents.tests.people import SOMEBODY, meeting, task
from agents.traits import (
    Blocked,
    Door,
    Energy,
    EventTraits,
    Hours,
    Place,
    Prepares,
    Trait,
    Traits,
)
from tests.clock import BERLIN, NOON, TODAY

MINUTE = timedelta(minutes=1)
TITLES = st.sampled_from(
    ["Pay", "a b c d e f g h i j k l", "Call Anna " * 12, "“x” %(n)s {0}", "日本語"]
)
AGENTS_BY_KEY = AGENTS.load()

pytestmark = pytest.mark.parametrize("key", AGENTS_BY_KEY)


@pytest.fixture(autouse=True, scope="module")
def _berlin() -> Iterator[None]:
    with timezone.override(BERLIN), translation.override("en"):
        yield


def maybe(value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | value.map(lambda v: Trait(v, "words"))


TRAITS = st.builds(
    Traits,
    hours=maybe(st.sampled_from([Hours(Door.OFFICE), Hours(Door.PEOPLE)])),
    blocked=maybe(st.builds(Blocked, task_id=st.integers(1, 6))),
    waits=maybe(st.just("Anna")),
    unblocks=maybe(st.just("the rest")),
    place=maybe(st.sampled_from(Place)),
    effort=maybe(st.integers(1, 200).map(lambda n: n * MINUTE)),
    energy=maybe(st.sampled_from(Energy)),
    prepares=maybe(st.builds(Prepares, event_id=st.integers(100, 104))),
)


# Made once: to make strategies takes longer than to draw from them.
DUE_AT = st.none() | st.integers(-600, 2_000).map(lambda n: NOON + n * MINUTE)
DAYS = st.none() | st.integers(-90, 20)
PRIORITIES, PROJECTS = st.integers(1, 4), st.sampled_from(["", "Home", "Work"])
LENGTHS = st.none() | st.integers(1, 200).map(lambda n: n * MINUTE)
ADDED = st.none() | st.just(NOON - timedelta(days=3))
STARTS, LASTS = st.integers(-120, 4_000), st.integers(5, 400)
LEAVE_BY = maybe(st.just(20 * MINUTE))
ANSWERS = st.lists(
    st.builds(
        lambda n, reaction, minutes: Answer(f"task:{n}", reaction, NOON - minutes * MINUTE),
        st.integers(1, 6),
        st.sampled_from(["done", "snooze", "dismiss"]),
        st.integers(1, 40_000),
    ),
    max_size=30,
)
HOW_MANY_MEETINGS, HOW_MANY_TASKS = st.integers(0, 4), st.integers(0, 6)


def a_task(draw: st.DrawFn, pk: int) -> TaskView:
    due_at, days = draw(DUE_AT), draw(DAYS)
    due_on = TODAY + timedelta(days=days) if days is not None else None
    return task(
        pk,
        draw(TITLES),
        due_on=due_at.date() if due_at else due_on,
        due_at=due_at,
        priority=draw(PRIORITIES),
        project=draw(PROJECTS),
        duration=draw(LENGTHS),
        added_at=draw(ADDED),
        traits=draw(TRAITS),
    )


def a_meeting(draw: st.DrawFn, pk: int) -> EventView:
    return meeting(
        pk,
        starts_in_min=draw(STARTS),
        lasts_min=draw(LASTS),
        title=draw(TITLES),
        traits=EventTraits(leave_by=draw(LEAVE_BY)),
    )


@st.composite
def _views(draw: st.DrawFn) -> UserView:
    found = [a_meeting(draw, 100 + n) for n in range(draw(HOW_MANY_MEETINGS))]
    told = draw(ANSWERS)
    return UserView(
        SOMEBODY,
        NOON,
        BERLIN,
        tasks=tuple(a_task(draw, n) for n in range(1, draw(HOW_MANY_TASKS) + 1)),
        events=tuple(sorted(found, key=lambda e: (e.starts_at, e.id))),
        answers=tuple(sorted(told, key=lambda a: a.at, reverse=True)),
    )


VIEWS = _views()


def later(view: UserView, moment: datetime) -> UserView:
    """The same rows at another moment, as they would be loaded then."""
    events = tuple(e for e in view.events if e.ends_at > moment)
    return replace(view, now=moment, events=events)


def expires(agent: Agent, seen: Snippet) -> datetime:
    trusted = NOON + agent.manifest.ttl
    return min(seen.until, trusted) if seen.until else trusted


@settings(max_examples=150, deadline=None)
@given(view=VIEWS)
def test_a_snippet_is_short_and_speaks_of_the_persons_own_rows(key: str, view: UserView) -> None:
    seen = AGENTS_BY_KEY[key].look(view)
    if seen is None:
        return
    own = {f"task:{t.id}" for t in view.tasks} | {f"event:{e.id}" for e in view.events}
    answered = {a.candidate for a in view.answers}
    assert 0 < len(seen.text.split()) <= LONGEST_SNIPPET
    assert "\n" not in seen.text
    assert len(seen.nominations) <= MOST_NOMINATIONS
    assert {n.candidate for n in seen.nominations} <= own
    assert all(0 <= n.salience <= 1 and n.reason for n in seen.nominations)
    assert [n.salience for n in seen.nominations] == sorted(
        (n.salience for n in seen.nominations), reverse=True
    )
    assert {row for fact in seen.facts for row in fact.rows} <= own | answered
    assert seen.until is None or seen.until > view.now, "until is over: it would never be kept"


@settings(max_examples=150, deadline=None)
@given(view=VIEWS, share=st.integers(0, 999))
def test_what_it_says_stays_true_until_it_says_so(key: str, view: UserView, share: int) -> None:
    agent = AGENTS_BY_KEY[key]
    seen = agent.look(view)
    if seen is None:
        return
    moment = view.now + share * (expires(agent, seen) - view.now) / 1000
    again = agent.look(later(view, moment))
    assert again is not None
    assert (again.text, again.facts) == (seen.text, seen.facts)


@settings(max_examples=50, deadline=None)
@given(view=VIEWS)
def test_the_same_view_is_seen_the_same(key: str, view: UserView) -> None:
    assert AGENTS_BY_KEY[key].look(view) == AGENTS_BY_KEY[key].look(replace(view))


@settings(max_examples=80, deadline=None)
@given(view=VIEWS)
def test_it_looks_at_nothing_but_what_its_manifest_names(key: str, view: UserView) -> None:
    agent = AGENTS_BY_KEY[key]
    unread = {"tasks", "events", "answers"} - set(agent.manifest.reads)
    nothing: dict[str, Any] = dict.fromkeys(unread, ())
    blind = replace(view, **nothing)
    seen, again = agent.look(view), agent.look(blind)
    assert (seen and (seen.text, seen.facts)) == (again and (again.text, again.facts))
