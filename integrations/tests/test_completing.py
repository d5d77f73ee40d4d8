from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database

from accounts.models import User
from events.models import EventRecord
from integrations.complete import completing
from integrations.complete.completing import complete_one
from integrations.gone import TaskGone
from integrations.models import Completion, Connection, Task
from integrations.tests.scripted import (
    MINUTE,
    Scripted,
    make_scripted_connection,
    make_scripted_task,
)
from oo.lib.http import RateLimited, Refused, Unauthorized, Unexpected, Unreachable
from tests.clock import NOON
from tests.factories import make_completion

State = Completion.State
DAY = timedelta(days=1)


@pytest.fixture
def row(connection: Connection) -> Task:
    return make_scripted_task(connection)


@pytest.fixture
def completion(row: Task) -> Completion:
    return make_completion(row)


def test_a_task_is_closed_where_it_lives_and_here(
    scripted: Scripted, connection: Connection, completion: Completion, subjects: Any
) -> None:
    Connection.objects.update(next_sync_at=NOON + DAY)
    assert complete_one(completion.key, at=NOON) == connection.pk
    completion.refresh_from_db()
    connection.refresh_from_db()
    assert scripted.script.closed == {completion.key: "t1"}
    assert (completion.state, completion.finished_at, completion.attempts) == (State.DONE, NOON, 1)
    assert Task.objects.get().completed_at == NOON
    assert connection.next_sync_at == NOON
    assert subjects() == ["signals.task.completed"]
    assert EventRecord.objects.get().body["by"] == "oo"


def test_a_recurring_task_stays_open_for_its_next_date(
    scripted: Scripted, row: Task, completion: Completion, subjects: Any
) -> None:
    Task.objects.update(recurrence="every day")
    assert complete_one(completion.key, at=NOON)
    row.refresh_from_db()
    assert row.completed_at is None
    assert row.changed_at < NOON
    assert subjects() == ["signals.task.completed"]


def test_a_recurring_task_answered_twice_is_closed_once(
    scripted: Scripted, row: Task, completion: Completion
) -> None:
    Task.objects.update(recurrence="every day")
    second = make_completion(row)
    assert completing.complete_due(at=NOON) == 2
    assert len(scripted.script.closed) == 1
    Task.objects.update(changed_at=NOON + MINUTE)  # read again: it has its next date
    third = make_completion(row)
    complete_one(third.key, at=NOON + 2 * MINUTE)
    assert third.key in scripted.script.closed
    assert second.pk != third.pk


def test_nothing_is_closed_before_its_moment(scripted: Scripted, completion: Completion) -> None:
    assert complete_one(completion.key, at=NOON - MINUTE) is None
    assert scripted.script.calls == 0


def test_what_was_taken_back_is_not_closed(scripted: Scripted, completion: Completion) -> None:
    Completion.objects.update(state=State.CANCELLED)
    assert complete_one(completion.key, at=NOON) is None
    assert scripted.script.calls == 0


def test_while_one_worker_closes_another_does_not(
    scripted: Scripted, completion: Completion
) -> None:
    scripted.script.meanwhile = lambda: complete_one(completion.key, at=NOON)
    assert complete_one(completion.key, at=NOON)
    assert scripted.script.calls == 1


def test_the_call_is_made_outside_any_transaction(
    transactional_db: None, scripted: Scripted, alice: User
) -> None:
    seen: list[bool] = []
    scripted.script.meanwhile = lambda: seen.append(database.in_atomic_block)
    complete_one(make_completion(make_scripted_task(make_scripted_connection(alice))).key, at=NOON)
    assert seen == [False]


