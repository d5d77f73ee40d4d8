"""A person who leaves while others still write about them: nothing stays, and nobody stumbles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from functools import partial
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.models import DeletionReceipt, User
from accounts.privacy import consents, deletion
from accounts.privacy.leftovers import Trace
from accounts.profile.change import ProfileChange, change_profile
from events import bus
from events.bus import publish
from events.catalog import ProfileChanged
from integrations.access import connections
from integrations.access.connections import AccountClosed
from integrations.complete import completing
from integrations.models import Completion, Connection
from integrations.registry import SOURCES
from integrations.sync import syncing
from tests import leaving
from tests.clock import NOON
from tests.concurrency.people import Connected, connected, somebody, what_is_left
from tests.concurrency.together import (
    Crew,
    beside,
    errors,
    later,
    meanwhile,
    wait_until_somebody_waits_for_a_lock,
)
from tests.factories import signed_in, the_tip
from tests.stand_ins.todoist import TodoistStandIn
from tips.answer import answering
from tips.make import making
from tips.models import Tip, TipSchedule

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

NOTHING: tuple[int, dict[str, int]] = (0, {})


def leave(user: User, at: datetime = NOON) -> DeletionReceipt | None:
    return leaving.delete_account(User.objects.get(pk=user.pk), receipt_id=uuid4(), at=at)


def is_clean(receipt: DeletionReceipt | None) -> bool:
    return receipt is not None and receipt.body["receipt"]["check"]["left"] == {}


def sync_it(alice: Connected, tip: Tip) -> Any:
    return syncing.sync(alice.connection.pk, at=NOON)


def answer_it(alice: Connected, tip: Tip) -> Any:
    return answering.react(tip, "snooze", at=NOON)


def show_it(alice: Connected, tip: Tip) -> Any:
    return answering.mark_shown(tip, surface="page", at=NOON)


def make_one(alice: Connected, tip: Tip) -> Any:
    Tip.objects.filter(pk=tip.pk).update(expires_at=NOON)
    return making.make_tip(alice.user.pk, at=NOON)


def close_it(alice: Connected, tip: Tip) -> Any:
    return completing.complete_due(at=NOON)


def connect_it(alice: Connected, tip: Tip) -> Any:
    given = {"token": alice.account.personal_token}
    return connections.connect(alice.user.pk, "todoist", given, "", at=NOON)


def disconnect_it(alice: Connected, tip: Tip) -> Any:
    return connections.disconnect(alice.connection.pk, at=NOON)


def rename_them(alice: Connected, tip: Tip) -> Any:
    change = ProfileChange(name=f"Alice {uuid4()}", role=str(uuid4())[:8])
    return change_profile(alice.user.pk, change, at=NOON)


def allow_it(alice: Connected, tip: Tip) -> Any:
    consents.withdraw(alice.user.pk, "calendar", at=NOON)
    return consents.grant(alice.user.pk, "calendar", by="settings", at=NOON)


WORKS = [
    sync_it,
    answer_it,
    show_it,
    make_one,
    close_it,
    connect_it,
    disconnect_it,
    rename_them,
    allow_it,
]


@pytest.mark.parametrize("work", WORKS, ids=lambda work: work.__name__)
def test_nothing_stays_of_a_person_who_leaves_during(
    work: Callable[[Connected, Tip], Any], crew: Crew, todoist: TodoistStandIn
) -> None:
    for lag in range(5):
        alice = connected(todoist)
        tip = the_tip(alice.user)
        answering.react(tip, "done", at=NOON)
        Completion.objects.filter(user=alice.user).update(next_at=NOON)
        tip = Tip.objects.get(pk=tip.pk) if work is not show_it else _second_tip(alice)
        alice.account.add_tasks(20)
        Connection.objects.filter(user=alice.user).update(next_sync_at=NOON)
        trace = Trace.of(alice.user)
        doing = partial(work, alice, tip)
        ended, other, receipt = crew.at_once(
            doing, doing, later(lag * 4, partial(leave, alice.user))
        )
        assert not [e for e in errors([ended, other]) if not isinstance(e, QUIET)], (ended, other)
        assert is_clean(receipt), receipt
        assert what_is_left(trace) == NOTHING


# What whoever comes too late is told.
QUIET = (PermissionDenied, AccountClosed)


def _second_tip(alice: Connected) -> Tip:
    answering.end_rest(alice.user.pk, at=NOON)
    return the_tip(alice.user)


def test_everything_at_once_with_somebody_leaving(crew: Crew, todoist: TodoistStandIn) -> None:
    for lag in range(10):
        alice = connected(todoist)
        tip, trace = the_tip(alice.user), Trace.of(alice.user)
        Connection.objects.filter(user=alice.user).update(next_sync_at=NOON)
        works = [partial(work, alice, tip) for work in (sync_it, answer_it, show_it, make_one)]
        *ends, receipt = crew.at_once(*works, later(lag * 3, partial(leave, alice.user)))
        assert not [end for end in errors(ends) if not isinstance(end, QUIET)], ends
        assert is_clean(receipt), receipt
        assert what_is_left(trace) == NOTHING


def test_of_three_deletions_at_once_one_is_done(crew: Crew, todoist: TodoistStandIn) -> None:
    for _ in range(5):
        alice, receipt_id = connected(todoist), uuid4()
        delete = partial(leaving.delete_account, receipt_id=receipt_id, at=NOON)
        users = [User.objects.get(pk=alice.user.pk) for _ in range(3)]
        ends = crew.at_once(*[partial(delete, user) for user in users])
        assert not errors(ends)
        assert [end.pk for end in ends if end] == [receipt_id]


@pytest.mark.parametrize("step", ["begin", "load_views", "decide", "store"])
def test_a_person_who_leaves_while_their_tip_is_made_gets_none(
    step: str, todoist: TodoistStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = connected(todoist)
    trace = Trace.of(alice.user)
    place: Any = making
    if step == "begin":  # as it is before anything has come of them
        place = TipSchedule.objects
        place.all().delete()
    meanwhile(monkeypatch, place, step, partial(beside, partial(leave, alice.user)))
    assert making.make_tip(alice.user.pk, at=NOON) is None
    assert what_is_left(trace) == NOTHING


@pytest.mark.parametrize("after", [False, True])
def test_a_person_who_leaves_while_their_source_is_read_leaves_nothing(
    after: bool, todoist: TodoistStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = connected(todoist)
    Connection.objects.filter(user=alice.user).update(next_sync_at=NOON)
    trace, gone = Trace.of(alice.user), partial(beside, partial(leave, alice.user))
    meanwhile(monkeypatch, SOURCES["todoist"], "pull", gone, after=after)
    assert syncing.sync(alice.connection.pk, at=NOON) == syncing.Outcome.GONE
    assert what_is_left(trace) == NOTHING


def test_a_showing_and_a_deletion_wait_for_each_other_without_a_deadlock(
    crew: Crew, todoist: TodoistStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = connected(todoist)
    tip, trace, begun = the_tip(alice.user), Trace.of(alice.user), Event()

    def slow(event: Any) -> None:
        begun.set()
        wait_until_somebody_waits_for_a_lock()
        publish(event)

    def leave_then() -> Any:
        assert begun.wait(10)
        return leave(alice.user)

    monkeypatch.setattr("tips.answer.answering.publish", slow)
    shown, receipt = crew.at_once(
        partial(answering.mark_shown, tip, surface="page", at=NOON), leave_then
    )
    assert shown is True
    assert is_clean(receipt), receipt
    assert what_is_left(trace) == NOTHING


def test_whoever_writes_without_the_persons_lock_waits_for_the_deletion_and_fails_whole(
    crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row with a foreign key and an event without one: neither may come after the erasing."""
    monkeypatch.setattr(
        bus, "_subscribers", defaultdict(list)
    )  # who notes it has a row to wait for
    alice = somebody()
    trace, written, erased = Trace.of(alice), Event(), Event()
    real = deletion._statement

    def write() -> None:
        with transaction.atomic():
            moments = {"connected_at": NOON, "next_sync_at": NOON}
            Connection.objects.create(user_id=alice.pk, source="x", account="a", **moments)
            publish(ProfileChanged(user_id=alice.pk, at=NOON, fields=("locale",)))
            written.set()
            assert erased.wait(10)

    def leave_then() -> Any:
        assert written.wait(10)
        return leave(alice)

    def erased_all(*args: Any, **more: Any) -> Any:
        erased.set()
        wait_until_somebody_waits_for_a_lock()
        return real(*args, **more)

    monkeypatch.setattr(deletion, "_statement", erased_all)
    refused, receipt = crew.at_once(write, leave_then)
    assert isinstance(refused, IntegrityError)
    assert is_clean(receipt)
    assert what_is_left(trace) == NOTHING


def test_pages_and_api_answer_somebody_who_is_leaving_without_an_error(
    crew: Crew, todoist: TodoistStandIn
) -> None:
    for lag in range(6):
        alice = connected(todoist)
        tip, trace = the_tip(alice.user), Trace.of(alice.user)
        page, api = signed_in(alice.user), signed_in(alice.user)
        answer = {"reaction": "snooze"}
        first, second, third, receipt = crew.at_once(
            partial(page.post, f"/tip/{tip.pk}/answer", answer),
            partial(api.post, f"/api/v1/tip/{tip.pk}/reaction", answer, "application/json"),
            partial(signed_in(alice.user).post, f"/tip/{tip.pk}/shown"),
            later(lag * 4, partial(leave, alice.user)),
        )
        assert not errors([first, second, third])
        assert is_clean(receipt), receipt
        for answered in (first, second, third):
            assert answered.status_code in {200, 204, 302, 401, 403, 404}, answered
        assert what_is_left(trace) == NOTHING
