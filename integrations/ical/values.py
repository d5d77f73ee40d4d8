"""The values of an entry's properties: its dates and times on the zones that they name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, TypeAlias

from icalendar import vDDDTypes
from icalendar.parser import Contentline
from x_wr_timezone import UTCChangingWalker

from integrations.ical.limits import MAX_DATES, Skip, SkipEntry
from integrations.ical.zones import Zones

Moment: TypeAlias = date | datetime
Period: TypeAlias = tuple[Moment, Moment | timedelta]
Properties: TypeAlias = dict[str, list[tuple[Mapping[str, str], str]]]


@dataclass(frozen=True, slots=True)
class Place:
    """What holds for a whole calendar: how its times are meant, and whose it is.

    zone       of times without one
    shift      the zone that X-WR-TIMEZONE names: times in UTC belong to it as well
    owner      an address; "" when unknown
    addresses  the person's own; not the owner's, for people read calendars of others
    """

    zones: Zones
    zone: tzinfo
    shift: tzinfo | None
    owner: str
    addresses: frozenset[str]


def parts_of(line: str) -> tuple[str, Mapping[str, Any], str]:
    """Name, parameters, and the value without its backslashes. Raises ValueError."""
    name, params, value = Contentline(line).parts()  # type: ignore[no-untyped-call]
    return name, params, value


def parse(text: str) -> object:
    """A date, a time, a duration or a period (a pair), as text says it. Raises SkipEntry."""
    try:
        return vDDDTypes.from_ical(text)  # type: ignore[no-untyped-call]
    except (ValueError, TypeError, ArithmeticError):
        raise SkipEntry(Skip.UNREADABLE) from None


def word(found: Properties, name: str) -> str:
    return found[name][0][1] if name in found else ""


def moment(found: Properties, name: str, place: Place) -> Moment | None:
    """None when there is none. Raises SkipEntry when there is one that cannot be understood."""
    if not word(found, name).strip():
        return None
    value = _value(*found[name][0], place)
    if not isinstance(value, date):
        raise SkipEntry(Skip.UNREADABLE)
    return value


def _value(params: Mapping[str, str], text: str, place: Place) -> Moment | Period:
    zone = place.zones.find(params["TZID"]) if params.get("TZID") else None
    value = parse(_repaired(text))
    if isinstance(value, tuple):
        start, end = value
        ends = _zoned(end, zone, place) if isinstance(end, date) else end
        return _zoned(start, zone, place), ends
    if not isinstance(value, date):
        raise SkipEntry(Skip.UNREADABLE)
    return _zoned(value, zone, place)


def _repaired(text: str) -> str:
    """20240101T0900 lacks its seconds, and some write a date with the hyphens of ISO 8601."""
    text = text.strip().upper()
    if re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z?)?", text):
        text = text.replace("-", "").replace(":", "")
    return re.sub(r"^(\d{8}T\d{4})(Z?)$", r"\g<1>00\2", text)


def _zoned(value: Moment, zone: tzinfo | None, place: Place) -> Moment:
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is None:
        return value.replace(tzinfo=zone or place.zone)
    if place.shift is None:
        return value
    shifted: datetime = UTCChangingWalker(place.shift).walk_value_datetime(value)
    return shifted


def floats(params: Mapping[str, str], text: str, place: Place) -> bool:
    is_zoned = text.strip().upper().endswith("Z") or "TZID" in params or place.shift is not None
    return "T" in text.upper() and not is_zoned


def dates(found: Properties, name: str, place: Place) -> tuple[Moment | Period, ...]:
    lines = found.get(name, [])
    if sum(value.count(",") + 1 for _, value in lines) > MAX_DATES:
        raise SkipEntry(Skip.TOO_MANY)
    return tuple(
        _value(params, text, place)
        for params, value in lines
        for text in value.split(",")
        if text.strip()
    )


def duration(text: str) -> timedelta | None:
    if not text.strip():
        return None
    value = parse(text.strip())
    if not isinstance(value, timedelta):
        raise SkipEntry(Skip.UNREADABLE)
    return value
