"""What a person gave to connect a source, checked by a worker: no page waits for the outside.

The row is the work, as of a sync. Checked, it becomes the connection, or is merged into the one of
the same account; refused, it says why until the person tries again or a day has passed.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, QuerySet

from accounts.locks import lock_person
from integrations.access import connections, oauth
from integrations.access.backoff import retry_at, trouble_of
from integrations.access.calling import call, guarded
from integrations.access.connections import GRANTED, holds_access
from integrations.base import Account, Link, SignalSource, Trouble
from integrations.models import Connection
from integrations.registry import SOURCES
from oo.lib.http import ApiError, Unauthorized, Unreachable

log = logging.getLogger(__name__)

# In place of an account while nobody knows which it is.
UNKNOWN = "unknown "
# A code that the person came back with, instead of credentials.
CODE, TRIP = "oo.code", "oo.trip"
KEPT = timedelta(days=1)


def ask(
    user_id: UUID,
    source: str,
    credentials: Mapping[str, str],
    document: str = "",
    *,
    at: datetime,
) -> Connection:
    """Have it checked. What was asked about the same source before, and is not connected, goes,
    unless a worker is at it: each person keeps one worker waiting at most. What was granted for it
    is given back.

    Raises KeyError for no such source, connections.AccountClosed, TooMany, StillAsking.
    """
    manifest = SOURCES[source].manifest
    with transaction.atomic():
        if not lock_person(user_id):
            raise connections.AccountClosed
        if not connections.may_ask(user_id, source):
            raise connections.TooMany
        _ensure_nothing_is_asked(user_id, source, at=at)
        _drop_unknown(user_id, source, at=at)
        connection = Connection(
            user_id=user_id,
            source=manifest.key,
            account=f"{UNKNOWN}{uuid4()}",
            document=document,
            state=Connection.State.CHECKING,
            connected_at=at,
            next_sync_at=at,
        )
        connection.write_credentials(credentials)
        connection.save()
    return connection


def _ensure_nothing_is_asked(user_id: UUID, source: str, *, at: datetime) -> None:
    """Raises StillAsking. What waits for a worker may be replaced by another try of the same."""
    checking = Connection.objects.filter(user_id=user_id, state=Connection.State.CHECKING)
    for other in checking:
        is_held = other.claimed_until is not None and other.claimed_until > at
        if other.next_sync_at > at and not is_held:
            continue  # put off: no worker waits for it
        if is_held or other.source != source:
            raise connections.StillAsking(other.source)


def _drop_unknown(user_id: UUID, source: str, *, at: datetime) -> None:
    for other in Connection.objects.unknown().filter(user_id=user_id, source=source):
        if holds_access(other):
            connections.leave(other.pk, at=at)
        else:
            other.delete()


def with_code(asked: oauth.AuthorizationRequest, code: str) -> dict[str, str]:
    """The credentials of somebody who came back with a code: a worker exchanges it."""
    return {CODE: code, TRIP: json.dumps(asdict(asked))}


def check(connection: Connection, source: SignalSource, *, at: datetime) -> Connection | None:
    """Find out whose it is, and connect it. None: it was refused, or is gone.

    For the worker that has claimed the row; outside of any transaction.
    """
    try:
        _exchange(connection, source)
        account, credentials = _identify(connection, source)
    except ApiError as error:
        if not _put_off(connection, error, at=at):
            _refuse(connection, source, trouble_of(error), at=at)
        return None
    try:
        return _become(connection, account, credentials, at=at)
    except connections.TooMany:
        _refuse(connection, source, Trouble.TOO_MANY, at=at)
        return None


def _identify(connection: Connection, source: SignalSource) -> tuple[Account, Mapping[str, str]]:
    """Whose it is, and what has opened it. Raises ApiError."""

    def ask(link: Link) -> tuple[Account, Mapping[str, str]]:
        return source.identify(link.credentials, link.document), link.credentials

    if connection.attempts:  # it was put off, and its token may have run out meanwhile
        return call(connection, source, ask)
    return guarded(connection.source, lambda: ask(connection.link()))


def _exchange(connection: Connection, source: SignalSource) -> None:
    """A code is good once: what it was exchanged for is written down before anything else can go
    wrong. Raises ApiError.
    """
    kept = connection.read_credentials()
    if CODE not in kept:
        return
    asked = oauth.AuthorizationRequest(**json.loads(kept[TRIP]))
    found = oauth.exchange_code(source.manifest, asked, kept[CODE])
    connection.write_credentials({**found, GRANTED: "yes"})
    if not _mine(connection).update(credentials=connection.credentials):
        raise Unauthorized(connection.source, "disconnected")


def _put_off(connection: Connection, error: ApiError, *, at: datetime) -> bool:
    """Ask again what nobody but we can ask again. False: it is refused."""
    is_over = at >= connection.connected_at + KEPT
    if is_over or not isinstance(error, Unreachable) or not holds_access(connection):
        return False
    _mine(connection).update(
        last_error=trouble_of(error),
        next_sync_at=retry_at(error, connection.attempts, at=at),
        attempts=F("attempts") + 1,
        claimed_until=None,
    )
    return True


def _mine(connection: Connection) -> QuerySet[Connection]:
    return Connection.objects.filter(pk=connection.pk, claimed_until=connection.claimed_until)


def _become(
    checked: Connection, account: Account, credentials: Mapping[str, str], *, at: datetime
) -> Connection | None:
    """Raises connections.TooMany."""
    with transaction.atomic():
        locked = Connection.objects.lock(checked.pk)
        if locked is None or locked.claimed_until != checked.claimed_until:
            return None
        locked.delete()
        opens = {name: value for name, value in credentials.items() if name != GRANTED}
        return connections.store(
            locked.user_id, locked.source, account, opens, locked.document, at=at
        )


def _refuse(
    connection: Connection, source: SignalSource, trouble: Trouble, *, at: datetime
) -> None:
    """What was typed is kept for another try, but no secret; what was granted is given back."""
    _give_back(connection)
    kinds = {field.name: field.kind for field in source.manifest.fields}
    typed = connection.read_credentials()
    connection.write_credentials(
        {name: value for name, value in typed.items() if kinds.get(name) in ("text", "url")}
    )
    _mine(connection).update(
        state=Connection.State.REFUSED,
        connected_at=at,  # from here on since when it is refused: so long it is told
        last_error=trouble,
        credentials=connection.credentials,
        document="",
        claimed_until=None,
    )
    log.info("%s: not connected: %s", connection.source, trouble)


def _give_back(connection: Connection) -> None:
    """Not while the person has this source connected: some end all that their app was granted."""
    others = Connection.objects.known().filter(user_id=connection.user_id, source=connection.source)
    if not holds_access(connection) or others.exists():
        return
    # It may have been refreshed since it was claimed. Who has left has no row, or one of before the
    # exchange.
    row = Connection.objects.filter(pk=connection.pk).first()
    connections.revoke(row if row and holds_access(row) else connection)


def forget_refused(*, at: datetime) -> int:
    refused = Connection.objects.filter(state=Connection.State.REFUSED)
    return refused.filter(connected_at__lt=at - KEPT).delete()[0]
