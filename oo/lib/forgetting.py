"""Old rows deleted a few at a time, so that a million of them hold up nobody."""

from __future__ import annotations

from typing import TypeVar

from django.db import transaction
from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)

BATCH = 1_000  # rows per transaction


def forget(rows: QuerySet[M], *, oldest: str) -> int:
    """Delete `rows`, those that are first by the field `oldest` first. How many; two queries for
    each BATCH.

    oldest  a field with an index, by which `rows` are bounded
    Killed, it has done what it has done: whoever calls it again goes on. Rows that somebody else is
    at are not waited for, but left for the next time.
    """
    forgotten = 0
    while count := _forget_batch(rows, oldest):
        forgotten += count
    return forgotten


def _forget_batch(rows: QuerySet[M], oldest: str) -> int:
    with transaction.atomic():
        free = rows.select_for_update(skip_locked=True).order_by(oldest)
        keys = list(free.values_list("pk", flat=True)[:BATCH])
        if not keys:
            return 0
        return rows.model._default_manager.filter(pk__in=keys).delete()[0]
