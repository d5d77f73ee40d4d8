"""What a person asks of a completion: to be made, taken back, read about, tried again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.locks import lock_person
from events.bus import publish
from events.catalog import CompletionRequested
from integrations.models import Completion, Task
from integrations.registry import SOURCES


def complete(user_id: UUID, task_id: int, *, key: UUID, not_before: datetime, at: datetime) -> bool:
    """Have the task completed at its source, not before a moment. The same key again changes
    nothing, unless it was taken back: then it counts anew. The caller holds the person: see
    lock_person.

    False: no such task of this person's, or a source in which nothing can be completed.
    """
    with transaction.atomic():
        task = Task.objects.select_related("connection").filter(pk=task_id, user_id=user_id).first()
        source = SOURCES.get(task.connection.source) if task else None
        if task is None or source is None or not source.manifest.can_complete:
            return False
        wanted = {"not_before": not_before, "next_at": not_before}
        _completion, is_new = Completion.objects.get_or_create(
            key=key, defaults={"user_id": user_id, "task": task, "created_at": at, **wanted}
        )
        taken_back = Completion.objects.filter(
            key=key, user_id=user_id, state=Completion.State.CANCELLED
        )
        if is_new or taken_back.update(state=Completion.State.WAITING, finished_at=None, **wanted):
            publish(CompletionRequested(user_id=user_id, at=at, key=key, not_before=not_before))
    return True


def asked_since(user_id: UUID, task_id: int, since: datetime) -> UUID | None:
    """The key of the completion that was asked for last, no earlier than `since`, and still holds:
    neither taken back nor given up."""
    asked = Completion.objects.filter(user_id=user_id, task_id=task_id, created_at__gte=since)
    asked = asked.filter(state__in=(Completion.State.WAITING, Completion.State.DONE))
    return asked.order_by("-created_at").values_list("key", flat=True).first()


def cancel_completion(user_id: UUID, key: UUID, *, at: datetime) -> bool:
    """Take a completion back. False: it has been tried already, or there is none."""
    untried = Completion.objects.waiting().filter(key=key, user_id=user_id, attempts=0)
    return bool(untried.update(state=Completion.State.CANCELLED, finished_at=at))


def acknowledge_failure(user_id: UUID, key: UUID, *, at: datetime) -> bool:
    """The person has read that it failed."""
    unread = Completion.objects.unconfirmed(user_id).filter(key=key)
    return bool(unread.update(seen_at=at))


def retry_failure(user_id: UUID, key: UUID, *, at: datetime) -> bool:
    """Try a completion that was given up, for another three days. False: there is none."""
    with transaction.atomic():
        if not lock_person(user_id):
            return False
        # Attempts stay above 0: what may have reached the source cannot be taken back.
        given_up = Completion.objects.filter(
            key=key, user_id=user_id, state=Completion.State.FAILED
        )
        again = given_up.update(
            state=Completion.State.WAITING,
            not_before=at,
            next_at=at,
            attempts=1,
            finished_at=None,
            seen_at=None,
        )
        if again:
            publish(CompletionRequested(user_id=user_id, at=at, key=key, not_before=at))
    return bool(again)
