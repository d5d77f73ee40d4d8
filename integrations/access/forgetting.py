"""Forgetting tasks, and saying so of what was still to be closed in them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from events.bus import publish
from events.catalog import CompletionFailed
from integrations.models import Completion, Task


def forget_tasks(tasks: QuerySet[Task], *, at: datetime) -> None:
    """Delete tasks. What waits to be closed in them goes with them, since nobody can close it by
    a row that is gone: it fails, and is told of as any that fails for good.

    In the transaction of a caller that holds the person.
    """
    waiting = Completion.objects.waiting().filter(task__in=tasks).order_by("created_at", "key")
    for key, user_id, task_id in list(waiting.values_list("key", "user_id", "task_id")):
        publish(CompletionFailed(user_id=user_id, at=at, key=key, task_id=task_id))
    tasks.delete()
