"""Which names are time zones: those of the IANA database that people live by, and no others."""

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo, available_timezones


@cache
def zone_names() -> frozenset[str]:
    """As they are spelt. Reads the whole database once, which takes tens of milliseconds."""
    # "Factory" stands for "not set", "localtime" for the zone of the machine: nobody lives there.
    return frozenset(available_timezones() - {"Factory", "localtime"})


def place_of(name: str) -> str:
    """What people call the clock of a zone: "New York", "UTC-12"."""
    region, _slash, place = name.rpartition("/")
    if region == "Etc" and place.startswith("GMT"):  # which counts from the other side
        return place.replace("GMT", "UTC").translate({ord("+"): "-", ord("-"): "+"})
    return place.replace("_", " ")


def zone_or_utc(name: str) -> ZoneInfo:
    """UTC for a zone of somebody's that the machine's time zone data no longer has."""
    return zone_named(name) or ZoneInfo("UTC")


def zone_named(name: str) -> ZoneInfo | None:
    """The zone of exactly this name; None where there is none.

    The list is asked first, not the disk: a path, a folder of zones ("Europe") and a name in
    another case, which some file systems take for the same, are then no zones on any machine.
    """
    if name not in zone_names():
        return None
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):  # gone or broken since the list was made
        return None
