"""What sources tell by themselves: a hint that makes connections due. The sync reads the truth.

A burst is one sync, since a row that is due already is not made due again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import blake2b
from uuid import UUID

from django.db import IntegrityError, transaction

from integrations.base import Heard, Trouble
from integrations.models import Connection, Delivery

# Sources give up telling the same again within hours.
KEPT = timedelta(days=7)


def take(source: str, heard: Heard, *, at: datetime) -> list[UUID]:
    """Make the account's connections due. Returns those that were not, and are to be looked at.

    Three queries, however many connections. Nothing is written of an account that nobody has
    connected, nor of a delivery that was taken before.
    """
    try:
        with transaction.atomic():
            return _take(source, heard, at)
    except IntegrityError:  # the same delivery at the same time, or before
        return []


def forget(*, at: datetime) -> int:
    return Delivery.objects.filter(heard_at__lt=at - KEPT).delete()[0]


def _take(source: str, heard: Heard, at: datetime) -> list[UUID]:
    # An account may be connected by several people: locked in the order of their keys.
    found = Connection.objects.live().known().filter(source=source, account=heard.account)
    # What asked for fewer requests gets none before its time.
    found = found.exclude(state=Connection.State.RETRYING, last_error=Trouble.RATE_LIMITED)
    locked = found.select_for_update(of=("self",), no_key=True).order_by("pk")
    rows = list(locked.values_list("pk", "next_sync_at", "claimed_until"))
    if not rows:
        return []
    Delivery.objects.create(digest=_digest(source, heard.delivery), heard_at=at)
    # A worker that is at it may have read already what this is about.
    wanted = [pk for pk, due_at, held in rows if due_at > at or (held is not None and held > at)]
    Connection.objects.filter(pk__in=wanted).update(next_sync_at=at)
    return wanted


def _digest(source: str, delivery: str) -> str:
    return blake2b(f"{source} {delivery}".encode(errors="replace"), digest_size=16).hexdigest()
