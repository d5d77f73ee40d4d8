"""What is asked of a CalDAV server and what it answers, as XML. Pure.

RFC 4918 (WebDAV), 4791 (CalDAV), 6578 (sync-collection), 5397 (current-user-principal).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

from defusedxml.ElementTree import fromstring

from oo.lib.http import TooLarge, Unexpected

SERVICE = "caldav"
DAV, CAL, CS = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}", "{http://calendarserver.org/ns/}"
PREFIXES = {DAV: "d", CAL: "c", CS: "s"}
NAMESPACES = " ".join(f'xmlns:{prefix}="{uri[1:-1]}"' for uri, prefix in PREFIXES.items())

PRINCIPAL, HOMES = f"{DAV}current-user-principal", f"{CAL}calendar-home-set"
TYPE, NAME, KINDS = (
    f"{DAV}resourcetype",
    f"{DAV}displayname",
    f"{CAL}supported-calendar-component-set",
)
TOKEN, CTAG = f"{DAV}sync-token", f"{CS}getctag"
ETAG, DATA = f"{DAV}getetag", f"{CAL}calendar-data"

MAX_ANSWERS = 60_000
NOT_HERE = frozenset({404, 410})
STATUS = re.compile(r"\s*HTTP/[0-9.]+\s+([0-9]{3})\b")
# XML cannot hold them, and notes that were pasted from elsewhere do.
CONTROLS = bytes(set(range(32)) - {9, 10, 13})


@dataclass(frozen=True, slots=True)
class Answer:
    """Of one address, as the server writes it: its status, and the properties that it has.

    missing  names of those that it says it has not
    withheld  by name, the statuses by which properties are kept from us
    trouble  the first such status, of it or of a property; 403 only where there is no other; else 0
    """

    href: str
    status: int
    found: Mapping[str, Element]
    missing: frozenset[str]
    withheld: Mapping[str, int]
    trouble: int

    def trouble_with(self, name: str) -> int:
        """The status by which it, or this property of it, is kept from us; else 0."""
        return self.status if _is_trouble(self.status) else self.withheld.get(name, 0)

    def text(self, name: str) -> str:
        element = self.found.get(name)
        return (element.text or "").strip() if element is not None else ""

    def hrefs(self, name: str) -> list[str]:
        element = self.found.get(name)
        return [] if element is None else [_text(each) for each in element.iter(f"{DAV}href")]

    def has(self, name: str, inner: str) -> bool:
        element = self.found.get(name)
        return element is not None and element.find(inner) is not None

    def kinds(self) -> frozenset[str]:
        """What a calendar takes; one that does not say takes everything (RFC 4791, 5.2.3)."""
        element = self.found.get(KINDS)
        if element is None:
            return frozenset({"VEVENT", "VTODO"})
        return frozenset(each.get("name", "").upper() for each in element.iter(f"{CAL}comp"))


@dataclass(frozen=True, slots=True)
class Multistatus:
    answers: tuple[Answer, ...]
    sync_token: str


def read_multistatus(body: bytes) -> Multistatus:
    """Raises Unexpected for what is none, TooLarge for one with more than MAX_ANSWERS."""
    try:
        root = fromstring(body.translate(None, CONTROLS), forbid_dtd=True)
    except (ParseError, ValueError, LookupError):
        raise Unexpected(SERVICE, "not XML") from None
    if root.tag != f"{DAV}multistatus":
        raise Unexpected(SERVICE, "not a multistatus")
    responses = root.findall(f"{DAV}response")
    if len(responses) > MAX_ANSWERS:
        raise TooLarge(SERVICE, "too many answers")
    return Multistatus(tuple(map(_answer, responses)), _text(root.find(f"{DAV}sync-token")))


def _answer(response: Element) -> Answer:
    found: dict[str, Element] = {}
    missing: set[str] = set()
    withheld: dict[str, int] = {}
    statuses = [_status(response)]
    for part in response.findall(f"{DAV}propstat"):
        status, properties = _status(part), part.findall(f"{DAV}prop/*")
        statuses.append(status)
        if status == 200:
            found.update((each.tag, each) for each in properties)
        elif status in NOT_HERE:
            missing.update(each.tag for each in properties)
        else:
            withheld.update((each.tag, status) for each in properties)
    troubles = sorted(filter(_is_trouble, statuses), key=lambda status: status == 403)
    href = _text(response.find(f"{DAV}href"))
    trouble = troubles[0] if troubles else 0
    return Answer(href, statuses[0], found, frozenset(missing), withheld, trouble)


def _is_trouble(status: int) -> bool:
    return status != 200 and status not in NOT_HERE


def _status(element: Element) -> int:
    match = STATUS.match(_text(element.find(f"{DAV}status")))
    return int(match[1]) if match else 200


def _text(element: Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""


def propfind(*names: str) -> bytes:
    return _document("d:propfind", _props(names))


def query(kind: str, span: tuple[datetime, datetime] | None = None) -> bytes:
    """All of one kind, or those that touch the span: text and ETag of each."""
    inner = ""
    if span:
        start, end = (f"{each:%Y%m%dT%H%M%SZ}" for each in span)
        inner = f'<c:time-range start="{start}" end="{end}"/>'
    kinds = f'<c:comp-filter name="VCALENDAR"><c:comp-filter name="{kind}">{inner}</c:comp-filter>'
    return _document(
        "c:calendar-query", f"{_props([ETAG, DATA])}<c:filter>{kinds}</c:comp-filter></c:filter>"
    )


def multiget(hrefs: Iterable[str]) -> bytes:
    named = "".join(f"<d:href>{escape(href)}</d:href>" for href in hrefs)
    return _document("c:calendar-multiget", _props([ETAG, DATA]) + named)


def changes(token: str) -> bytes:
    since = f"<d:sync-token>{escape(token)}</d:sync-token><d:sync-level>1</d:sync-level>"
    return _document("d:sync-collection", since + _props([ETAG]))


def _props(names: Iterable[str]) -> str:
    return f"<d:prop>{''.join(map(_empty, names))}</d:prop>"


def _empty(name: str) -> str:
    uri, _, local = name.partition("}")
    return f"<{PREFIXES[uri + '}']}:{local}/>"


def _document(name: str, inner: str) -> bytes:
    return f'<?xml version="1.0" encoding="utf-8"?><{name} {NAMESPACES}>{inner}</{name}>'.encode()
