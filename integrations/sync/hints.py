"""What sources tell by themselves: a hint that makes connections due. The sync reads the truth.

A burst is one sync: what was made due a moment ago is not made due again, and is looked at when
the moment is over.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import blake2b
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import CharField, QuerySet

from integrations.base import Heard
from integrations.models import Connection, WebhookDelivery
from oo.lib.compiled import Compiled, Given
from oo.lib.text import storable

# Sources give up telling the same again within hours.
KEPT = timedelta(days=7)
# Of ten tasks that are ticked off together a source tells ten times.
SETTLES = timedelta(seconds=2)
# One message to the workers is about all that is told in it.
TOGETHER = timedelta(seconds=1)
# What is told first may be written last.
SLACK = timedelta(seconds=1)


def _about() -> QuerySet[Connection]:
    found = Connection.objects.may_be_asked().filter(
        source=Given("source", CharField()), account=Given("account", CharField())
    )
    locked = found.select_for_update(of=("self",), no_key=True).order_by("pk")
    return locked.only("next_sync_at", "claimed_until")


# Those that are told of. A burst asks it again and again.
ABOUT: Compiled[Connection] = Compiled(_about)


def take(source: str, heard: Heard, *, at: datetime) -> list[UUID]:
    """Make the account's connections due. Returns those to look at, when SETTLES is over.

    Four statements, however many connections. Nothing is written of an account that nobody has
    connected, nor of a delivery that was taken before.
    """
    try:
        with transaction.atomic():
            return _take(source, heard, at)
    except IntegrityError:  # the same delivery at the same time, or before
        return []


def about(since: datetime) -> tuple[datetime, datetime]:
    """When connections came to be due of which one message tells, first and last moment."""
    return since - SLACK, since + TOGETHER + SLACK


def forget(*, at: datetime) -> int:
    return WebhookDelivery.objects.filter(heard_at__lt=at - KEPT).delete()[0]


def _take(source: str, heard: Heard, at: datetime) -> list[UUID]:
    # An account may be connected by several people: locked in the order of their keys.
    account = storable(heard.account)  # PostgreSQL takes no NUL, not even to compare
    rows = ABOUT.rows(source=source, account=account)
    if not rows:
        return []
    _do_not_wait_for_the_disk()
    WebhookDelivery.objects.create(digest=_digest(source, heard.delivery), heard_at=at)
    wanted = [row.pk for row in rows if not _is_coming(row.next_sync_at, row.claimed_until, at)]
    Connection.objects.filter(pk__in=wanted).update(next_sync_at=at)
    return wanted


def _do_not_wait_for_the_disk() -> None:
    """In this transaction: a hint that is lost when the power fails costs a few minutes."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("set local synchronous_commit to off")


def _is_coming(due_at: datetime, held: datetime | None, at: datetime) -> bool:
    """Whether it is read soon anyway. A worker that is at it may have read too early for this."""
    is_held = held is not None and held > at
    return at - SETTLES <= due_at <= at and not is_held


def _digest(source: str, delivery: str) -> str:
    return blake2b(f"{source} {delivery}".encode(errors="replace"), digest_size=16).hexdigest()
