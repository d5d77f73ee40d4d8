"""From whatever address a person typed to their calendars (RFC 6764, 6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

from integrations.sources.caldav.server import Server
from integrations.sources.caldav.wire import (
    CAL,
    CTAG,
    DAV,
    HOMES,
    KINDS,
    NAME,
    PRINCIPAL,
    SERVICE,
    TOKEN,
    TYPE,
    Answer,
    propfind,
)
from oo.lib.http import Refused, TooLarge, Unauthorized, Unexpected, Unreachable
from oo.lib.text import one_line

MOST_HOMES, MOST_CALENDARS = 5, 100
# Nextcloud lists calendars that were thrown away, which are kept for a month.
DELETED = "{http://nextcloud.com/ns}deleted-calendar"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person's calendars are. `alone`: the one home is itself a calendar."""

    principal: str
    homes: tuple[str, ...]
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """token  of sync-collection, "" where there is none
    mark   differs when anything in it has changed; "" when the server does not tell
    """

    url: str
    name: str
    kinds: frozenset[str]
    token: str
    mark: str


def find_place(server: Server) -> Place:
    """Ask what was typed, then what the server says itself, then its root. Raises ApiError."""
    first: Unexpected | Unauthorized | None = None
    told = (urljoin(server.address, path) for path in ("/.well-known/caldav", "/"))
    for address in dict.fromkeys((server.address, *told)):
        try:
            found = _look(server, address)
        except (Unexpected, Unauthorized) as error:
            # A wall before the root says 403 to everybody; 401 is said to this person.
            if error.status == 401 or (isinstance(error, Unauthorized) and not error.status):
                raise
            first = first or error
            continue
        if found:
            return found
    raise first or Unexpected(SERVICE, "no calendars")


def _look(server: Server, address: str) -> Place | None:
    here, answer = _ask(server, address, PRINCIPAL, HOMES, TYPE)
    if answer.has(PRINCIPAL, f"{DAV}unauthenticated"):
        raise Unauthorized(SERVICE, "unauthenticated")
    principals = answer.hrefs(PRINCIPAL)
    if not principals:
        is_calendar = answer.has(TYPE, f"{CAL}calendar")
        return (
            Place(here, (here,), alone=True) if is_calendar else _homes(server, here, here, answer)
        )
    principal = server.whole(principals[0], here)
    if not answer.hrefs(HOMES):
        here, answer = _ask(server, principal, HOMES)
    return _homes(server, principal, here, answer)


def _ask(server: Server, address: str, *names: str) -> tuple[str, Answer]:
    here, told = server.propfind(address, propfind(*names), "0")
    if not told.answers:
        raise Unexpected(SERVICE, "no answer")
    return here, told.answers[0]


def _homes(server: Server, principal: str, here: str, answer: Answer) -> Place | None:
    homes = tuple(server.whole(href, here) for href in answer.hrefs(HOMES)[:MOST_HOMES])
    return Place(principal, homes) if homes else None


def list_calendars(server: Server, place: Place) -> list[Calendar]:
    """Those that hold entries or to-dos, by address. Raises ApiError."""
    found: dict[str, Calendar] = {}
    depth = "0" if place.alone else "1"
    for home in place.homes:
        here, told = server.propfind(home, propfind(TYPE, NAME, KINDS, TOKEN, CTAG), depth)
        _ensure_all_told(here, told.answers)
        for answer in told.answers:
            if not answer.has(TYPE, f"{CAL}calendar") or answer.has(TYPE, DELETED):
                continue
            try:
                url = server.whole(answer.href, here)
            except Refused:
                continue  # somebody's calendar elsewhere, which this password does not open
            token, name = answer.text(TOKEN), one_line(answer.text(NAME), 200)
            mark = token or answer.text(CTAG)
            found[url] = Calendar(url, name, answer.kinds(), token, mark)
    if len(found) > MOST_CALENDARS:
        raise TooLarge(SERVICE, "too many calendars")
    return [found[url] for url in sorted(found)]


def _ensure_all_told(home: str, answers: Iterable[Answer]) -> None:
    """A calendar that is not told counts as gone, with its tasks. Raises Unreachable, Unexpected.

    One that is listed and may not be read (403) is none of the person's; so say SabreDAV's lists.
    Of the home itself it matters alone what it is: some have no tag, and say that with any status.
    """
    is_home_told = False
    for answer in answers:
        is_home = path_of(urljoin(home, answer.href)) == path_of(home)
        trouble = answer.trouble_with(TYPE) if is_home else answer.trouble
        if trouble and (is_home or trouble != 403):
            raise Unreachable(SERVICE, "not all calendars were told", status=trouble)
        # Whoever tells of a calendar in it has looked into it, by whatever name.
        is_calendar = answer.has(TYPE, f"{CAL}calendar")
        is_home_told |= is_calendar or (is_home and TYPE in answer.found)
    if not is_home_told:
        raise Unexpected(SERVICE, "nothing was told of the calendars")


def path_of(address: str) -> str:
    """Servers write one address in several ways."""
    return unquote(urlsplit(address).path).rstrip("/")
