"""What the calendars of many people say of this moment, as far as it matters to a notification."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Min

from integrations.models import CalendarEvent

AHEAD = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Around:
    """next_at: when the next meeting begins. has_company: they are in something that takes none of
    their time, a webinar or a shared screen perhaps, and others may look on."""

    is_busy: bool = False
    has_company: bool = False
    next_at: datetime | None = None


def load_around(user_ids: Collection[UUID], *, at: datetime) -> Mapping[UUID, Around]:
    """Of each person. Two queries. What belongs to whole days is no moment."""
    timed = CalendarEvent.objects.filter(user_id__in=user_ids, starts_on=None)
    now = timed.filter(starts_at__lte=at, ends_at__gt=at)
    running = set(now.values_list("user_id", "is_busy"))
    ahead = timed.filter(starts_at__gt=at, starts_at__lt=at + AHEAD, is_busy=True)
    coming = dict(
        ahead.values("user_id").annotate(at=Min("starts_at")).values_list("user_id", "at")
    )
    return {
        pk: Around((pk, True) in running, (pk, False) in running, coming.get(pk)) for pk in user_ids
    }
