"""Makes connections due before their period is over."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from integrations.models import Connection


def request_sync(connection_id: UUID, user_id: UUID, *, at: datetime) -> bool:
    """Make the connection due. False: it is not this person's, has to be connected again first, or
    its source has asked for fewer requests and named when it may be asked again.
    """
    free = Connection.objects.may_be_asked().filter(pk=connection_id, user_id=user_id)
    return bool(Connection.objects.filter(pk__in=free).update(next_sync_at=at))


def read_calendars_anew(user_id: UUID, *, at: datetime) -> list[UUID]:
    """After a change of time zone, in which all-day entries begin at other moments. Returns what is
    now due.

    Claims are dropped, so that a first reading that began in the old zone is discarded. Connections
    that are still being checked are left alone: a second worker could not use the same code again.
    """
    has_dates = Q(events__isnull=False) | Q(synced_at=None)
    connected = Connection.objects.known()
    ids = list(connected.filter(has_dates, user_id=user_id).values_list("pk", flat=True).distinct())
    connected.filter(pk__in=ids).update(cursor={}, claimed_until=None, next_sync_at=at)
    return ids
