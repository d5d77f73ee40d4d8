"""Names of time zones as programs spell them: quoted, escaped, badly folded, as Windows shows them.

What is shown, "(UTC+01:00) Amsterdam, Berlin", is in no list: its cities are, and its hours are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from oo.lib.zones import zone_named, zone_names

MAX_NAME = 200
# Backslashes, quotes in both spellings (RFC 6868), and the spaces that careless folding loses.
NOISE = re.compile(r"\^'|[\s\"'\\]")
HOURS = re.compile(
    r"\(?(?:utc|gmt)(?:([+\u2212-])(\d{1,2})(?::?([0-5]\d))?)?(?:$|\)|(?=[a-z]))(.*)"
)
MONTHS = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))
UTC_NAMES = frozenset({"utc", "z", "gmt", "tzone://microsoft/utc", "coordinateduniversaltime"})
# What Windows shows for zones that no city names.
REGIONS = {
    "atlantictime": "America/Halifax",
    "easterntime": "America/New_York",
    "centraltime": "America/Chicago",
    "mountaintime": "America/Denver",
    "pacifictime": "America/Los_Angeles",
    "alaska": "America/Anchorage",
    "hawaii": "Pacific/Honolulu",
}


def key_of(name: str) -> str:
    """The same for all spellings of a name."""
    return NOISE.sub("", name[: 2 * MAX_NAME]).casefold()


def find_known(name: str) -> tzinfo | None:
    """A zone by its IANA name or by Windows' name for it, in any spelling."""
    for key in _keys(key_of(name)):
        if key in UTC_NAMES:
            return UTC
        if key in _names():
            return zone_named(_names()[key])
    return None


def guess(name: str) -> tzinfo | None:
    """Of "(UTC+01:00) Amsterdam, Berlin": a zone of these hours by its city, or just the hours."""
    found = HOURS.fullmatch(key_of(name))
    if found is None:
        return None
    sign = -1 if found[1] in ("-", "\u2212") else 1
    offset = sign * timedelta(hours=int(found[2] or 0), minutes=int(found[3] or 0))
    if abs(offset) > timedelta(hours=14):
        return None
    for place in re.split(r"[,;&]", found[4]):
        zone = zone_named(_places().get(re.sub(r"\(.*", "", place), ""))
        if zone and offset in {zone.utcoffset(month) for month in MONTHS}:
            return zone
    return timezone(offset)


def _keys(key: str) -> Iterator[str]:
    """A name, and without the maker's prefix: /example.org/20240101/Europe/Berlin."""
    plain = key.strip("/")
    yield plain
    parts = plain.split("/")
    if key.startswith("/") and len(parts) < 10:
        yield from ("/".join(parts[start:]) for start in range(1, len(parts)))


@cache
def _names() -> dict[str, str]:
    names = {key_of(name): zone for name, zone in WINDOWS_TO_OLSON.items()}
    return names | {key_of(name): name for name in sorted(zone_names())}


@cache
def _places() -> dict[str, str]:
    """Zones by their city, as "newyork"."""
    cities = (name for name in sorted(zone_names()) if "/" in name and not name.startswith("Etc/"))
    found = {key_of(name.rpartition("/")[2].replace("_", "")): name for name in cities}
    return found | REGIONS
