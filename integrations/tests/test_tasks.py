from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as configured

from accounts.models import User
from integrations import tasks
from integrations.complete.completing import CALL_LIMIT
from integrations.models import Completion, Connection, Task
from integrations.sync.syncing import CLAIM
from integrations.tests.scripted import (
    MINUTE,
    Scripted,
    full,
    make_scripted_connection,
    make_scripted_task,
    task,
)
from oo.schedule import JOBS
from tests.clock import NOON
from tests.factories import make_completion


@pytest.fixture(autouse=True)
def _at_noon(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    found: list[Any] = []
    for name in ("sync_one", "close_one"):
        monkeypatch.setattr(
            getattr(tasks, name),
            "apply_async",
            lambda args, name=name, **_more: found.append((name, *args)),
        )
    return found


def test_what_is_due_is_queued_and_nothing_else(
    connection: Connection, alice: User, bob: User, charlie: User, queued: list[Any]
) -> None:
    make_scripted_connection(alice, account="later", next_sync_at=NOON + MINUTE)
    make_scripted_connection(alice, account="held", claimed_until=NOON + MINUTE)
    make_scripted_connection(bob, state="reconnect")
    make_scripted_connection(charlie)
    assert tasks.sync_due() == 1
    assert queued == [("sync_one", str(connection.pk))]


def test_closings_that_are_due_are_queued(
    connection: Connection, charlie: User, queued: list[Any]
) -> None:
    row = make_scripted_task(connection)
    due = make_completion(row)
    make_completion(row, next_at=NOON + MINUTE)
    make_completion(row, state="done")
    make_completion(make_scripted_task(make_scripted_connection(charlie)))
    assert tasks.close_due() == 1
    assert queued == [("close_one", str(due.key))]


def test_one_connection_is_read(scripted: Scripted, connection: Connection) -> None:
    scripted.script.says = full(task())
    assert tasks.sync_one(str(connection.pk)) == "synced"
    assert Task.objects.exists()


def test_a_task_that_was_closed_is_read_at_once(
    scripted: Scripted, connection: Connection, queued: list[Any]
) -> None:
    completion = make_completion(make_scripted_task(connection))
    assert tasks.close_one(str(completion.key))
    assert Completion.objects.get().state == Completion.State.DONE
    assert queued == [("sync_one", str(connection.pk))]


@pytest.mark.parametrize("name", ["sync_one", "close_one"])
def test_whoever_has_left_is_tolerated(db: None, name: str, queued: list[Any]) -> None:
    assert getattr(tasks, name)(str(uuid4())) in (False, "not due")
    assert tasks.end_consent(str(uuid4()), "tasks") == 0


def test_a_task_ends_before_its_claim_runs_out() -> None:
    for one, claim in ((tasks.sync_one, CLAIM), (tasks.close_one, CALL_LIMIT)):
        assert one.soft_time_limit
        assert one.time_limit
        assert one.soft_time_limit < one.time_limit < claim.total_seconds()


def test_beat_knows_the_tasks_by_their_names() -> None:
    for one in (tasks.sync_due, tasks.close_due):
        assert one.name in JOBS
    assert configured.CELERY_TASK_ROUTES["integrations.tasks.*"] == {"queue": "sync"}
