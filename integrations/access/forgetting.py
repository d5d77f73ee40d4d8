"""Forgetting tasks: those that are gone, and those that were closed long ago."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from events.bus import publish
from events.catalog import CompletionFailed, TaskCompleted
from integrations.models import Completion, Task
from oo.lib.forgetting import forget

# Longer than any source names what is closed, else it would come again.
CLOSED_KEPT = timedelta(days=90)


def forget_tasks(tasks: QuerySet[Task], *, at: datetime) -> None:
    """Delete tasks that the person takes from oO. What waits to be closed in them goes with them,
    since nobody can close it by a row that is gone: it fails, and is told of as any that fails for
    good.

    In the transaction of a caller that holds the person.
    """
    waiting = _waiting(tasks).order_by("created_at", "key")
    for key, user_id, task_id in list(waiting.values_list("key", "user_id", "task_id")):
        publish(CompletionFailed(user_id=user_id, at=at, key=key, task_id=task_id))
    tasks.delete()


def forget_gone(tasks: QuerySet[Task], *, at: datetime) -> None:
    """Delete tasks that are gone at their source. What waits to be closed in them counts as closed
    there, as it does where that shows by trying; of what was closed before, that has been told.

    In the transaction of a caller that holds the person.
    """
    waiting = _waiting(tasks).filter(task__completed_at=None)
    for user_id, task_id in sorted(set(waiting.values_list("user_id", "task_id"))):
        publish(TaskCompleted(user_id=user_id, at=at, task_id=task_id, by="source"))
    tasks.delete()


def _waiting(tasks: QuerySet[Task]) -> QuerySet[Completion]:
    return Completion.objects.waiting().filter(task__in=tasks)


def forget_closed(*, at: datetime) -> int:
    """Those that sources said to be closed longer ago than it is of use to anybody. How many rows,
    those that were bound to them included."""
    return forget(Task.objects.filter(completed_at__lt=at - CLOSED_KEPT), oldest="completed_at")
