"""Calendars and to-dos of a CalDAV server: iCloud, Nextcloud, Fastmail, Radicale and the like.

One request a sync while nothing has changed. Changes of to-dos are read by themselves where the
server tells them (RFC 6578). What became of entries only everything in the window says, as does the
first sync of a day, a token that is refused, and a calendar that is new, gone or has another name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from integrations.base import Account, Field, Link, Pull, SignalSource, SourceManifest
from integrations.gone import TaskGone
from integrations.ical.closing import NotClosable, close_todo
from integrations.ical.failures import named_failures
from integrations.sources.caldav.discovery import find_place
from integrations.sources.caldav.reading import read
from integrations.sources.caldav.server import Server
from integrations.sources.caldav.wire import NOT_HERE, SERVICE
from oo.lib.http import ApiError, Fetched, Unauthorized, Unexpected, Unreachable
from oo.lib.http.network import deadline
from oo.lib.words import gettext_lazy as _

# All requests of one sync, and of one closing: less than a worker's time for it.
SYNC_S, CLOSE_S = 180.0, 60.0
CHANGED = 412
# What a server that compresses puts behind the tag of a file (Apache "x-gzip", Jetty "x--gzip").
CODING = re.compile(r'-{1,2}(?:gzip|br|deflate|zstd)"$')


class CalDav(SignalSource):
    manifest = SourceManifest(
        key="caldav",
        title="CalDAV",
        version=1,
        consents=frozenset({"tasks", "calendar"}),
        sync_every=timedelta(minutes=15),
        description=_(
            "Your calendars and tasks from iCloud, Nextcloud, Fastmail and other CalDAV servers. "
            "oO closes a task there when you say it is done."
        ),
        fields=(
            Field(
                name="url",
                label=_("Address of the server"),
                kind="url",
                help=_("For example caldav.icloud.com, caldav.fastmail.com, or your Nextcloud's."),
            ),
            Field(
                name="name", label=_("User name"), kind="text", help=_("Often an email address.")
            ),
            Field(
                name="password",
                label=_("App password"),
                kind="secret",
                help=_(
                    "Make one for oO in the security settings of your account: you can revoke "
                    "it on its own. It is stored encrypted."
                ),
            ),
        ),
        can_complete=True,
    )

    def identify(self, credentials: Mapping[str, str], document: str) -> Account:
        with _server(credentials, SYNC_S) as server:
            place = find_place(server)
            host = urlsplit(place.principal).hostname or ""
        label = server.name if "@" in server.name else f"{server.name}@{host}"
        return Account(place.principal, label[:255])

    def pull(self, link: Link, *, at: datetime) -> Pull:
        with _server(link.credentials, SYNC_S) as server:
            return read(server, link, at)

    def complete(self, link: Link, external_id: str, *, key: UUID) -> None:
        """One that comes back moves to its next date. What somebody else changed meanwhile is read
        again, once; after that, later.
        """
        with _server(link.credentials, CLOSE_S) as server:
            address = server.whole(external_id)
            for _turn in range(2):
                if _close(server, address, link, key):
                    return
        raise Unreachable(SERVICE, "changed meanwhile", status=CHANGED)


@contextmanager
def _server(credentials: Mapping[str, str], seconds: float) -> Iterator[Server]:
    with deadline(seconds), Server(credentials) as server:
        yield server


def _close(server: Server, address: str, link: Link, key: UUID) -> bool:
    """False: it was changed between reading and writing."""
    found = _file(server, address)
    try:
        with named_failures(SERVICE):
            text = close_todo(found.body, key=key, at=datetime.now(UTC), zone=link.zone)
    except NotClosable:
        raise Unexpected(SERVICE, "cannot be closed without loss") from None
    if text is None:
        return True
    etag = _etag_of_file(found.headers.get("etag", ""))
    if not etag:
        raise Unexpected(SERVICE, "no ETag")
    headers = {"Content-Type": "text/calendar; charset=utf-8", "If-Match": etag}
    try:
        server.send("PUT", address, text, headers)
    except ApiError as error:
        if error.status == CHANGED:
            return False
        # This one calendar is not theirs to write; the connection is as good as before.
        if isinstance(error, Unauthorized) and error.status == 403:
            raise Unexpected(SERVICE, "may not be written", status=403) from None
        raise
    return True


def _file(server: Server, address: str) -> Fetched:
    """As it is kept there: compressed, it would have another ETag, which no writing matches.

    Raises TaskGone: the address is the one by which the server told of the task.
    """
    try:
        return server.send("GET", address, None, {"Accept-Encoding": "identity"})
    except Unexpected as error:
        if error.status not in NOT_HERE:
            raise
        raise TaskGone(SERVICE, error.detail, status=error.status) from None


def _etag_of_file(told: str) -> str:
    """Not of what was made of it on the way: If-Match compares strongly (RFC 9110, 13.1.1)."""
    return CODING.sub('"', told.strip().removeprefix("W/"))
