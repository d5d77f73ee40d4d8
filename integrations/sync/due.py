"""What makes a connection due to be read before its period is over."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from integrations.models import Connection


def request_sync(connection_id: UUID, user_id: UUID, *, at: datetime) -> bool:
    """Make the connection due. False: not this person's, to be connected again first, or left alone
    until the moment that its source named.
    """
    free = Connection.objects.may_be_asked().filter(pk=connection_id, user_id=user_id)
    return bool(Connection.objects.filter(pk__in=free).update(next_sync_at=at))


def read_calendars_anew(user_id: UUID, *, at: datetime) -> list[UUID]:
    """The person lives in another zone now: whole days are other moments. Returns what is due.

    A first reading that is under way began in the old zone; without its claim it is discarded.
    What is not connected keeps its claim: of two workers that exchange one code, one is refused.
    """
    has_dates = Q(events__isnull=False) | Q(synced_at=None)
    connected = Connection.objects.known()
    ids = list(connected.filter(has_dates, user_id=user_id).values_list("pk", flat=True).distinct())
    connected.filter(pk__in=ids).update(cursor={}, claimed_until=None, next_sync_at=at)
    return ids
