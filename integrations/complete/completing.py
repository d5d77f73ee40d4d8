"""Completing answered tasks where they live: each exactly once, retried until its source agrees."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts.locks import lock_person
from events.bus import publish
from events.catalog import CompletionFailed, ConnectionChanged, TaskCompleted
from integrations.access.backoff import retry_at, trouble_of
from integrations.access.calling import call
from integrations.base import LOST, Trouble
from integrations.gone import TaskGone
from integrations.models import Completion, Connection, Task
from integrations.registry import SOURCES
from oo.lib.http import ApiError, Unauthorized

# Longer than a call and its refresh may take, and than the task that makes them.
CALL_LIMIT = timedelta(minutes=2)


def complete_due(*, at: datetime) -> int:
    """Every completion whose moment has come, one after another; how many are done now."""
    keys = list(Completion.objects.due(at=at).values_list("key", flat=True))
    return sum(complete_one(key, at=at) is not None for key in keys)


def complete_one(key: UUID, *, at: datetime) -> UUID | None:
    """Complete one task at its source. Returns its connection, now due to be read, when it is.

    Interrupted anywhere, it is tried again with the same key, by which the source knows it.
    """
    if not Completion.objects.claim(key, at=at, until=at + CALL_LIMIT):
        return None
    rows = Completion.objects.select_related("task__connection__user__profile")
    completion = rows.filter(key=key, user__is_active=True).first()
    if completion is None:
        return None
    try:
        by = _call(completion)
    except ApiError as error:
        _put_off(completion, error, at=at)
        return None
    return completion.task.connection_id if _finish(completion, by=by, at=at) else None


def _call(completion: Completion) -> str:
    """Who closed it: oo, or the source before us. Raises ApiError."""
    connection = completion.task.connection
    source = SOURCES.get(connection.source)
    if completion.task.completed_at is not None or _is_done_already(completion):
        return ""
    if source is None or connection.state == Connection.State.RECONNECT:
        raise Unauthorized(connection.source, "not connected")
    try:
        call(
            connection,
            source,
            lambda link: source.complete(link, completion.task.external_id, key=completion.key),
        )
    except TaskGone:
        return "source"
    return "oo"


def _is_done_already(completion: Completion) -> bool:
    """Answered twice, and not read since: completing a recurring task again would skip a date."""
    return Completion.objects.still_done().filter(task_id=completion.task_id).exists()


def _finish(completion: Completion, *, by: str, at: datetime) -> bool:
    """Write down that it is closed; `by` is empty when that was written down before."""
    with transaction.atomic():
        if not lock_person(completion.user_id):
            return False
        waiting = Completion.objects.waiting().filter(key=completion.key)
        if not waiting.update(state=Completion.State.DONE, finished_at=at, last_error=""):
            return False
        if by:
            _complete(completion.task, by, at)
        # What a recurring task became, and what else completing it did, only the source knows.
        free = Connection.objects.may_be_asked().filter(pk=completion.task.connection_id)
        Connection.objects.filter(pk__in=free).update(next_sync_at=at)
    return True


def _complete(task: Task, by: str, at: datetime) -> None:
    if not task.is_recurring or by == "source":
        open_ones = Task.objects.open().filter(pk=task.pk)
        if not open_ones.update(completed_at=at, changed_at=at):
            return
    publish(TaskCompleted(user_id=task.user_id, at=at, task_id=task.pk, by=by))


def _put_off(completion: Completion, error: ApiError, *, at: datetime) -> None:
    """Later, or never: after three days the person is told instead."""
    trouble, asked_at = trouble_of(error), retry_at(error, completion.attempts - 1, at=at)
    last_at = completion.not_before + Completion.GIVE_UP_AFTER
    with transaction.atomic():
        if not lock_person(completion.user_id):
            return
        # The count of attempts tells this worker from one that came after it was given up for dead.
        mine = Completion.objects.waiting().filter(key=completion.key, attempts=completion.attempts)
        if at < last_at:
            mine.update(next_at=min(last_at, asked_at), last_error=trouble)
        elif mine.update(state=Completion.State.FAILED, finished_at=at, last_error=trouble):
            publish(
                CompletionFailed(
                    user_id=completion.user_id,
                    at=at,
                    key=completion.key,
                    task_id=completion.task_id,
                )
            )
        if trouble == Trouble.RATE_LIMITED:
            _let_rest(completion, asked_at)
        if trouble in LOST:
            _ask_to_reconnect(completion.task.connection, trouble, at)


def _let_rest(completion: Completion, until: datetime) -> None:
    """Who asked for fewer requests is not asked the same about the next task."""
    others = Completion.objects.waiting().exclude(key=completion.key)
    early = others.filter(task__connection_id=completion.task.connection_id, next_at__lt=until)
    early.update(next_at=until)


def _ask_to_reconnect(connection: Connection, trouble: Trouble, at: datetime) -> None:
    working = Connection.objects.exclude(state=Connection.State.RECONNECT).filter(
        pk=connection.pk, connected_at=connection.connected_at
    )
    if working.update(state=Connection.State.RECONNECT, last_error=trouble):
        publish(
            ConnectionChanged(
                user_id=connection.user_id,
                at=at,
                connection_id=connection.pk,
                state="reconnect",
            )
        )
