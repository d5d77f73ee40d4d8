"""Many rows written at once: new ones added, known ones changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeVar

from django.db import connection
from django.db.models import Model

M = TypeVar("M", bound=Model)

# For fewer rows a table to copy them into costs more than it saves.
FEW = 20


def upsert(rows: Collection[M], *, known_by: Sequence[str], change: Sequence[str]) -> None:
    """Add `rows`, or set the fields `change` of those that are there. Must run in a transaction.

    known_by  fields of a unique constraint, each row once
    On PostgreSQL four statements at most, however many rows. Fields that are in neither list have
    their values in new rows alone. No signals.
    """
    if not rows:
        return
    model = type(next(iter(rows)))
    if connection.vendor == "postgresql" and len(rows) > FEW:
        from oo.lib.copying import copy_and_merge

        copy_and_merge(model, rows, known_by, change)
    else:
        model._default_manager.bulk_create(
            rows, update_conflicts=True, unique_fields=known_by, update_fields=change
        )
