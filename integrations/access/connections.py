"""A person's access to a source: given, taken back, ended with the consent that it needs."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts.locks import lock_person
from accounts.models import Consent
from accounts.privacy import consents
from events.bus import publish
from events.catalog import ConnectionChanged
from integrations.access import channels
from integrations.access.backoff import retry_at, trouble_of
from integrations.access.calling import guarded
from integrations.access.forgetting import forget_tasks
from integrations.base import Account
from integrations.models import Completion, Connection, Task
from integrations.registry import SOURCES
from oo.lib.http import ApiError, Unreachable
from oo.lib.text import one_line

log = logging.getLogger(__name__)


# Of one person. Each is read every few minutes, for as long as the account is there.
MOST_CONNECTIONS = 25
LONGEST_LEAVING = timedelta(days=1)
# Longer than giving back may take: who comes after is sure that the one before is dead.
FINISHING = timedelta(minutes=5)
# Beside credentials that a code was exchanged for, until they are a connection.
GRANTED = "oo.granted"


class AccountClosed(Exception):
    """The account was closed meanwhile. Nothing was written."""


class TooMany(Exception):
    """The person has as many connections as there may be. Nothing was written."""


class StillAsking(Exception):
    """Another source of the person is being asked: one at a time. Nothing was written."""

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self.source = source


def connect(
    user_id: UUID,
    source: str,
    credentials: Mapping[str, str],
    document: str,
    *,
    at: datetime,
) -> Connection:
    """Check what the person gave, store it, and grant what the source needs.

    The same account again is the same connection, with new credentials; what was read of it stays,
    unless the document is another. Raises ApiError, KeyError for no such source, AccountClosed,
    TooMany.
    """
    account = SOURCES[source].identify(credentials, document)
    with transaction.atomic():
        if not lock_person(user_id):
            raise AccountClosed
        return store(user_id, source, account, credentials, document, at=at)


def store(
    user_id: UUID,
    source: str,
    account: Account,
    credentials: Mapping[str, str],
    document: str,
    *,
    at: datetime,
) -> Connection:
    """What has been checked, in a transaction that holds the person. Raises TooMany."""
    connection = _open(user_id, source, account, at)
    if connection._state.adding and has_most(user_id):
        raise TooMany
    if connection.document != document:
        connection.cursor = {}
    connection.document = document
    connection.write_credentials(credentials)
    connection.save()
    for key in sorted(SOURCES[source].manifest.consents):
        consents.grant(user_id, key, by="connect", at=at)
    Completion.objects.waiting().filter(
        task__connection=connection, next_at__gt=at, attempts__gt=0
    ).update(next_at=at)
    _publish_change(connection, "connected", at)
    return connection


def _open(user_id: UUID, source: str, account: Account, at: datetime) -> Connection:
    """The row, old or new, as it is right after connecting. Without its claim: whoever is reading
    with the old credentials finds it taken away, and discards what it read."""
    key = {"user_id": user_id, "source": source, "account": account.account}
    row = Connection.objects.select_for_update(no_key=True).filter(**key).first()
    connection = row or Connection(**key)
    connection.label = one_line(account.label, 255)
    connection.connected_at = connection.next_sync_at = at
    connection.claimed_until = None
    connection.attempts, connection.last_error = 0, ""
    has_been_read = connection.synced_at is not None
    connection.state = Connection.State.OK if has_been_read else Connection.State.NEW
    return connection


def has_most(user_id: UUID) -> bool:
    return Connection.objects.known().filter(user_id=user_id).count() >= MOST_CONNECTIONS


def may_ask(user_id: UUID, source: str) -> bool:
    """Whether another may be connected, or the same account once more. Two queries at most.

    Which account it is shows later: `store` counts again.
    """
    mine = Connection.objects.filter(user_id=user_id, source=source)
    return not has_most(user_id) or mine.filter(state=Connection.State.RECONNECT).exists()


def leave(connection_id: UUID, *, at: datetime) -> bool:
    """Forget what was read, at once; a worker gives the access back and then forgets that too.

    False: there is no such connection.
    """
    with transaction.atomic():
        locked = Connection.objects.lock(connection_id)
        if locked is None:
            return False
        _publish_change(locked, "disconnected", at)
        forget_tasks(Task.objects.filter(connection=locked), at=at)
        locked.events.all().delete()
        locked.document, locked.cursor, locked.synced_at = "", {}, None
        locked.state, locked.claimed_until, locked.next_sync_at = Connection.State.LEAVING, None, at
        # From here on since when it leaves, as of one that is checked since when it is.
        locked.connected_at, locked.attempts, locked.last_error = at, 0, ""
        locked.save()
    return True


def finish_leaving(connection: Connection, *, at: datetime) -> bool:
    """For the worker that has claimed it. Who connected it again meanwhile keeps it.

    A source that is away is asked again for a day: until then only what opens it is left.
    """
    mine = Connection.objects.filter(
        pk=connection.pk,
        state=Connection.State.LEAVING,
        claimed_until=connection.claimed_until,
    )
    try:
        revoked = _give_back_alone(connection)
    except Unreachable as error:
        revoked, next_at = False, retry_at(error, connection.attempts, at=at)
        if next_at < connection.connected_at + LONGEST_LEAVING:
            mine.update(
                next_sync_at=next_at,
                claimed_until=None,
                attempts=F("attempts") + 1,
                last_error=trouble_of(error),
            )
            return False
    except ApiError:
        revoked = False
    mine.delete()
    return revoked


def disconnect(connection_id: UUID, *, at: datetime) -> bool | None:
    """Leave, and give the access back at once; where the source is away, workers go on asking it.

    None: there is no such connection, or nobody whose it is. False: the source could not or would
    not take it back by now.
    """
    if not leave(connection_id, at=at):
        return None
    until = at + FINISHING
    if not Connection.objects.claim(connection_id, at=at, until=until):
        return False  # another worker is at it already
    mine = Connection.objects.filter(pk=connection_id, claimed_until=until).first()
    return mine is not None and finish_leaving(mine, at=at)


def revoke(connection: Connection) -> bool:
    """Ask the source to forget our access. Whatever it does, nothing is raised but DatabaseError:
    the person leaves either way."""
    try:
        return _give_back(connection)
    except ApiError:
        return False


def _give_back_alone(connection: Connection) -> bool:
    """What never was connected is not given back while the same source is, and waits while it is
    being checked: some end all that their app was granted. Raises ApiError.
    """
    mine = Connection.objects.filter(user_id=connection.user_id, source=connection.source)
    if holds_access(connection):
        if mine.known().exists():
            return False
        if mine.filter(state=Connection.State.CHECKING).exists():
            raise Unreachable(connection.source, "another is being checked")
    return _give_back(connection)


def holds_access(connection: Connection) -> bool:
    """Whether it has what a code was exchanged for, though it is not connected yet."""
    return GRANTED in connection.read_credentials()


def _give_back(connection: Connection) -> bool:
    """Raises ApiError."""
    source = SOURCES.get(connection.source)
    if source is None:
        return False
    if source.manifest.can_watch:
        channels.stop(connection, source)
    try:
        return guarded(connection.source, lambda: source.revoke(connection.read_credentials()))
    except ApiError as error:
        log.warning("%s was not revoked: %s", connection.source, type(error).__name__)
        raise


def end_consent(user_id: UUID, key: str, *, at: datetime) -> int:
    """Disconnect every source that may not be read any more; how many. Safe to run twice: what is
    leaving already is left to the workers."""
    if Consent.objects.open(user_id).filter(key=key).exists():
        return 0  # granted again meanwhile
    needing = [s.manifest.key for s in SOURCES if key in s.manifest.consents]
    mine = Connection.objects.filter(user_id=user_id, source__in=needing)
    ids = list(mine.exclude(state=Connection.State.LEAVING).values_list("pk", flat=True))
    return sum(disconnect(pk, at=at) is not None for pk in ids)


def may_read(connection: Connection) -> bool:
    """Whether every consent that the source needs is in force. One query."""
    given = Consent.objects.open(connection.user_id).values_list("key", flat=True)
    return needed_by(connection) <= set(given)


def needed_by(connection: Connection) -> frozenset[str]:
    """Keys of consents; none where the source is not there any more."""
    source = SOURCES.get(connection.source)
    return source.manifest.consents if source else frozenset()


def _publish_change(connection: Connection, state: str, at: datetime) -> None:
    publish(
        ConnectionChanged(
            user_id=connection.user_id, at=at, connection_id=connection.pk, state=state
        )
    )
