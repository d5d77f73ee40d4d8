"""The names of time zones: which there are, and which one a person means."""

from __future__ import annotations

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


@cache
def _by_folded_name() -> dict[str, str]:
    return {name.casefold(): name for name in zone_names()}


@cache
def offered() -> tuple[str, ...]:
    return ("UTC", *sorted(n for n in _by_folded_name().values() if n.startswith(_REGIONS)))


def find_zone(name: str) -> str | None:
    """The IANA name that was meant: case does not matter, and a space is an underscore."""
    return _by_folded_name().get(name.strip().replace(" ", "_").casefold())
