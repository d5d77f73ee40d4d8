"""Workers at one connection: two at a time, after it is disconnected, with an expired token."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from accounts.models import Consent
from accounts.privacy import consents
from integrations.access import connections, oauth
from integrations.complete import completing
from integrations.models import Completion, Connection, Task
from integrations.registry import SOURCES
from integrations.sync import syncing
from integrations.sync.syncing import Outcome
from tests.clock import NOON
from tests.concurrency.people import Connected, connected
from tests.concurrency.together import Crew, beside, errors, later, meanwhile
from tests.factories import the_tip
from tests.stand_ins.todoist import TodoistStandIn
from tips.answer import answering

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

LATER = NOON + timedelta(minutes=20)
TOKEN_PATH = "/oauth/access_token"


def test_of_workers_at_one_connection_one_reads_and_the_others_stop_quietly(
    crew: Crew, todoist: TodoistStandIn
) -> None:
    for _ in range(12):
        alice = connected(todoist)
        alice.account.add_tasks(40)
        asked = len(todoist.requests)
        ends = crew.at_once(*[partial(syncing.sync, alice.connection.pk, at=LATER)] * 5)
        assert sorted(ends, key=str) == [Outcome.NOT_DUE] * 4 + [Outcome.SYNCED]
        assert len(todoist.requests) == asked + 1
        assert alice.tasks() == alice.tasks_there()


@pytest.mark.parametrize("after", [False, True])
def test_a_worker_given_up_for_dead_writes_nothing_when_it_wakes_up(
    after: bool, todoist: TodoistStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = connected(todoist)
    alice.account.complete(alice.tasks()[0])
    second = partial(syncing.sync, alice.connection.pk, at=LATER + syncing.CLAIM)
    ends = meanwhile(monkeypatch, SOURCES["todoist"], "pull", partial(beside, second), after=after)
    assert syncing.sync(alice.connection.pk, at=LATER) == Outcome.DISCARDED
    assert ends == [Outcome.SYNCED]
    assert alice.tasks() == alice.tasks_there()
    assert alice.load().synced_at == LATER + syncing.CLAIM


@pytest.mark.parametrize("after", [False, True])
def test_what_was_read_with_old_credentials_is_discarded_when_new_ones_come(
    after: bool, todoist: TodoistStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = connected(todoist)
    given = {"token": alice.account.personal_token}
    connect = partial(connections.connect, alice.user.pk, "todoist", given, "", at=LATER)
    meanwhile(monkeypatch, SOURCES["todoist"], "pull", partial(beside, connect), after=after)
    assert syncing.sync(alice.connection.pk, at=LATER) == Outcome.DISCARDED
    assert alice.load().synced_at == NOON
    assert syncing.sync(alice.connection.pk, at=LATER) == Outcome.SYNCED


def test_nothing_that_a_sync_read_outlives_the_disconnecting(
    crew: Crew, todoist: TodoistStandIn
) -> None:
    for lag in range(15):
        alice = connected(todoist)
        alice.account.add_tasks(20)
        synced, gone = crew.at_once(
            partial(syncing.sync, alice.connection.pk, at=LATER),
            later(lag, partial(connections.disconnect, alice.connection.pk, at=LATER)),
        )
        assert synced in {Outcome.SYNCED, Outcome.GONE, Outcome.NOT_DUE}
        assert gone is False  # a personal token cannot be given back
        assert not Connection.objects.filter(user=alice.user).exists()
        assert not Task.objects.filter(user=alice.user).exists()


def test_of_two_who_disconnect_at_once_both_end_well(crew: Crew, todoist: TodoistStandIn) -> None:
    for _ in range(10):
        alice = connected(todoist)
        ends = crew.at_once(*[partial(connections.disconnect, alice.connection.pk, at=LATER)] * 3)
        assert not errors(ends)
        assert not Connection.objects.filter(user=alice.user).exists()


def test_of_two_who_connect_the_same_account_at_once_one_connection_comes(
    crew: Crew, todoist: TodoistStandIn
) -> None:
    for _ in range(10):
        alice = connected(todoist)
        connections.disconnect(alice.connection.pk, at=NOON)
        given = {"token": alice.account.personal_token}
        connect = partial(connections.connect, alice.user.pk, "todoist", given, "", at=LATER)
        ends = crew.at_once(connect, connect, connect)
        assert not errors(ends)
        assert Connection.objects.get(user=alice.user).pk == ends[0].pk
        assert Consent.objects.open(alice.user.pk).filter(key="tasks").count() == 1


def _withdraw(alice: Connected) -> None:
    """The click, and then its subscriber's task."""
    consents.withdraw(alice.user.pk, "tasks", at=LATER)
    connections.end_consent(alice.user.pk, "tasks", at=LATER)


def test_nothing_that_a_sync_read_outlives_the_consent(crew: Crew, todoist: TodoistStandIn) -> None:
    for lag in range(15):
        alice = connected(todoist)
        alice.account.add_tasks(20)
        ends = crew.at_once(
            partial(syncing.sync, alice.connection.pk, at=LATER),
            later(lag, partial(_withdraw, alice)),
        )
        assert not errors(ends)
        assert ends[0] in {Outcome.SYNCED, Outcome.GONE, Outcome.NOT_DUE}
        assert not Connection.objects.filter(user=alice.user).exists()
        assert not Task.objects.filter(user=alice.user).exists()


def test_a_consent_withdrawn_while_the_source_is_read_ends_the_connection(
    todoist: TodoistStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = connected(todoist)
    ends = partial(beside, partial(_withdraw, alice))
    meanwhile(monkeypatch, SOURCES["todoist"], "pull", ends, after=True)
    assert syncing.sync(alice.connection.pk, at=LATER) == Outcome.GONE
    assert not Task.objects.filter(user=alice.user).exists()


def expire(todoist: TodoistStandIn) -> None:
    todoist.clock.advance(seconds=3601)


@pytest.mark.parametrize("workers", [2, 4])
def test_for_each_expiry_one_worker_asks_for_a_token_and_all_calls_succeed(
    workers: int, crew: Crew, todoist: TodoistStandIn
) -> None:
    """A token that was lost, or used twice an hour apart, would show in the next round."""
    alice, source = connected(todoist, oauth=True), SOURCES["todoist"]
    for expiry in range(1, 11):
        expire(todoist)
        seen = [alice.load() for _ in range(workers)]
        works = [
            partial(oauth.with_access, row, source, partial(source.pull, at=NOON)) for row in seen
        ]
        ends = crew.at_once(*works)
        assert not errors(ends)
        assert len(todoist.requests_to(TOKEN_PATH)) == expiry
        fresh = alice.load().read_credentials()
        assert todoist.authority.find_grant(fresh["access_token"])
        assert fresh["refresh_token"] not in {r.read_credentials()["refresh_token"] for r in seen}


def test_a_sync_and_closings_share_one_fresh_token(crew: Crew, todoist: TodoistStandIn) -> None:
    for expiry in range(1, 9):
        alice = connected(todoist, oauth=True)
        tip = the_tip(alice.user)
        answering.react(tip, "done", at=NOON)
        key = Completion.objects.get(user=alice.user).key
        expire(todoist)
        synced, closed = crew.at_once(
            partial(syncing.sync, alice.connection.pk, at=LATER),
            partial(completing.complete_one, key, at=LATER),
        )
        assert (synced, closed) == (Outcome.SYNCED, alice.connection.pk)
        assert len(todoist.requests_to(TOKEN_PATH)) == expiry
        assert alice.load().state == Connection.State.OK
        assert len(alice.account.completions) == 1
