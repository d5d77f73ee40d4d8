"""What was read of words is forgotten when no row needs it any more.

A decision loads all that is kept of a person: that is to grow with what is open or to come, and not
with all that they ever did.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from agents.models import Reading
from integrations.models import CalendarEvent, Task

BATCH = 5_000
# Of tasks that are done and events that are over. What is opened again, or comes again with the
# same words, does so within days as a rule, and a model need not be asked anew.
KEPT = timedelta(days=7)


def forget_readings(user_id: UUID | None = None, *, at: datetime) -> int:
    """Delete the readings whose words stand in no row that is open, to come, or was so within KEPT;
    of one person or of all.

    In batches that block nobody; how many. What is opened again later is read again. Corrections
    stay: they hold no words, and hold again when the same words come back.
    """
    since = at - KEPT
    mine = {"user_id": OuterRef("user_id"), "words_digest": OuterRef("words")}
    is_needed = Q(completed_at=None) | Q(completed_at__gt=since)
    of_task = Task.objects.filter(is_needed, **mine)
    of_event = CalendarEvent.objects.filter(ends_at__gt=since, **mine)
    unneeded = Reading.objects.filter(~Exists(of_task), ~Exists(of_event))
    if user_id is not None:
        unneeded = unneeded.filter(user_id=user_id)
    forgotten = 0
    while pks := list(unneeded.values_list("pk", flat=True)[:BATCH]):
        Reading.objects.filter(pk__in=pks).delete()
        forgotten += len(pks)
    return forgotten
