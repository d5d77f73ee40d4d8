"""Asking sources to tell by themselves what they tell only where they are asked to, for a while.

What they tell is a hint (integrations.sync.hints); without it, connections are read as often as
ever. So nothing here fails: what could not be asked for is asked for again an hour later.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urljoin
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from integrations.access.calling import call
from integrations.base import Channel, SignalSource
from integrations.models import Connection, PushChannel
from integrations.registry import SOURCES
from oo.lib.configuration import value_of
from oo.lib.http import ApiError

log = logging.getLogger(__name__)

# Before it ends; the connection is read many times a day.
RENEW = timedelta(days=1)
# Until then a row says that it is being asked for, or could not be.
ASKING = timedelta(hours=1)


def keep(connection_id: UUID, *, at: datetime) -> bool:
    """Have the source tell of a connection that was just read; whether it was asked now.

    One query where nothing is to do. The new channel is there before the old one is stopped, so
    that nothing falls between them.
    """
    connection = Connection.objects.select_related("user__profile").filter(pk=connection_id).first()
    source = SOURCES.get(connection.source) if connection else None
    if connection is None or source is None or not _can_tell(source):
        return False
    row = _reserve(connection, at)
    if row is None:
        return False
    address = urljoin(settings.OO_BASE_URL, reverse("integrations:hear", args=[connection.source]))
    try:
        channel = call(connection, source, lambda link: source.watch(link, row.key, address, at=at))
    except ApiError as error:
        log.info("%s: does not tell: %s", connection.source, type(error).__name__)
        return False
    _take(connection, source, channel)
    return True


def stop(connection: Connection, source: SignalSource) -> None:
    """Have the source tell no more of a connection that is about to go. Never raises ApiError."""
    for row in PushChannel.objects.filter(connection=connection).exclude(resource=""):
        _close(connection, source, Channel(row.key, row.resource, row.expires_at))


def _can_tell(source: SignalSource) -> bool:
    """Sources tell at https addresses only, and here what they tell has to be believed."""
    manifest = source.manifest
    secret = manifest.webhook_secret
    is_heard = secret is not None and bool(value_of(secret))
    return manifest.can_watch and is_heard and settings.OO_BASE_URL.startswith("https://")


def _reserve(connection: Connection, at: datetime) -> PushChannel | None:
    """The row of a new channel; None when there is one that is good for more than a day, or another
    worker is at it, or the last try was less than ASKING ago.
    """
    mine = PushChannel.objects.filter(connection=connection)
    if _is_told(mine.values_list("resource", "expires_at"), at):
        return None
    with transaction.atomic():
        locked = Connection.objects.lock(connection.pk)
        if locked is None or locked.state == Connection.State.LEAVING:
            return None
        if _is_told(mine.values_list("resource", "expires_at"), at):
            return None
        mine.filter(resource="").delete()
        return PushChannel.objects.create(
            key=uuid4(),
            user_id=connection.user_id,
            connection=connection,
            expires_at=at + ASKING,
        )


def _is_told(rows: Iterable[tuple[str, datetime]], at: datetime) -> bool:
    return any(
        expires_at - at > (RENEW if resource else timedelta()) for resource, expires_at in rows
    )


def _take(connection: Connection, source: SignalSource, channel: Channel) -> None:
    """Who was disconnected meanwhile has no row any more: then this one is to stop."""
    mine = PushChannel.objects.filter(connection=connection)
    is_kept = mine.filter(key=channel.key).update(
        resource=channel.resource, expires_at=channel.expires_at
    )
    if not is_kept:
        _close(connection, source, channel)
        return
    for old in mine.exclude(key=channel.key):
        if old.resource:
            _close(connection, source, Channel(old.key, old.resource, old.expires_at))
        old.delete()


def _close(connection: Connection, source: SignalSource, channel: Channel) -> None:
    """It ends by itself otherwise; until then it tells of an account that nobody has connected."""
    try:
        call(connection, source, lambda link: source.unwatch(link, channel))
    except ApiError as error:
        log.info("%s: still tells: %s", connection.source, type(error).__name__)
