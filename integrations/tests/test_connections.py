from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from accounts.models import Consent, User
from accounts.privacy import consents
from accounts.profile.change import ProfileChange, change_profile
from events.models import EventRecord
from integrations import tasks
from integrations.access import connections
from integrations.complete import completions
from integrations.models import Completion, Connection, Task
from integrations.registry import SOURCES
from integrations.sync import due
from integrations.sync.syncing import Outcome, sync
from integrations.tests.scripted import (
    MINUTE,
    Scripted,
    full,
    make_scripted_connection,
    make_scripted_task,
    task,
)
from oo.lib.http import Unauthorized, Unreachable
from tests.clock import NOON
from tests.factories import make_completion, make_event

SOON = NOON + MINUTE
State = Completion.State


def connect(user: User, source: str = "scripted", document: str = "") -> Connection:
    return connections.connect(user.pk, source, {"access_token": "new"}, document, at=NOON)


def test_connecting_stores_grants_and_tells(scripted: Scripted, alice: User, subjects: Any) -> None:
    row = connect(alice)
    row.refresh_from_db()
    assert (row.state, row.label, row.next_sync_at) == ("new", "alice@scripted", NOON)
    assert row.read_credentials() == {"access_token": "new"}
    assert Consent.objects.open(alice.pk).get().granted_by == "connect"
    assert subjects() == ["accounts.consent.granted", "signals.connection.changed"]


def test_connecting_the_same_account_again_renews_it(
    scripted: Scripted, connection: Connection, alice: User
) -> None:
    kept = make_scripted_task(connection)
    Connection.objects.update(
        state="reconnect", attempts=4, last_error="unauthorized", synced_at=NOON, cursor={"n": 3}
    )
    again = connect(alice)
    again.refresh_from_db()
    assert (again.pk, again.state, again.attempts, again.last_error) == (connection.pk, "ok", 0, "")
    assert (again.cursor, again.read_credentials()) == ({"n": 3}, {"access_token": "new"})
    assert Task.objects.get() == kept


def test_another_document_is_read_from_the_beginning(scripted: Scripted, alice: User) -> None:
    connect(alice, "scripted-calendar", "one")
    Connection.objects.update(cursor={"n": 3})
    connect(alice, "scripted-calendar", "one")
    assert Connection.objects.get().cursor == {"n": 3}
    assert connect(alice, "scripted-calendar", "two").cursor == {}


def test_what_is_read_with_the_old_credentials_while_reconnecting_is_discarded(
    scripted: Scripted, connection: Connection, alice: User
) -> None:
    scripted.script.says = full(task())
    scripted.script.meanwhile = lambda: connect(alice)
    assert sync(connection.pk, at=NOON) == Outcome.DISCARDED
    assert not Task.objects.exists()


def test_what_the_source_refuses_is_not_connected(scripted: Scripted, alice: User) -> None:
    scripted.script.refuses = Unauthorized("scripted", status=401)
    with pytest.raises(Unauthorized):
        connect(alice)
    assert not Connection.objects.exists()
    assert not Consent.objects.exists()


def test_bobs_connection_to_the_same_account_is_his_own(
    scripted: Scripted, connection: Connection, bob: User
) -> None:
    connect(bob)
    connection.refresh_from_db()
    assert Connection.objects.count() == 2
    assert connection.read_credentials()["access_token"] == "old"


def test_somebody_who_has_left_connects_nothing(scripted: Scripted, charlie: User) -> None:
    with pytest.raises(connections.AccountClosed):
        connect(charlie)
    assert not Connection.objects.exists()


def test_disconnecting_revokes_forgets_and_tells(
    scripted: Scripted, connection: Connection, subjects: Any
) -> None:
    make_completion(make_scripted_task(connection))
    assert connections.disconnect(connection.pk, at=NOON) is True
    assert scripted.script.revoked == [{"access_token": "old", "refresh_token": "r1"}]
    assert not Connection.objects.exists()
    assert not Task.objects.exists()
    assert not Completion.objects.exists()
    assert subjects() == ["signals.connection.changed", "signals.task.close_failed"]
    assert EventRecord.objects.order_by("pk")[0].body["state"] == "disconnected"
    assert connections.disconnect(connection.pk, at=NOON) is None