def test_a_worker_killed_after_the_call_is_repeated_with_the_same_key(
    scripted: Scripted, completion: Completion, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as killed:
        killed.setattr(completing, "_finish", lambda *_a, **_m: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            complete_one(completion.key, at=NOON)
    completion.refresh_from_db()
    assert completion.state == State.WAITING
    assert complete_one(completion.key, at=NOON + MINUTE) is None  # its claim has not run out
    assert complete_one(completion.key, at=NOON + completing.CALL_LIMIT)
    assert scripted.script.calls == 2
    assert scripted.script.closed == {completion.key: "t1"}


@pytest.mark.parametrize("step", ["_complete", "publish"])
def test_an_interrupted_commit_writes_nothing(
    step: str,
    scripted: Scripted,
    completion: Completion,
    monkeypatch: pytest.MonkeyPatch,
    subjects: Any,
) -> None:
    def dies(*_args: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(completing, step, dies)
    with pytest.raises(KeyboardInterrupt):
        complete_one(completion.key, at=NOON)
    completion.refresh_from_db()
    assert completion.state == State.WAITING
    assert Task.objects.open().exists()
    assert subjects() == []


@pytest.mark.parametrize(
    ("error", "code", "least", "most"),
    [
        (Unreachable("x"), "unreachable", 27, 30),
        (RateLimited("x", retry_after_s=900.0), "rate_limited", 900, 990),
        (Refused("x"), "refused", 19_440, 21_600),
        (Unexpected("x", status=400), "unreadable", 19_440, 21_600),
        (ValueError("Buy milk"), "unreadable", 27, 30),
    ],
)
def test_each_failure_is_tried_again_in_its_time(
    scripted: Scripted,
    completion: Completion,
    error: Exception,
    code: str,
    least: float,
    most: float,
    caplog: pytest.LogCaptureFixture,
) -> None:
    scripted.script.refuses = error
    assert complete_one(completion.key, at=NOON) is None
    completion.refresh_from_db()
    assert (completion.state, completion.last_error) == (State.WAITING, code)
    assert least <= (completion.next_at - NOON).total_seconds() <= most
    assert "milk" not in caplog.text


def test_who_asks_for_rest_is_asked_nothing_about_other_tasks(
    scripted: Scripted, connection: Connection, row: Task, completion: Completion, bob: User
) -> None:
    other, later = make_completion(row), make_completion(row)
    Completion.objects.filter(pk=later.pk).update(next_at=NOON + DAY)
    bobs = make_completion(make_scripted_task(make_scripted_connection(bob)))
    scripted.script.refuses = RateLimited("x", retry_after_s=900.0)
    complete_one(completion.key, at=NOON)
    assert set(Completion.objects.due(at=NOON + 14 * MINUTE)) == {bobs}
    other.refresh_from_db()
    later.refresh_from_db()
    assert (other.attempts, other.last_error, later.next_at) == (0, "", NOON + DAY)
    assert other.next_at <= NOON + 17 * MINUTE


def test_what_was_closed_gives_no_rest_less(
    scripted: Scripted, connection: Connection, completion: Completion
) -> None:
    """It is read when its source said, and not before."""
    Connection.objects.update(state="retrying", last_error="rate_limited", next_sync_at=NOON + DAY)
    assert complete_one(completion.key, at=NOON)
    connection.refresh_from_db()
    assert connection.next_sync_at == NOON + DAY


def test_retries_go_on_until_the_source_says_yes(
    scripted: Scripted, completion: Completion
) -> None:
    scripted.script.refuses = Unreachable("x")
    complete_one(completion.key, at=NOON)
    scripted.script.refuses = None
    assert complete_one(completion.key, at=NOON + MINUTE)
    assert Completion.objects.get().attempts == 2


@pytest.mark.parametrize("status", [404, 410])
def test_a_task_that_is_no_longer_there_counts_as_closed(
    scripted: Scripted, completion: Completion, status: int
) -> None:
    scripted.script.refuses = TaskGone("x", status=status)
    assert complete_one(completion.key, at=NOON)
    assert Completion.objects.get().state == State.DONE
    assert EventRecord.objects.get().body["by"] == "source"


@pytest.mark.parametrize("status", [404, 410])
def test_a_status_alone_closes_nothing(
    scripted: Scripted, completion: Completion, status: int, subjects: Any
) -> None:
    scripted.script.refuses = Unexpected("x", status=status)
    assert complete_one(completion.key, at=NOON) is None
    assert Completion.objects.get().state == State.WAITING
    assert Task.objects.open().exists()
    assert subjects() == []


def test_a_task_that_is_completed_already_needs_no_call(
    scripted: Scripted, completion: Completion, subjects: Any
) -> None:
    Task.objects.update(completed_at=NOON)
    assert complete_one(completion.key, at=NOON)
    assert scripted.script.calls == 0
    assert subjects() == []


def test_after_three_days_the_person_is_told(
    scripted: Scripted, completion: Completion, subjects: Any
) -> None:
    scripted.script.refuses = Unreachable("x")
    end = NOON + Completion.GIVE_UP_AFTER
    Completion.objects.update(next_at=end - MINUTE, attempts=50)
    complete_one(completion.key, at=end - MINUTE)
    completion.refresh_from_db()
    assert (completion.state, completion.next_at) == (State.WAITING, end)  # one last time, in time
    complete_one(completion.key, at=end)
    completion.refresh_from_db()
    assert (completion.state, completion.finished_at) == (State.FAILED, end)
    assert subjects() == ["signals.task.close_failed"]
    assert Task.objects.open().exists()


def test_a_refused_permission_asks_the_person_to_reconnect_once(
    scripted: Scripted, connection: Connection, completion: Completion, subjects: Any
) -> None:
    Connection.objects.update(credentials='{"access_token": "old"}')
    scripted.script.refuses = Unauthorized("x", status=401)
    complete_one(completion.key, at=NOON)
    connection.refresh_from_db()
    assert connection.state == Connection.State.RECONNECT
    Completion.objects.update(next_at=NOON)
    complete_one(completion.key, at=NOON)
    assert scripted.script.calls == 1  # not asked again until it is connected again
    assert subjects() == ["signals.connection.changed"]


def test_a_late_failure_of_a_worker_given_up_for_dead_changes_nothing(
    scripted: Scripted, completion: Completion
) -> None:
    late = NOON + 3 * MINUTE
    scripted.script.refuses = Unreachable("x")
    scripted.script.meanwhile = lambda: Completion.objects.update(attempts=2, next_at=late)
    complete_one(completion.key, at=NOON)
    completion.refresh_from_db()
    assert (completion.next_at, completion.last_error) == (late, "")


def test_a_person_who_leaves_meanwhile_leaves_nothing_behind(
    scripted: Scripted, completion: Completion, alice: User, subjects: Any
) -> None:
    scripted.script.meanwhile = alice.delete
    assert complete_one(completion.key, at=NOON) is None
    assert subjects() == []


def test_nothing_is_closed_for_an_account_that_is_closed(scripted: Scripted, charlie: User) -> None:
    completion = make_completion(make_scripted_task(make_scripted_connection(charlie)))
    assert complete_one(completion.key, at=NOON) is None
    assert scripted.script.calls == 0
