"""Webhooks as hints: they make connections due, and nothing else in them is believed.

A burst of hints is one sync: what was made due less than SETTLES ago is not made due again, and the
sync starts when SETTLES is over.
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

# How long deliveries are known again. Sources stop repeating one within hours.
KEPT = timedelta(days=7)
# A source sends ten hints for ten tasks that are ticked off together.
SETTLES = timedelta(seconds=2)
# One message to the workers is about all hints of this time.
TOGETHER = timedelta(seconds=1)
# The first hint to arrive may be the last to be written.
SLACK = timedelta(seconds=1)


def _about() -> QuerySet[Connection]:
    found = Connection.objects.may_be_asked().filter(
        source=Given("source", CharField()), account=Given("account", CharField())
    )
    locked = found.select_for_update(of=("self",), no_key=True).order_by("pk")
    return locked.only("next_sync_at", "claimed_until")


# The connections that a hint is about. Compiled, since a burst asks this again and again.
ABOUT: Compiled[Connection] = Compiled(_about)


def take(source: str, heard: Heard, *, at: datetime) -> list[UUID]:
    """Make the account's connections due. Returns those to look at, when SETTLES is over.

    Four statements, however many connections. Nothing is written for an account that nobody has
    connected, nor for a delivery that was taken before.
    """
    try:
        with transaction.atomic():
            return _take(source, heard, at)
    except IntegrityError:  # the delivery is known already
        return []


def about(since: datetime) -> tuple[datetime, datetime]:
    """The first and last `next_sync_at` of the connections that one message is about."""
    return since - SLACK, since + TOGETHER + SLACK


def forget(*, at: datetime) -> int:
    return WebhookDelivery.objects.filter(heard_at__lt=at - KEPT).delete()[0]


def _take(source: str, heard: Heard, at: datetime) -> list[UUID]:
    # Several people may have connected one account: the rows are locked in the order of their keys.
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
    """For this transaction only. A hint that a power failure loses delays a sync by minutes."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("set local synchronous_commit to off")


def _is_coming(due_at: datetime, held: datetime | None, at: datetime) -> bool:
    """Whether it was made due just now, so that it is read soon anyway. Not while a worker holds
    it: that one may have asked the source before this change.
    """
    is_held = held is not None and held > at
    return at - SETTLES <= due_at <= at and not is_held


def _digest(source: str, delivery: str) -> str:
    return blake2b(f"{source} {delivery}".encode(errors="replace"), digest_size=16).hexdigest()