@pytest.fixture(params=[Unreachable("scripted"), KeyError("refresh_token")], ids=type)
def unrevoked(
    request: pytest.FixtureRequest, scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The source cannot be reached, or breaks while access is given back to it."""

    def fail(_credentials: Any) -> bool:
        raise request.param

    monkeypatch.setattr(scripted, "revoke", fail)


def test_a_source_that_takes_nothing_back_is_disconnected_all_the_same(
    unrevoked: None, connection: Connection
) -> None:
    make_scripted_task(connection)
    assert connections.disconnect(connection.pk, at=NOON) is False
    assert not Task.objects.exists()
    sync(connection.pk, at=NOON + 1_440 * MINUTE)  # for a day one that is away is asked
    assert not Connection.objects.exists()


def test_a_source_that_takes_nothing_back_is_left_all_the_same(
    unrevoked: None, connection: Connection
) -> None:
    assert connections.leave(connection.pk, at=NOON)
    assert sync(connection.pk, at=NOON) == Outcome.GONE
    sync(connection.pk, at=NOON + 1_440 * MINUTE)  # for a day one that is away is asked
    assert not Connection.objects.exists()


def test_a_withdrawn_consent_ends_a_source_that_takes_nothing_back(
    unrevoked: None, connection: Connection, alice: User, queued: list[Any]
) -> None:
    consents.withdraw(alice.pk, "tasks", at=NOON)
    assert connections.end_consent(alice.pk, "tasks", at=NOON) == 1
    assert not Connection.objects.known().exists()
    assert connections.end_consent(alice.pk, "tasks", at=SOON) == 0  # and no day begins anew
    sync(connection.pk, at=NOON + 1_440 * MINUTE)
    assert not Connection.objects.exists()


@pytest.mark.parametrize("by", ["the subscriber", "the next sync"])
def test_a_source_that_is_away_when_a_consent_ends_is_asked_again(
    scripted: Scripted, connection: Connection, alice: User, queued: list[Any], by: str
) -> None:
    scripted.script.keeps = Unreachable("scripted")
    consents.withdraw(alice.pk, "tasks", at=NOON)
    if by == "the subscriber":
        connections.end_consent(alice.pk, "tasks", at=NOON)
    else:
        assert sync(connection.pk, at=NOON) == Outcome.GONE
    left = Connection.objects.get()
    assert (left.state, left.claimed_until, left.attempts) == ("leaving", None, 1)
    scripted.script.keeps = None
    sync(connection.pk, at=left.next_sync_at)
    assert len(scripted.script.revoked) == 2
    assert not Connection.objects.exists()


def test_what_was_pulled_while_the_person_disconnects_is_not_stored(
    scripted: Scripted, connection: Connection
) -> None:
    scripted.script.says = full(task())
    scripted.script.keeps = Unreachable("scripted")
    scripted.script.meanwhile = lambda: connections.disconnect(connection.pk, at=NOON)
    assert sync(connection.pk, at=NOON) == Outcome.GONE
    assert not Task.objects.exists()
    assert Connection.objects.get().state == Connection.State.LEAVING


def test_a_withdrawn_consent_ends_the_sources_that_need_it(
    scripted: Scripted, connection: Connection, alice: User, bob: User, queued: list[Any]
) -> None:
    calendar = make_scripted_connection(alice, source="scripted-calendar")
    theirs = make_scripted_connection(bob)
    consents.withdraw(alice.pk, "tasks", at=NOON)
    assert connections.end_consent(alice.pk, "tasks", at=NOON) == 1
    assert set(Connection.objects.all()) == {calendar, theirs}


def test_a_consent_given_again_meanwhile_ends_nothing(
    scripted: Scripted, connection: Connection, alice: User
) -> None:
    assert connections.end_consent(alice.pk, "tasks", at=NOON) == 0
    assert Connection.objects.exists()


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is put on the broker: (task, arguments, seconds from now)."""
    found: list[Any] = []
    for name in ("sync_one", "close_one", "end_consent", "sync_due", "close_due"):
        one = getattr(tasks, name)
        monkeypatch.setattr(
            one,
            "apply_async",
            lambda args, countdown=0.0, name=name, **_more: found.append((name, args, countdown)),
        )
    return found


# ---- what is heard --------------------------------------------------------------------------


def test_a_new_connection_is_read_at_once(
    scripted: Scripted,
    alice: User,
    queued: list[Any],
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        row = connect(alice)
    assert ("sync_one", (str(row.pk),), 0) in queued


def test_a_withdrawn_consent_is_heard(
    connection: Connection,
    alice: User,
    queued: list[Any],
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        consents.withdraw(alice.pk, "tasks", at=NOON)
    assert ("end_consent", (str(alice.pk), "tasks"), 0) in queued


def test_a_new_time_zone_reads_calendars_anew_and_task_lists_not(
    scripted: Scripted,
    connection: Connection,
    alice: User,
    queued: list[Any],
    django_capture_on_commit_callbacks: Any,
) -> None:
    calendar = make_scripted_connection(
        alice, source="scripted-calendar", synced_at=NOON, cursor={"n": 3}
    )
    Connection.objects.filter(pk=connection.pk).update(synced_at=NOON, cursor={"n": 3})
    scripted.script.says = full()
    make_event(alice, connection=calendar)
    with django_capture_on_commit_callbacks(execute=True):
        change = ProfileChange(time_zone="Asia/Tokyo")
        change_profile(alice.pk, change, at=SOON)
    cursors = dict(Connection.objects.values_list("source", "cursor"))
    assert cursors == {"scripted": {"n": 3}, "scripted-calendar": {}}
    assert [q for q in queued if q[0] == "sync_one"] == [("sync_one", (str(calendar.pk),), 0)]


def test_a_first_reading_that_began_in_the_old_zone_is_discarded(
    scripted: Scripted, connection: Connection, alice: User
) -> None:
    scripted.script.says = full(task())
    scripted.script.meanwhile = lambda: due.read_calendars_anew(alice.pk, at=NOON)
    assert sync(connection.pk, at=NOON) == Outcome.DISCARDED
    scripted.script.meanwhile = lambda: None
    assert sync(connection.pk, at=NOON) == Outcome.SYNCED


# ---- closing --------------------------------------------------------------------------------


@pytest.fixture
def row(connection: Connection) -> Task:
    return make_scripted_task(connection)


def complete(row: Task, key: Any, minutes: int = 0) -> bool:
    wanted = {"not_before": NOON + minutes * MINUTE, "at": NOON}
    return completions.complete(row.user_id, row.pk, key=key, **wanted)


def test_completing_makes_one_closing_for_one_key(row: Task, subjects: Any) -> None:
    key = uuid4()
    assert complete(row, key, 1)
    assert complete(row, key, 5)
    completion = Completion.objects.get()
    assert (completion.key, completion.state, completion.next_at, completion.created_at) == (
        key,
        "waiting",
        SOON,
        NOON,
    )
    assert subjects() == ["signals.task.close_requested"]


def test_a_closing_is_queued_for_its_moment(
    row: Task, queued: list[Any], django_capture_on_commit_callbacks: Any, time_machine: Any
) -> None:
    time_machine.move_to(NOON, tick=False)
    key = uuid4()
    with django_capture_on_commit_callbacks(execute=True):
        complete(row, key, 1)
    assert [q for q in queued if q[0] == "close_one"] == [("close_one", (str(key),), 60.5)]


def test_bob_cannot_complete_alices_task(row: Task, bob: User) -> None:
    assert not completions.complete(bob.pk, row.pk, key=uuid4(), not_before=NOON, at=NOON)
    assert not Completion.objects.exists()


def test_a_task_of_a_source_that_closes_nothing_is_not_closed(alice: User, scripted: Any) -> None:
    row = make_scripted_task(make_scripted_connection(alice, source="scripted-calendar"))
    assert not complete(row, uuid4())
    assert not Completion.objects.exists()


def test_a_closing_is_taken_back_only_before_it_is_tried(row: Task, alice: User) -> None:
    key = make_completion(row).key
    assert completions.cancel_completion(alice.pk, key, at=NOON)
    assert Completion.objects.get().state == State.CANCELLED
    assert not completions.cancel_completion(alice.pk, key, at=NOON)
    Completion.objects.update(state=State.WAITING, attempts=1)
    assert not completions.cancel_completion(alice.pk, key, at=NOON)


def test_bob_cannot_take_back_alices_closing(row: Task, bob: User) -> None:
    assert not completions.cancel_completion(bob.pk, make_completion(row).key, at=NOON)


def test_what_was_taken_back_can_be_asked_for_again_with_the_same_key(
    row: Task, alice: User, subjects: Any
) -> None:
    key = uuid4()
    complete(row, key)
    completions.cancel_completion(alice.pk, key, at=NOON)
    assert complete(row, key, 1)
    completion = Completion.objects.get()
    assert (completion.state, completion.next_at, completion.finished_at) == (
        State.WAITING,
        SOON,
        None,
    )
    assert subjects() == ["signals.task.close_requested"] * 2


def test_a_failure_is_shown_until_it_is_read(row: Task, alice: User, bob: User) -> None:
    key = make_completion(row, state=State.FAILED, finished_at=NOON).key
    assert Completion.objects.unconfirmed(alice.pk).count() == 1
    assert not completions.acknowledge_failure(bob.pk, key, at=SOON)
    assert completions.acknowledge_failure(alice.pk, key, at=SOON)
    assert not Completion.objects.unconfirmed(alice.pk).exists()


def test_a_failure_that_is_tried_again_has_three_more_days_and_cannot_be_taken_back(
    row: Task, alice: User, bob: User, subjects: Any
) -> None:
    key = make_completion(row, state=State.FAILED, finished_at=NOON, attempts=80).key
    assert not completions.retry_failure(bob.pk, key, at=SOON)
    assert completions.retry_failure(alice.pk, key, at=SOON)
    completion = Completion.objects.get()
    assert (completion.state, completion.not_before, completion.next_at) == (
        State.WAITING,
        SOON,
        SOON,
    )
    assert not completions.cancel_completion(alice.pk, key, at=SOON)
    assert subjects() == ["signals.task.close_requested"]


def test_reconnecting_tries_waiting_closings_at_once(row: Task, alice: User) -> None:
    tried = make_completion(row, attempts=3, next_at=NOON + 60 * MINUTE)
    untried = make_completion(row, next_at=NOON + MINUTE)  # may still be taken back
    connect(alice)
    tried.refresh_from_db()
    untried.refresh_from_db()
    assert (tried.next_at, untried.next_at) == (NOON, NOON + MINUTE)


def test_asking_for_a_sync_makes_it_due(connection: Connection, alice: User, bob: User) -> None:
    assert not due.request_sync(connection.pk, bob.pk, at=NOON - MINUTE)
    assert due.request_sync(connection.pk, alice.pk, at=NOON - MINUTE)
    assert Connection.objects.due(at=NOON - MINUTE).exists()
    Connection.objects.update(state="reconnect")
    assert not due.request_sync(connection.pk, alice.pk, at=NOON)


def test_who_asked_for_fewer_requests_gets_none_before_its_time(
    connection: Connection, alice: User
) -> None:
    later = NOON + MINUTE
    Connection.objects.update(state="retrying", last_error="rate_limited", next_sync_at=later)
    assert not due.request_sync(connection.pk, alice.pk, at=NOON)
    assert list(Connection.objects.due(at=later)) == [connection]
    Connection.objects.update(last_error="unreachable")
    assert due.request_sync(connection.pk, alice.pk, at=NOON)


def test_a_source_that_is_not_installed_any_more_needs_no_consent(connection: Connection) -> None:
    connection.source = "moon"
    assert "moon" not in SOURCES
    assert connections.may_read(connection)
