"""A calendar that somebody publishes at a secret address, read every quarter of an hour."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings

from integrations import ical
from integrations.base import Account, Field, Link, Pull, SignalSource, SourceManifest
from integrations.ical.failures import named_failures
from oo.lib.http import (
    Fetched,
    Limits,
    Refused,
    Unauthorized,
    Unexpected,
    Unreachable,
    browser_agent,
    fetch_public,
)
from oo.lib.types import JSON
from oo.lib.words import gettext_lazy as _

SERVICE = "calendar"
DEADLINE_S = 40.0
# How programs spell "subscribe to this": the same address, fetched over TLS.
SCHEMES = {"webcal": "https", "webcals": "https"}


class CalendarUrl(SignalSource):
    """The address is the secret: it is kept in credentials, and its hash is the account."""

    manifest = SourceManifest(
        key="calendar-url",
        title=_("Calendar by address"),
        version=1,
        consents=frozenset({"calendar"}),
        sync_every=timedelta(minutes=15),
        description=_("Reads your meetings from the address at which your calendar is published."),
        fields=(
            Field(
                name="url",
                label=_("Address of the calendar"),
                kind="url",
                help=_(
                    "In your calendar's settings, look for a secret or private address in "
                    "iCal format. It usually ends in .ics. It is stored encrypted."
                ),
            ),
        ),
    )

    def identify(self, credentials: Mapping[str, str], document: str) -> Account:
        url = address_of(credentials)
        reader = ical.NameReader()
        with named_failures(SERVICE):
            _fetch(url, {}, reader.feed)
            name = reader.close()
        account = hashlib.sha256(url.encode()).hexdigest()
        return Account(account, (name or urlsplit(url).hostname or "")[:255])

    def pull(self, link: Link, *, at: datetime) -> Pull:
        """Asks conditionally, except for the first time in a day: the window has then moved."""
        where = f"{at.astimezone(link.zone):%Y-%m-%d} {link.zone.key}"
        is_same_window = link.cursor.get("window") == where
        asked = _conditions(link.cursor) if is_same_window else {}
        digest = hashlib.sha256()
        reader = ical.Reader(at=at, zone=link.zone, addresses=link.addresses)

        def take(piece: bytes) -> None:
            digest.update(piece)
            reader.feed(piece)

        with named_failures(SERVICE), _kept_waiting():
            fetched = _fetch(address_of(link.credentials), asked, take)
            if fetched.status == 304:
                if not asked:
                    raise Unexpected(SERVICE, "304 to an unconditional request", status=304)
                return Pull(full=False, cursor=link.cursor, not_modified=True)
            cursor = _cursor(where, digest.hexdigest(), fetched)
            if is_same_window and link.cursor.get("digest") == cursor["digest"]:
                return Pull(full=False, cursor=cursor, not_modified=True)
            return Pull(full=True, cursor=cursor, events=reader.close().events)


@contextmanager
def _kept_waiting() -> Iterator[None]:
    """What could be read before and now is forbidden is as often a wall before the publisher as an
    address that was taken back; nobody could tell it another password. When it is typed, 403 is
    told at once.
    """
    try:
        yield
    except Unauthorized as error:
        if error.status != 403:
            raise
        raise Unreachable(
            SERVICE, error.detail, status=403, retry_after_s=error.retry_after_s
        ) from None


def address_of(credentials: Mapping[str, str]) -> str:
    """The address to fetch. Raises Refused for what is none."""
    url = credentials.get("url", "").strip()
    scheme, found, rest = url.partition("://")
    scheme = SCHEMES.get(scheme.lower(), scheme.lower())
    if not found or scheme not in ("http", "https") or len(url) > 2_000:
        raise Refused(SERVICE, "not an http address")
    return f"{scheme}://{rest}"


def _fetch(url: str, headers: Mapping[str, str], sink: Callable[[bytes], None]) -> Fetched:
    return fetch_public(
        url,
        service=SERVICE,
        limits=Limits(max_bytes=ical.MAX_SENT, deadline_s=DEADLINE_S),
        headers={"User-Agent": browser_agent(), **headers},
        allow_private=settings.OO_PRIVATE_HOSTS_ALLOWED,
        sink=sink,
    )


def _cursor(where: str, digest: str, fetched: Fetched) -> dict[str, JSON]:
    return {
        "window": where,
        "digest": digest,
        "etag": fetched.headers.get("etag", "")[:255],
        "modified": fetched.headers.get("last-modified", "")[:64],
    }


def _conditions(cursor: Mapping[str, JSON]) -> dict[str, str]:
    kept = {"If-None-Match": cursor.get("etag"), "If-Modified-Since": cursor.get("modified")}
    return {name: str(value) for name, value in kept.items() if value}
