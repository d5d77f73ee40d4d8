"""Entries of Google's events.list, as signals. Pure.

Nothing here fails because of one odd entry: what cannot be read of it is left out, and one without
an id or a start is. Shapes: Calendar API v3, "Events", read in November 2026.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from integrations.base import EventKey, EventSignal
from integrations.ical.limits import MAX_TEXT
from integrations.ical.values import Moment, exactly
from integrations.ical.whole_days import days_of
from oo.lib.text import one_line
from oo.lib.years import meant
from oo.lib.zones import zone_named

# An occurrence is named by its series and its original start. Other ids have no such ending: what
# programs may choose is letters and digits.
INSTANCE = re.compile(r"(.+)_([0-9]{8}(?:T[0-9]{6}Z)?)", re.DOTALL)
# Where somebody works and who was born: nobody is busy by it.
NOT_BUSY = frozenset({"workingLocation", "birthday"})

Object: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Window:
    """What is kept, and the zone in which days begin: the person's."""

    after: datetime
    before: datetime
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Found:
    """The entries that concern the person, and the keys of those that do not any more."""

    events: Mapping[EventKey, EventSignal]
    gone: frozenset[EventKey]


def read_entries(entries: Iterable[object], window: Window) -> Found:
    """Of several versions of an entry the last counts: Google's pages are of one moment each."""
    events: dict[EventKey, EventSignal] = {}
    gone: set[EventKey] = set()
    for given in entries:
        entry = _object(given)
        key = key_of(_text(entry.get("id")))
        if key is None:
            continue
        signal = None if _is_off(entry) else read_entry(entry, window.zone)
        if signal is None or not _is_inside(signal, window):
            events.pop(key, None)
            gone.add(key)
        else:
            gone.discard(key)
            events[key] = signal
    return Found(events, frozenset(gone))


def key_of(name: str) -> EventKey | None:
    """From the id alone, since that can be all that is left of a deleted entry."""
    found = INSTANCE.fullmatch(name)
    if found:
        return found[1], found[2]
    return (name, "") if name else None


def read_entry(entry: Object, zone: ZoneInfo) -> EventSignal | None:
    """None when it has no id or no start that could be read. zone: the person's."""
    key, start = key_of(_text(entry.get("id"))), _moment(entry.get("start"), zone)
    if key is None or start is None:
        return None
    end = _moment(entry.get("end"), zone) or start
    starts_on, ends_on = days_of(start, end, zone, is_marked=False) or (None, None)
    starts_at = exactly(starts_on or start, zone)
    return EventSignal(
        external_id=key[0],
        occurrence=key[1],
        # Of an entry of which only the time may be seen there is no title.
        title=one_line(_text(entry.get("summary")), MAX_TEXT),
        starts_at=starts_at,
        ends_at=max(starts_at, exactly(ends_on or end, zone)),
        location=one_line(_text(entry.get("location")), MAX_TEXT),
        starts_on=starts_on,
        ends_on=ends_on,
        is_busy=_is_busy(entry),
        is_recurring=bool(key[1] or _text(entry.get("recurringEventId"))),
        attendees=_attendees(entry),
        organises=_object(entry.get("organizer")).get("self") is True and bool(_guests(entry)),
        url=_address(entry.get("htmlLink")),
        updated_at=_updated_at(entry.get("updated")),
    )


def _is_off(entry: Object) -> bool:
    """Cancelled, or declined by the person."""
    if _text(entry.get("status")) == "cancelled":
        return True
    mine = (guest for guest in _guests(entry) if guest.get("self") is True)
    return any(guest.get("responseStatus") == "declined" for guest in mine)


def _is_inside(signal: EventSignal, window: Window) -> bool:
    return signal.ends_at >= window.after and signal.starts_at < window.before


def _is_busy(entry: Object) -> bool:
    is_open = entry.get("transparency") == "transparent"
    return not is_open and _text(entry.get("eventType")) not in NOT_BUSY


def _attendees(entry: Object) -> int | None:
    """How many are named and have not declined; a room is nobody. None: nobody says who is."""
    guests = _guests(entry)
    if not guests or entry.get("attendeesOmitted") is True:
        return None
    coming = (
        guest
        for guest in guests
        if guest.get("resource") is not True and guest.get("responseStatus") != "declined"
    )
    return sum(1 for _guest in coming)


def _guests(entry: Object) -> list[Object]:
    given = entry.get("attendees")
    return [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []


def _moment(given: object, zone: ZoneInfo) -> Moment | None:
    """A day, or a moment with a zone: its offset, else the zone that is named, else `zone`."""
    told = _object(given)
    moment = _parsed(_text(told.get("dateTime")))
    if moment is None:
        day = _parsed(_text(told.get("date"))[:10])
        return day.date() if day else None
    there = zone_named(_text(told.get("timeZone"))) or zone
    return moment.astimezone(there) if moment.tzinfo else moment.replace(tzinfo=there)


def _updated_at(given: object) -> datetime | None:
    moment = _parsed(_text(given))
    return moment.astimezone(UTC) if moment and moment.tzinfo else None


def _parsed(written: str) -> datetime | None:
    try:
        return meant(datetime.fromisoformat(written))
    except ValueError:
        return None


def _address(given: object) -> str:
    address = _text(given)
    return address if address.startswith("https://") else ""


def _text(given: object) -> str:
    return given if isinstance(given, str) else ""


def _object(given: object) -> Object:
    return given if isinstance(given, dict) else {}
