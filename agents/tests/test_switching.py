"""An agent that staff has switched off looks at nobody, and what it saw is used no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from accounts.models import User
from accounts.privacy.consents import grant
from agents.base import UserView
from agents.looking import sweeping
from agents.looking.eligibility import may_look
from agents.looking.looking import look
from agents.looking.outputs import load_current, see
from agents.models import AgentOutput, AgentSwitch, LookSchedule, Sweep
from agents.registry import AGENTS
from agents.tests.people import task, view
from agents.view import load_view, load_views
from tests.clock import NOON
from tests.factories import make_task

MINUTE = timedelta(minutes=1)
OVERDUE = "overdue-task"
SEEN = replace(view(task(1, "Rent", due_in=-1)), consents=frozenset({"tasks"}))


@pytest.fixture
def somebody(alice: User) -> User:
    """Allows her tasks, of which one is overdue."""
    grant(alice.pk, "tasks", by="connect", at=NOON - MINUTE)
    make_task(alice, "Call the bank", due_in=-1)
    LookSchedule.objects.begin([alice.pk])
    LookSchedule.objects.note_activity(alice.pk, at=NOON - MINUTE)
    return alice


def sweep(minutes: int = 0) -> Sweep:
    at = NOON + minutes * MINUTE
    run = sweeping.begin(at=at)
    while claimed := LookSchedule.objects.claim(9, at=at, until=at + sweeping.LEASE):
        sweeping.sweep_chunk(run, claimed, at=at)
    run.refresh_from_db()
    return run


def used(user: User, minutes: int = 0) -> set[str]:
    at = NOON + minutes * MINUTE
    kept = load_current([user.pk], at=at).get(user.pk, {})
    return set(see(load_view(user.pk, at=at), kept))


def test_it_may_not_look_and_others_may() -> None:
    off = replace(SEEN, switched_off=frozenset({OVERDUE}))
    assert may_look(AGENTS[OVERDUE].manifest, SEEN)
    assert not may_look(AGENTS[OVERDUE].manifest, off)
    others = [agent.manifest for agent in AGENTS if agent.manifest.key != OVERDUE]
    assert [may_look(m, off) for m in others] == [may_look(m, SEEN) for m in others]


def test_it_sees_nothing() -> None:
    off = replace(SEEN, switched_off=frozenset({OVERDUE}))
    assert look(SEEN).seen[OVERDUE] is not None
    assert look(off).seen[OVERDUE] is None


def test_the_switch_is_in_everybodys_view(alice: User, bob: User) -> None:
    assert load_view(alice.pk, at=NOON).switched_off == frozenset()
    AgentSwitch.objects.switch_off(OVERDUE, at=NOON)
    views = load_views([alice.pk, bob.pk], at=NOON)
    assert [seen.switched_off for seen in views.values()] == [{OVERDUE}, {OVERDUE}]


def test_a_sweep_writes_nothing_for_it(somebody: User) -> None:
    AgentSwitch.objects.switch_off(OVERDUE, at=NOON)
    assert sweep().written == 0
    assert not AgentOutput.objects.exists()


def test_what_it_saw_is_used_no_more_and_goes_with_the_next_look(somebody: User) -> None:
    sweep()
    assert OVERDUE in used(somebody)
    AgentSwitch.objects.switch_off(OVERDUE, at=NOON)
    assert AgentOutput.objects.filter(agent=OVERDUE).exists()
    assert OVERDUE not in used(somebody)
    due = LookSchedule.objects.get(pk=somebody.pk).next_look_at
    assert due is not None
    assert sweep((due - NOON) // MINUTE + 1).dropped == 1
    assert not AgentOutput.objects.filter(agent=OVERDUE).exists()


def test_it_goes_even_where_the_last_look_still_holds(somebody: User) -> None:
    sweep()
    AgentSwitch.objects.switch_off(OVERDUE, at=NOON)
    LookSchedule.objects.filter(pk=somebody.pk).update(next_look_at=NOON)
    assert sweep(1).dropped == 1
    assert not AgentOutput.objects.exists()


def test_switched_on_again_it_looks_at_the_next_decision(somebody: User) -> None:
    AgentSwitch.objects.switch_off(OVERDUE, at=NOON)
    sweep()
    assert OVERDUE not in used(somebody, 1)
    AgentSwitch.objects.switch_on(OVERDUE)
    assert OVERDUE in used(somebody, 1)
    assert not AgentOutput.objects.exists()


def test_switched_on_again_the_sweep_writes_it_within_its_ttl(somebody: User) -> None:
    AgentSwitch.objects.switch_off(OVERDUE, at=NOON)
    sweep()
    AgentSwitch.objects.switch_on(OVERDUE)
    due = LookSchedule.objects.get(pk=somebody.pk).next_look_at
    assert due is not None
    assert due <= NOON + AGENTS[OVERDUE].manifest.ttl
    for minutes in range(1, AGENTS[OVERDUE].manifest.ttl // MINUTE + 2, 15):
        sweep(minutes)
    assert AgentOutput.objects.filter(agent=OVERDUE).exists()


@pytest.mark.django_db
def test_a_switch_says_whether_it_changed_anything() -> None:
    assert AgentSwitch.objects.switch_off(OVERDUE, at=NOON)
    assert not AgentSwitch.objects.switch_off(OVERDUE, at=NOON + MINUTE)
    assert AgentSwitch.objects.get().off_since == NOON
    assert AgentSwitch.objects.off() == {OVERDUE}
    assert AgentSwitch.objects.switch_on(OVERDUE)
    assert not AgentSwitch.objects.switch_on(OVERDUE)
    assert AgentSwitch.objects.off() == frozenset()


def test_a_view_made_by_hand_has_all_on() -> None:
    seen: UserView = view()
    assert seen.switched_off == frozenset()
