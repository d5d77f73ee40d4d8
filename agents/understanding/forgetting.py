"""What was read of rows that are gone is forgotten with them."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef

from agents.models import Reading
from integrations.models import CalendarEvent, Task

BATCH = 5_000


def forget_orphans(user_id: UUID | None = None) -> int:
    """Delete the readings whose words stand in no row any more, of one person or of all.

    In batches that block nobody; how many. Corrections stay: they hold no words, and hold again
    when the same words come back.
    """
    of_task = Task.objects.filter(user_id=OuterRef("user_id"), words_digest=OuterRef("words"))
    of_event = CalendarEvent.objects.filter(
        user_id=OuterRef("user_id"), words_digest=OuterRef("words")
    )
    orphans = Reading.objects.filter(~Exists(of_task), ~Exists(of_event))
    if user_id is not None:
        orphans = orphans.filter(user_id=user_id)
    forgotten = 0
    while pks := list(orphans.values_list("pk", flat=True)[:BATCH]):
        Reading.objects.filter(pk__in=pks).delete()
        forgotten += len(pks)
    return forgotten
