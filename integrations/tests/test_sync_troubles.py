from __future__ import annotations

from datetime import UTC, timedelta, timezone
from typing import Any

import pytest

from accounts.models import User
from accounts.privacy import consents
from events.models import EventRecord
from integrations.access import connections
from integrations.base import Pull
from integrations.models import CalendarEvent, Completion, Connection, Task
from integrations.sync import rows, syncing
from integrations.sync.syncing import Outcome, sync
from integrations.tests.scripted import (
    MINUTE,
    Scripted,
    delta,
    event,
    full,
    make_scripted_connection,
    make_scripted_task,
    task,
)
from oo.lib.http import RateLimited, Refused, TooLarge, Unauthorized, Unexpected, Unreachable
from tests.clock import NOON
from tests.factories import make_completion

State = Connection.State


def again(connection: Connection, minutes: int = 0) -> Outcome:
    Connection.objects.filter(pk=connection.pk).update(next_sync_at=NOON)
    return sync(connection.pk, at=NOON + minutes * MINUTE)


# ---- interruptions --------------------------------------------------------------------------

STEPS = ("store_tasks", "store_events", "_change", "_publish_changes", "publish")


@pytest.mark.parametrize("step", STEPS)
def test_an_interruption_leaves_the_last_consistent_state(
    step: str,
    scripted: Scripted,
    connection: Connection,
    monkeypatch: pytest.MonkeyPatch,
    subjects: Any,
) -> None:
    scripted.script.says = full(task(), n=1)
    sync(connection.pk, at=NOON)
    told = subjects()
    scripted.script.says = Pull(True, {"n": 2}, (task("t2"),), (event(),))
    with monkeypatch.context() as broken:
        real = getattr(syncing, step)

        def dies(*args: Any, **more: Any) -> None:
            real(*args, **more)
            raise KeyboardInterrupt

        broken.setattr(syncing, step, dies)
        with pytest.raises(KeyboardInterrupt):
            again(connection)
    connection.refresh_from_db()
    assert (connection.cursor, subjects()) == ({"n": 1}, told)
    assert [t.external_id for t in Task.objects.all()] == ["t1"]
    assert not CalendarEvent.objects.exists()
    assert again(connection, minutes=6) == Outcome.SYNCED
    assert [t.external_id for t in Task.objects.all()] == ["t2"]


def test_an_interruption_between_batches_writes_none_of_them(
    scripted: Scripted, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "BATCH_ROWS", 1)
    real, written = rows._upsert, []

    def dies(*args: Any) -> None:
        real(*args)
        written.append(1)
        if len(written) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(rows, "_upsert", dies)
    scripted.script.says = full(task(), task("t2"), task("t3"))
    with pytest.raises(KeyboardInterrupt):
        sync(connection.pk, at=NOON)
    assert not Task.objects.exists()


def test_a_value_that_no_column_takes_is_put_off_and_nothing_is_written(
    scripted: Scripted, connection: Connection
) -> None:
    scripted.script.says = full(
        task(), task("t2", completed_at=NOON.replace(tzinfo=None), priority=None)
    )
    assert sync(connection.pk, at=NOON) == Outcome.FAILED
    connection.refresh_from_db()
    assert (connection.state, connection.last_error) == (State.RETRYING, "unreadable")
    assert not Task.objects.exists()


# ---- failures -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "state", "code", "least", "most"),
    [
        (Unreachable("x"), State.RETRYING, "unreachable", 27, 30),
        (RateLimited("x", retry_after_s=600.0), State.RETRYING, "rate_limited", 600, 660),
        (RateLimited("x"), State.RETRYING, "rate_limited", 27, 30),
        (Unauthorized("x"), State.RECONNECT, "unauthorized", 0, 99_999),
        (Refused("x"), State.RETRYING, "refused", 19_440, 21_600),
        (TooLarge("x"), State.RETRYING, "too_large", 19_440, 21_600),
        (Unexpected("x"), State.RETRYING, "unreadable", 27, 30),
        (Unexpected("x", status=410), State.RETRYING, "gone", 19_440, 21_600),
        (KeyError("Buy milk"), State.RETRYING, "unreadable", 27, 30),
    ],
)
def test_each_failure_has_its_state_its_code_and_its_wait(
    scripted: Scripted,
    connection: Connection,
    error: Exception,
    state: str,
    code: str,
    least: float,
    most: float,
) -> None:
    scripted.script.says = error
    Connection.objects.update(credentials='{"access_token": "old"}')
    assert sync(connection.pk, at=NOON) == Outcome.FAILED
    connection.refresh_from_db()
    assert (connection.state, connection.last_error) == (state, code)
    assert (connection.attempts, connection.claimed_until) == (1, None)
    assert least <= (connection.next_sync_at - NOON).total_seconds() <= most


