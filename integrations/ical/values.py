"""The values of an entry's properties: its dates and times on the zones that they name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, TypeAlias

from icalendar.parser import Contentline

from integrations.ical.limits import MAX_DATES, Skip, SkipEntry
from integrations.ical.zones import Zones

Moment: TypeAlias = date | datetime
Period: TypeAlias = "tuple[Moment, Moment | Length]"
Properties: TypeAlias = dict[str, list[tuple[Mapping[str, str], str]]]

DATED = re.compile(r":\s*(?=\d{4}-?\d\d-?\d\d|[+-]?PT?\d)", re.IGNORECASE)
IN_DATES = "0123456789TtZzPpWwDdHhMmSs:,/+-. \t"
PARAMETER = re.compile(r";(?=\s*[A-Za-z0-9-]+\s*=)")
# Some forget the seconds, and some write the hyphens and colons of ISO 8601.
STAMP = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d)(?::?(\d\d))?(Z?))?")
LENGTH = re.compile(
    r"([+-]?)P(?:(\d{1,9})W)?(?:(\d{1,9})D)?"
    r"(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?"
)


@dataclass(frozen=True, slots=True)
class Length:
    """Days go by the clock on the wall, hours by any clock."""

    days: timedelta
    hours: timedelta


@dataclass(frozen=True, slots=True)
class Place:
    """What holds for a whole calendar: how its times are meant, and whose it is.

    zone       of times without one
    shift      the zone that X-WR-TIMEZONE names: times in UTC belong to it as well
    owners     addresses of the one person whose it is; none when unknown
    addresses  the reader's own; not the owner's, for people read calendars of others
    """

    zones: Zones
    zone: tzinfo
    shift: tzinfo | None
    owners: frozenset[str]
    addresses: frozenset[str]


def parts_of(line: str) -> tuple[str, Mapping[str, Any], str]:
    """Name, parameters, and the value without its backslashes. Raises ValueError."""
    name, is_value, value = line.partition(":")
    if is_value and not {";", '"', "\\"} & set(name) and "\\" not in value:
        return name, {}, value
    name, params, value = Contentline(line).parts()  # type: ignore[no-untyped-call]
    return name, params, value


def dated_parts(line: str) -> tuple[Mapping[str, str], str] | None:
    """Parameters and value of a line of dates; None where none is found.

    Names of zones hold colons, commas and quotes that do not end, so the value is looked for: it
    is what begins as a date or a length does.
    """
    tail = len(line.rstrip(IN_DATES))
    found = DATED.search(line, tail)
    if found is None:
        return None
    params = PARAMETER.split(line[: found.start()])[1:]
    pairs = (each.partition("=") for each in params)
    return {name.strip().upper(): value.strip().strip('"') for name, _, value in pairs}, line[
        found.end() :
    ]


def parse(text: str) -> Moment:
    """A date or a time, as text says it. Raises SkipEntry."""
    found = STAMP.fullmatch(text.strip().upper())
    if found is None:
        raise SkipEntry(Skip.UNREADABLE)
    year, month, day, hour, minute, second = (int(each or 0) for each in found.groups()[:6])
    zone = UTC if found[7] else None
    try:
        if found[4] is None:
            return date(year, month, day)
        if (hour, minute, second) == (24, 0, 0):  # the midnight that ends the day, in ISO 8601
            return datetime(year, month, day, tzinfo=zone) + timedelta(days=1)
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)
    except (ValueError, OverflowError):
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


def readable_moment(found: Properties, name: str, place: Place) -> Moment | None:
    """None when there is none that can be understood."""
    try:
        return moment(found, name, place)
    except (ValueError, ArithmeticError):
        return None


def _value(params: Mapping[str, str], text: str, place: Place) -> Moment | Period:
    zone = place.zones.find(params["TZID"]) if params.get("TZID") else None
    text, is_period, end = text.partition("/")
    if is_period:
        start = _value(params, text, place)
        until = _length(end) if "P" in end.upper() else _value(params, end, place)
        if not isinstance(start, date) or isinstance(until, tuple):
            raise SkipEntry(Skip.UNREADABLE)
        return start, until
    return _zoned(parse(text), zone, place)


def _zoned(value: Moment, zone: tzinfo | None, place: Place) -> Moment:
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is None:
        return value.replace(tzinfo=zone or place.zone)
    return value if place.shift is None else value.astimezone(place.shift)


def floats(params: Mapping[str, str], text: str, place: Place) -> bool:
    is_zoned = text.strip().upper().endswith("Z") or "TZID" in params or place.shift is not None
    return "T" in text.upper() and not is_zoned


def readable_dates(found: Properties, name: str, place: Place) -> Iterator[Moment | Period]:
    """Those that can be understood. Raises SkipEntry when there are too many."""
    lines = found.get(name, [])
    if sum(value.count(",") + 1 for _, value in lines) > MAX_DATES:
        raise SkipEntry(Skip.TOO_MANY)
    for params, value in lines:
        for text in value.split(","):
            try:
                yield _value(params, text, place)
            except (ValueError, ArithmeticError):
                continue


def duration(text: str) -> Length | None:
    return _length(text) if text.strip() else None


def readable_duration(text: str) -> Length | None:
    """None when there is none that can be understood."""
    try:
        return duration(text)
    except SkipEntry:
        return None


def _length(text: str) -> Length:
    found = LENGTH.fullmatch(text.strip().upper())
    if found is None:
        raise SkipEntry(Skip.UNREADABLE)
    sign = -1 if found[1] == "-" else 1
    weeks, days, hours, minutes, seconds = (sign * int(each or 0) for each in found.groups()[1:])
    try:
        return Length(
            timedelta(weeks=weeks, days=days),
            timedelta(hours=hours, minutes=minutes, seconds=seconds),
        )
    except OverflowError:
        raise SkipEntry(Skip.UNREADABLE) from None


def exactly(value: Moment, zone: tzinfo) -> datetime:
    """The moment, in UTC; a day begins at midnight in the zone."""
    if not isinstance(value, datetime):
        value = datetime.combine(value, time(), zone)
    return value.astimezone(UTC)
