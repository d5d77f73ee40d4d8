"""Closing answered tasks where they live: each exactly once, retried until the source says yes."""

from __future__ import annotations

import logging
import traceback
from datetime import datetime, timedelta
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import F

from accounts.locks import lock_person
from events.bus import publish
from events.catalog import ConnectionChanged, TaskCloseFailed, TaskCompleted
from integrations.access import oauth
from integrations.access.backoff import is_gone, retry_at, trouble_of
from integrations.base import Trouble
from integrations.models import Connection, Task, TaskClose
from integrations.registry import SOURCES
from oo.lib.http import ApiError, Unauthorized, Unexpected

log = logging.getLogger(__name__)

# Longer than a call and its refresh may take, and than the task that makes them.
CALL_LIMIT = timedelta(minutes=2)


def close_due(*, at: datetime) -> int:
    """Every closing whose moment has come, one after another; how many are closed now."""
    keys = list(TaskClose.objects.due(at=at).values_list("key", flat=True))
    return sum(close_one(key, at=at) is not None for key in keys)


def close_one(key: UUID, *, at: datetime) -> UUID | None:
    """Close one task at its source. Returns its connection, now due to be read, when it is closed.

    Interrupted anywhere, it is tried again with the same key, by which the source knows it.
    """
    if not TaskClose.objects.claim(key, at=at, until=at + CALL_LIMIT):
        return None
    rows = TaskClose.objects.select_related("task__connection__user__profile")
    close = rows.filter(key=key, user__is_active=True).first()
    if close is None:
        return None
    try:
        by = _call(close)
    except ApiError as error:
        _put_off(close, error, at=at)
        return None
    return close.task.connection_id if _finish(close, by=by, at=at) else None


def _call(close: TaskClose) -> str:
    """Who closed it: oo, or the source before us. Raises ApiError."""
    connection = close.task.connection
    source = SOURCES.get(connection.source)
    if close.task.completed_at is not None or _is_closed_already(close):
        return ""
    if source is None or connection.state == Connection.State.RECONNECT:
        raise Unauthorized(connection.source, "not connected")
    try:
        oauth.with_access(
            connection,
            source,
            lambda link: source.complete(link, close.task.external_id, key=close.key),
        )
    except ApiError as error:
        if is_gone(error):
            return "source"
        raise
    except DatabaseError:
        raise
    except Exception as error:
        where = "".join(traceback.format_tb(error.__traceback__))
        log.error("%s: %s\n%s", connection.source, type(error).__name__, where)  # noqa: TRY400
        raise Unexpected(connection.source, type(error).__name__) from None
    return "oo"


def _is_closed_already(close: TaskClose) -> bool:
    """Answered twice, and not read since: closing a recurring task again would skip a date."""
    others = TaskClose.objects.filter(task_id=close.task_id, state=TaskClose.State.DONE)
    return others.filter(finished_at__gte=F("task__changed_at")).exists()


def _finish(close: TaskClose, *, by: str, at: datetime) -> bool:
    """Write down that it is closed; `by` is empty when that was written down before."""
    with transaction.atomic():
        if not lock_person(close.user_id):
            return False
        waiting = TaskClose.objects.waiting().filter(key=close.key)
        if not waiting.update(state=TaskClose.State.DONE, finished_at=at, last_error=""):
            return False
        if by:
            _complete(close.task, by, at)
        # What a recurring task became, and what else closing it did, only the source knows.
        Connection.objects.filter(pk=close.task.connection_id).update(next_sync_at=at)
    return True


def _complete(task: Task, by: str, at: datetime) -> None:
    if not task.is_recurring or by == "source":
        open_ones = Task.objects.open().filter(pk=task.pk)
        if not open_ones.update(completed_at=at, changed_at=at):
            return
    publish(TaskCompleted(user_id=task.user_id, at=at, task_id=task.pk, by=by))


def _put_off(close: TaskClose, error: ApiError, *, at: datetime) -> None:
    """Later, or never: after three days the person is told instead."""
    trouble = trouble_of(error)
    last_at = close.not_before + TaskClose.GIVE_UP_AFTER
    with transaction.atomic():
        if not lock_person(close.user_id):
            return
        # The count of attempts tells this worker from one that came after it was given up for dead.
        mine = TaskClose.objects.waiting().filter(key=close.key, attempts=close.attempts)
        if at < last_at:
            next_at = min(last_at, retry_at(error, close.attempts - 1, at=at))
            mine.update(next_at=next_at, last_error=trouble)
        elif mine.update(state=TaskClose.State.FAILED, finished_at=at, last_error=trouble):
            publish(
                TaskCloseFailed(user_id=close.user_id, at=at, key=close.key, task_id=close.task_id)
            )
        if trouble is Trouble.UNAUTHORIZED:
            _ask_to_reconnect(close.task.connection, at)


def _ask_to_reconnect(connection: Connection, at: datetime) -> None:
    working = Connection.objects.exclude(state=Connection.State.RECONNECT).filter(
        pk=connection.pk, connected_at=connection.connected_at
    )
    if working.update(state=Connection.State.RECONNECT, last_error=Trouble.UNAUTHORIZED):
        publish(
            ConnectionChanged(
                user_id=connection.user_id,
                at=at,
                connection_id=connection.pk,
                state="reconnect",
            )
        )