@pytest.mark.parametrize(
    ("error", "longest_s"),
    [(Unreachable("x"), 3_600), (Unexpected("x", "not JSON", status=200), 21_600)],
)
def test_waits_double_up_to_an_hour_or_to_six(
    scripted: Scripted, connection: Connection, error: Exception, longest_s: int
) -> None:
    scripted.script.says, waits = error, []
    for _ in range(12):
        again(connection)
        connection.refresh_from_db()
        waits.append((connection.next_sync_at - NOON).total_seconds())
    assert 54 <= waits[1] <= 60
    assert 108 <= waits[2] <= 120
    assert all(0.9 * longest_s <= wait <= longest_s for wait in waits[10:])


def test_a_success_forgets_the_failures(scripted: Scripted, connection: Connection) -> None:
    scripted.script.says = Unreachable("x")
    sync(connection.pk, at=NOON)
    scripted.script.says = full(task())
    again(connection)
    connection.refresh_from_db()
    assert (connection.state, connection.attempts, connection.last_error) == (State.OK, 0, "")


def test_a_lost_permission_is_told(
    scripted: Scripted, connection: Connection, subjects: Any
) -> None:
    scripted.script.says = Unauthorized("x", reason="invalid_grant")
    Connection.objects.update(credentials='{"access_token": "old"}')
    sync(connection.pk, at=NOON)
    assert subjects() == ["signals.connection.changed"]
    assert EventRecord.objects.get().body["state"] == "reconnect"


def test_logs_hold_neither_tokens_nor_what_was_read(
    scripted: Scripted, connection: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    scripted.script.says = KeyError("Buy milk old")
    sync(connection.pk, at=NOON)
    assert "KeyError" in caplog.text
    assert "milk" not in caplog.text


# ---- people who leave -----------------------------------------------------------------------


def test_a_person_deleted_while_pulling_leaves_nothing_behind(
    scripted: Scripted, connection: Connection, alice: User, subjects: Any
) -> None:
    scripted.script.says = full(task())
    scripted.script.meanwhile = alice.delete
    assert sync(connection.pk, at=NOON) == Outcome.GONE
    assert not Task.objects.exists()
    assert subjects() == []


def test_a_connection_ended_while_pulling_leaves_nothing_behind(
    scripted: Scripted, connection: Connection
) -> None:
    scripted.script.says = Unreachable("x")
    scripted.script.meanwhile = connection.delete
    assert sync(connection.pk, at=NOON) == Outcome.GONE
    assert not Connection.objects.exists()


def test_an_account_that_was_closed_is_not_read(scripted: Scripted, charlie: User) -> None:
    theirs = make_scripted_connection(charlie)
    assert sync(theirs.pk, at=NOON) == Outcome.GONE
    assert scripted.script.calls == 0


def test_without_the_consent_nothing_is_read_and_the_source_is_disconnected(
    scripted: Scripted, connection: Connection, alice: User
) -> None:
    make_scripted_task(connection)
    consents.withdraw(alice.pk, "tasks", at=NOON)
    assert sync(connection.pk, at=NOON) == Outcome.GONE
    assert scripted.script.calls == 0
    assert not Connection.objects.exists()
    assert not Task.objects.exists()


@pytest.mark.parametrize("says", [full(), delta(gone_tasks=frozenset({"t1"}))])
def test_a_closing_of_a_task_that_is_gone_goes_with_it_as_closed_by_the_source(
    scripted: Scripted, connection: Connection, subjects: Any, says: Pull
) -> None:
    row = make_scripted_task(connection)
    make_completion(row)
    make_completion(row)  # by another device: it is one task all the same
    for state in (Completion.State.DONE, Completion.State.CANCELLED, Completion.State.FAILED):
        Completion.objects.filter(pk=make_completion(row).pk).update(state=state)
    scripted.script.says = says
    sync(connection.pk, at=NOON)
    assert not Completion.objects.exists()
    assert subjects() == ["signals.task.completed", "signals.task.synced"]
    told = EventRecord.objects.order_by("pk")[0].body
    assert (told["by"], told["task_id"]) == ("source", row.pk)


def test_a_closing_of_a_task_that_was_closed_there_before_is_told_no_second_time(
    scripted: Scripted, connection: Connection, subjects: Any
) -> None:
    make_completion(make_scripted_task(connection, completed_at=NOON))
    scripted.script.says = full()
    sync(connection.pk, at=NOON)
    assert not Completion.objects.exists()
    assert subjects() == ["signals.task.synced"]


@pytest.mark.parametrize("go", [connections.leave, connections.disconnect])
def test_what_waits_to_be_closed_when_the_person_disconnects_is_told(
    scripted: Scripted, connection: Connection, subjects: Any, go: Any
) -> None:
    make_completion(make_scripted_task(connection))
    go(connection.pk, at=NOON)
    assert not Completion.objects.exists()
    assert subjects().count("signals.task.close_failed") == 1


def test_moments_are_stored_in_utc(scripted: Scripted, connection: Connection) -> None:
    scripted.script.says = full(task(added_at=NOON.astimezone(timezone(timedelta(hours=5)))))
    sync(connection.pk, at=NOON)
    added_at = Task.objects.get().added_at
    assert added_at is not None
    assert added_at == NOON
    assert added_at.tzinfo == UTC
