"""The person says that something was misunderstood: kept for good, and decided anew at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.locks import lock_person
from agents.models import LookSchedule
from agents.understanding import correcting
from tips.models import TipSchedule


def correct(
    user_id: UUID, kind: str, words: Iterable[str], trait: str, *, is_so: bool, at: datetime
) -> None:
    """One trait of these words. Nothing happens to who has left, and to words never read.

    Raises agents.understanding.correcting.NoSuchTrait.
    """
    with transaction.atomic():
        if not lock_person(user_id):
            return
        for digest in filter(None, words):
            if is_so:
                correcting.take_back(user_id, kind, digest, trait)
            else:
                correcting.deny(user_id, kind, digest, trait, at=at)
        LookSchedule.objects.note_change(user_id)
        TipSchedule.objects.look_again(user_id, at=at)
