"""The order of locks: whoever writes rows of a person locks the person first."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from accounts.models import User
from oo.lib.among import Among


def lock_person(user_id: UUID) -> bool:
    """Keep the person from being deleted until this transaction ends. False: they have left.

    Whoever deletes a person locks this row first too. Taken before any other lock, it makes the
    two wait for each other instead of deadlocking, and no row is written after the last was erased.
    """
    people = User.objects.select_for_update(no_key=True)
    return bool(people.filter(pk=user_id, is_active=True).values_list("pk"))


def lock_people(user_ids: Iterable[UUID]) -> set[UUID]:
    """As lock_person, for many: those who have not left. One query, in the order of their keys."""
    people = User.objects.select_for_update(no_key=True).order_by("pk")
    return set(people.filter(Among("pk", user_ids), is_active=True).values_list("pk", flat=True))
