"""Deciding about many people at once: beat's keep_ready, and what it may not do to anybody."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from agents.base import UserView
from agents.view import load_views
from events.bus import publish
from events.catalog import TasksSynced
from integrations.models import Task
from oo.lib import bulk
from tests.clock import NOON
from tests.factories import make_event, make_person, make_task
from tips import conf, tasks
from tips.answer import answering
from tips.make import deciding, making
from tips.make.making import make_tip, make_tips
from tips.models import Tip, TipDecision, TipSchedule

LATER = NOON + conf.LONGEST_LIFE


def crowd(size: int, prefix: str = "person") -> list[User]:
    """Each with something due, something to be reminded of, and a tip of NOON."""
    people = [make_person(f"{prefix}{n}") for n in range(size)]
    for user in people:
        make_task(user, f"Pay {user.name}")
        make_event(user, starts_in_min=300)
        make_tip(user.pk, at=NOON)
    return people


def ids(people: list[User]) -> list[UUID]:
    return [user.pk for user in people]


def test_everybody_gets_their_own(db: None) -> None:
    people = crowd(4)
    made = make_tips(ids(people), at=LATER)
    assert {pk: tip.content for pk, tip in made.live.items()} == {
        user.pk: f"Pay {user.name}" for user in people
    }
    assert {tip.pk for tip in made.made} == {tip.pk for tip in made.live.values()}
    assert Tip.objects.live().count() == 4
    assert TipDecision.objects.filter(at=LATER).count() == 4


def test_somebody_new_is_looked_after_though_every_message_is_lost(alice: User) -> None:
    """Tasks come, and whoever would have said so is not heard."""
    make_task(alice, "Pay")
    publish(TasksSynced(user_id=alice.pk, at=NOON, connection_id=uuid4(), changed=1, removed=0))
    assert TipSchedule.objects.get().next_look_at == NOON
    with time_machine.travel(NOON, tick=False):
        tasks.keep_ready()
    assert Tip.objects.live().get().content == "Pay"


def test_a_crowd_takes_as_many_queries_as_one_person(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "FEW", 0)  # a few rows take fewer
    counts = []
    for size in (2, 30):
        people = crowd(size, f"of{size}-")
        mark_shown(people[0])
        with CaptureQueriesContext(connection) as queries:
            make_tips(ids(people), at=LATER)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def mark_shown(user: User) -> None:
    answering.mark_shown(Tip.objects.live().get(user=user), surface="page", at=NOON)


def test_nothing_changed_decides_nothing(db: None) -> None:
    people = crowd(3)
    make_tips(ids(people), at=NOON + timedelta(minutes=1))
    assert TipDecision.objects.count() == 3


def test_one_whose_decision_fails_hurts_no_other_and_is_due_again(
    db: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    alice, *others = crowd(3)
    decide = deciding.decide

    def fails_for_alice(view: UserView, *args: Any) -> Any:
        if view.user_id == alice.pk:
            raise ValueError(view.tasks[0].title)
        return decide(view, *args)

    monkeypatch.setattr(making, "decide", fails_for_alice)
    with caplog.at_level(logging.ERROR):
        claimed = TipSchedule.objects.claim(9, at=LATER, until=LATER + timedelta(minutes=2))
        made = make_tips(claimed, at=LATER)
    assert set(made.live) == {user.pk for user in others}
    assert set(made.failures) == {alice.pk}
    assert "ValueError" in caplog.text
    assert alice.name not in caplog.text
    due = TipSchedule.objects.due(at=LATER + timedelta(minutes=2))
    assert list(due.values_list("pk", flat=True)) == [alice.pk]


def test_whose_dates_are_impossible_keeps_nobody_from_a_tip(alice: User, bob: User) -> None:
    make_task(alice, "Never", due_on=date.max, due_time=time(23, 59), due_zone="America/New_York")
    make_task(alice, "Pay rent")
    make_task(bob, "Water plants")
    made = make_tips([alice.pk, bob.pk], at=NOON)
    assert {tip.content for tip in made.live.values()} == {"Pay rent", "Water plants"}
    assert made.failures == {}


def test_the_page_hears_of_a_decision_that_failed(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_args: Any) -> Any:
        raise ValueError("no policy")

    monkeypatch.setattr(making, "decide", fails)
    with pytest.raises(ValueError, match="no policy"):
        make_tip(alice.pk, at=NOON)


def test_of_whom_something_changed_meanwhile_is_decided_anew(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = crowd(2)
    rounds: list[set[UUID]] = []

    def read_then_sync(user_ids: Collection[UUID], *, at: datetime) -> dict[UUID, UserView]:
        views = load_views(user_ids, at=at)
        rounds.append(set(views))
        if len(rounds) == 1:
            Task.objects.filter(user=alice).update(title="Pay by card", changed_at=at)
            TipSchedule.objects.look_again(alice.pk, at=at)
        return views

    monkeypatch.setattr(making, "load_views", read_then_sync)
    made = make_tips([alice.pk, bob.pk], at=LATER)
    assert made.live[alice.pk].content == "Pay by card"
    assert rounds == [{alice.pk, bob.pk}, {alice.pk}]
    assert TipDecision.objects.filter(at=LATER).count() == 2


def test_who_changes_all_the_time_keeps_what_is_on_the_page(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_task(alice, "Pay rent")
    first = make_tip(alice.pk, at=NOON)

    def read_then_change(user_ids: Collection[UUID], *, at: datetime) -> dict[UUID, UserView]:
        TipSchedule.objects.look_again(alice.pk, at=at)
        return load_views(user_ids, at=at)

    monkeypatch.setattr(making, "load_views", read_then_change)
    assert make_tip(alice.pk, at=NOON + timedelta(minutes=1)) == first
    assert TipSchedule.objects.due(at=NOON + timedelta(minutes=1)).exists()


def test_who_rests_is_put_off_and_shown_nothing(alice: User) -> None:
    make_task(alice, "Pay rent")
    make_task(alice, "Water plants")
    tip = make_tip(alice.pk, at=NOON)
    assert tip is not None
    answering.react(tip, "dismiss", at=NOON)
    TipSchedule.objects.update(next_look_at=NOON)
    made = make_tips([alice.pk], at=NOON + timedelta(minutes=1))
    assert made.live == {}
    assert TipSchedule.objects.get().next_look_at == NOON + conf.REST_AFTER_ANSWER


def test_who_has_left_costs_nobody_anything(alice: User, charlie: User) -> None:
    make_task(alice, "Pay rent")
    made = make_tips([charlie.pk, alice.pk], at=NOON)
    assert set(made.live) == {alice.pk}
    assert not TipSchedule.objects.filter(user=charlie).exists()


def test_nobody_is_claimed_twice_and_all_are_due_again_after_the_lease(db: None) -> None:
    people = crowd(5)
    until = LATER + conf.KEEP_READY_LEASE
    first = TipSchedule.objects.claim(3, at=LATER, until=until)
    second = TipSchedule.objects.claim(3, at=LATER, until=until)
    assert (len(first), len(second)) == (3, 2)
    assert {*first, *second} == {user.pk for user in people}
    assert TipSchedule.objects.claim(9, at=LATER, until=until) == []
    assert len(TipSchedule.objects.claim(9, at=until, until=until)) == 5


def test_a_full_chunk_calls_for_another_worker(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd(5)
    called: list[Any] = []
    monkeypatch.setattr(conf, "KEEP_READY_PEOPLE", 3)
    monkeypatch.setattr(tasks, "look_now", lambda task, *_a, **_k: called.append(task))
    with time_machine.travel(LATER.astimezone(UTC), tick=False):
        assert [tasks.keep_ready(), tasks.keep_ready(), tasks.keep_ready()] == [3, 2, 0]
    assert called == [tasks.keep_ready]
    assert TipDecision.objects.count() == 10
