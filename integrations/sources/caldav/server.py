"""The way to a person's CalDAV server: over TLS, to the hosts of one site, with their password."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings

from integrations import ical
from integrations.sources.caldav.wire import SERVICE, Multistatus, read_multistatus
from oo.lib.http import (
    Api,
    Fetched,
    Limits,
    Refused,
    TooLarge,
    Unauthorized,
    Unexpected,
    web_address,
)

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MOST_HOPS, MOST_HOSTS = 5, 8
# Of one sync, all answers together.
MOST_BYTES = 48 * 1024 * 1024
LIMITS = Limits(timeout_s=20.0, deadline_s=60.0, max_bytes=ical.MAX_BYTES)
XML = {"Content-Type": "application/xml; charset=utf-8"}
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


class Server:
    """For one thread, as a context manager. Every method raises ApiError."""

    def __init__(self, credentials: Mapping[str, str]) -> None:
        self.name, self._password = (
            credentials.get("name", "").strip(),
            credentials.get("password", ""),
        )
        # RFC 7617: a colon ends the name, and nothing that is not printed can be in either.
        if not self.name or ":" in self.name or not f"{self.name}{self._password}".isprintable():
            raise Unauthorized(SERVICE, "not a user name")
        self._apis: dict[str, Api] = {}
        self._bytes = 0
        self._host = ""
        self.address = self._typed(credentials.get("url", "").strip())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for api in self._apis.values():
            api.close()

    def whole(self, href: str, base: str = "") -> str:
        """An address that the server told, as seen from `base`. Refused when it leaves the site."""
        address = web_address(SERVICE, href, base)
        if not is_same_site(self._host, urlsplit(address).hostname or ""):
            raise Refused(SERVICE, "another site")
        return _over_tls(address)

    def propfind(self, address: str, body: bytes, depth: str) -> tuple[str, Multistatus]:
        """Where it was in the end, and what was answered there."""
        fetched = self.send("PROPFIND", address, body, {**XML, "Depth": depth})
        return fetched.url, read_multistatus(fetched.body)

    def report(self, address: str, body: bytes, depth: str = "1") -> Multistatus:
        return read_multistatus(self.send("REPORT", address, body, {**XML, "Depth": depth}).body)

    def send(
        self,
        method: str,
        address: str,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Fetched:
        """Follows redirects within the site, with the same method: that is what finds a server."""
        for _hop in range(MOST_HOPS + 1):
            parts = urlsplit(address)
            api = self._api(f"{parts.scheme}://{parts.netloc}/")
            fetched = api.send(
                method, parts.path or "/", content=content, headers=headers, redirects=True
            )
            self._bytes += len(fetched.body)
            if self._bytes > MOST_BYTES:
                raise TooLarge(SERVICE, "too much in all")
            if fetched.status not in REDIRECTS:
                return fetched
            address = self.whole(fetched.headers.get("location", ""), address)
        raise Unexpected(SERVICE, "too many redirects", status=fetched.status)

    def _typed(self, typed: str) -> str:
        if len(typed) > 2_000:
            raise Refused(SERVICE, "not an address")
        address = web_address(SERVICE, typed if SCHEME.match(typed) else f"https://{typed}")
        self._host = urlsplit(address).hostname or ""
        return _over_tls(urlunsplit(urlsplit(address)._replace(query="")))

    def _api(self, origin: str) -> Api:
        if origin not in self._apis:
            if len(self._apis) >= MOST_HOSTS:
                raise Unexpected(SERVICE, "too many hosts")
            self._apis[origin] = Api(
                SERVICE,
                origin,
                limits=LIMITS,
                basic=(self.name, self._password),
                public_only=True,
                allow_private=settings.OO_PRIVATE_HOSTS_ALLOWED,
            )
        return self._apis[origin]


def is_same_site(typed: str, told: str) -> bool:
    """Whether the password may go there: the host that was typed, one below it, or a sibling.

    iCloud keeps each person at a sibling of the one address that it tells (p42-caldav.icloud.com).
    """
    typed, told = typed.lower().rstrip("."), told.lower().rstrip(".")
    if told == typed:
        return True
    if _is_number(typed):
        return False
    parent = typed.partition(".")[2]
    labels = parent.split(".")
    # "co.uk" is no site: whoever likes may be below it.
    is_site = len(labels) > 2 or (len(labels) == 2 and max(map(len, labels)) > 3)
    return told.endswith(f".{typed}") or (
        is_site and (told == parent or told.endswith(f".{parent}"))
    )


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _over_tls(address: str) -> str:
    """A password is never sent in the clear, but where this installation lets its own hosts in.

    Servers behind a proxy redirect to http:// without knowing; the same place is there over TLS.
    """
    parts = urlsplit(address)
    if parts.scheme == "https":
        return address
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    if f"{host}:{parts.port or 80}" in settings.OO_PRIVATE_HOSTS_ALLOWED:
        return address
    netloc = host if parts.port in (None, 80) else f"{host}:{parts.port}"
    return urlunsplit(parts._replace(scheme="https", netloc=netloc))
