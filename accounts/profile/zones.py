"""The names of time zones: which there are, and which one a person means."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from oo.lib.zones import zone_names

# Without a region stand abbreviations and relics ("EST5EDT", "GB"): accepted, not offered.
_REGIONS = (
    "Africa/",
    "America/",
    "Antarctica/",
    "Arctic/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
)
# Between the words of a city: "Port-au-Prince", "St. Johns", "Dumont d'Urville".
_BETWEEN = frozenset(" _-.'\u2019")
# "UTC+2", "gmt -03:00", "+5:30".
_HOURS = re.compile(r"(?:utc|gmt)?\s*([+\u2212-])\s*(\d{1,2})(?::?(\d\d))?", re.ASCII)
# The database names whole hours alone; these keep another distance from UTC all year, one of each.
_BROKEN_HOURS = {
    "-9:30": "Pacific/Marquesas",
    "+3:30": "Asia/Tehran",
    "+4:30": "Asia/Kabul",
    "+5:30": "Asia/Kolkata",
    "+5:45": "Asia/Kathmandu",
    "+6:30": "Asia/Yangon",
    "+8:45": "Australia/Eucla",
    "+9:30": "Australia/Darwin",
}


@cache
def _by_folded_name() -> dict[str, str]:
    return {name.casefold(): name for name in zone_names()}


@cache
def _by_city() -> dict[str, str]:
    """Those of a city that has two are one zone ("America/Argentina/Mendoza"): the plainer wins."""
    names = sorted(offered()[1:], key=lambda name: (-name.count("/"), name))
    return {_letters(name.rpartition("/")[2]): name for name in names}


@cache
def offered() -> tuple[str, ...]:
    return ("UTC", *sorted(n for n in _by_folded_name().values() if n.startswith(_REGIONS)))


def find_zone(name: str) -> str | None:
    """The IANA name that was meant, also by a city alone or by hours from UTC.

    Case does not matter, and a space is an underscore.
    """
    folded = name.strip().replace(" ", "_").casefold()
    return _by_folded_name().get(folded) or _by_city().get(_letters(name)) or _by_hours(name)


def _letters(city: str) -> str:
    """The same for "New York", "new_york" and "São Paulo" as the database spells them."""
    plain = unicodedata.normalize("NFKD", city).casefold()
    return "".join(c for c in plain if not unicodedata.combining(c) and c not in _BETWEEN)


def _by_hours(name: str) -> str | None:
    """The database counts these from the other side: "Etc/GMT-2" is two hours ahead of UTC."""
    found = _HOURS.fullmatch(name.strip().casefold())
    if found is None:
        return None
    ahead, hours, minutes = found[1] == "+", int(found[2]), int(found[3] or 0)
    if minutes:
        return _BROKEN_HOURS.get(f"{'+' if ahead else '-'}{hours}:{minutes:02}")
    name = f"etc/gmt{'-' if ahead else '+'}{hours}" if hours else "etc/utc"
    return _by_folded_name().get(name)
