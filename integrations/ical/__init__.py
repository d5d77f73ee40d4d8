"""iCalendar (RFC 5545) to events: bytes in, occurrences within a window out. No Django, no network.

The files are hostile: every bound is a count of things (limits.py), an entry that cannot be read is
left out and counted, and only a file that is no calendar is an error.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from integrations.base import EventSignal
from integrations.ical.entries import Entry, build_entry
from integrations.ical.limits import (
    AFTER,
    BEFORE,
    MAX_BYTES,
    MAX_OCCURRENCES,
    MAX_TEXT,
    Budget,
    NotACalendar,
    Skip,
    SkipEntry,
    TooBig,
)
from integrations.ical.lines import Block, read_calendars
from integrations.ical.nearby import drop_distant, has_recurrence
from integrations.ical.series import Expander, Found
from integrations.ical.uids import split
from integrations.ical.values import Place, exactly, parts_of
from integrations.ical.whole_days import days_of
from integrations.ical.zones import Zones
from oo.lib.text import one_line

__all__ = ["MAX_BYTES", "NotACalendar", "Reading", "Skip", "TooBig", "read", "read_name"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds for a window of days.

    entries   how many VEVENTs the file has, in the window or not
    skipped   what was left out and why; cancelled and declined count occurrences, too_many counts
              both, the rest entries
    """

    name: str
    events: tuple[EventSignal, ...]
    entries: int
    skipped: Mapping[Skip, int]


def read(
    data: bytes,
    *,
    at: datetime,
    zone: ZoneInfo,
    owner: str = "",
    addresses: frozenset[str] = frozenset(),
) -> Reading:
    """The occurrences from a day before `at` to 31 days after it, the earliest first.

    zone       the person's: that of times that name none, and of dates
    owner      the person's address in the calendar, to know what they declined; a calendar that is
               named by an address is taken to be of that address
    addresses  the person's own, in small letters, to know what they organise
    raises     NotACalendar, TooBig
    """
    calendars = read_calendars(data)
    after, before = (at - BEFORE).astimezone(zone), (at + AFTER).astimezone(zone)
    expander = Expander(zone, after, before, Budget())
    skipped: Counter[Skip] = Counter()
    series = _series(calendars, expander, owner, addresses, skipped)
    events = {
        (event.external_id, event.occurrence): event
        for event in _events(series.values(), expander, skipped)
    }
    ordered = sorted(events.values(), key=lambda e: (e.starts_at, e.external_id, e.occurrence))
    skipped[Skip.TOO_MANY] += max(0, len(ordered) - MAX_OCCURRENCES)
    return Reading(
        name=_name(calendars),
        events=tuple(ordered[:MAX_OCCURRENCES]),
        entries=sum(len(calendar.named("VEVENT")) for calendar in calendars),
        skipped=+skipped,
    )


def read_name(data: bytes) -> str:
    """The name that a calendar gives itself, "" without one. Raises NotACalendar, TooBig."""
    return _name(read_calendars(data))


def _series(
    calendars: Sequence[Block],
    expander: Expander,
    owner: str,
    addresses: frozenset[str],
    skipped: Counter[Skip],
) -> dict[str, list[Entry]]:
    """Entries by UID, over all calendars of the file: some write each entry as one of its own."""
    zones = Zones(each for calendar in calendars for each in calendar.named("VTIMEZONE"))
    nearby = drop_distant(calendars, expander.after.date(), expander.before.date())
    series: dict[str, list[Entry]] = {}
    for calendar, blocks in nearby:
        place = _place(calendar, zones, expander.zone, owner, addresses)
        for block in blocks:
            try:
                if has_recurrence(block):
                    expander.budget.spend("recurring")
                entry = build_entry(block, place)
            except SkipEntry as reason:
                skipped[reason.why] += 1
            except (ValueError, ArithmeticError):  # a date outside of what Python can say
                skipped[Skip.UNREADABLE] += 1
            else:
                series.setdefault(entry.uid, []).append(entry)
    return series


def _place(
    calendar: Block, zones: Zones, zone: tzinfo, owner: str, addresses: frozenset[str]
) -> Place:
    name = one_line(calendar.value("X-WR-CALNAME"), MAX_TEXT).lower()
    shift = zones.find(calendar.value("X-WR-TIMEZONE") or "-")
    is_address = "@" in name and " " not in name
    owner = (owner or (name if is_address else "")).lower()
    return Place(zones, shift or zone, shift, owner, addresses)


def _events(
    series: Iterable[list[Entry]], expander: Expander, skipped: Counter[Skip]
) -> Iterator[EventSignal]:
    for entries in series:
        groups = split(entries, expander)
        skipped[Skip.SUPERSEDED] += len(entries) - sum(map(len, groups))
        for group in groups:
            yield from _occurrences(group, expander, skipped, is_keyed=len(groups) > 1)


def _occurrences(
    entries: Sequence[Entry], expander: Expander, skipped: Counter[Skip], *, is_keyed: bool
) -> list[EventSignal]:
    try:
        found = list(expander.expand(entries, is_keyed=is_keyed))
        return [_signal(each, expander.zone) for each in found if _is_on(each, skipped)]
    except SkipEntry as reason:
        skipped[reason.why] += len(entries)
    except Exception:  # nobody knows all ways to be broken; the other entries are not
        skipped[Skip.UNREADABLE] += len(entries)
    return []


def _is_on(found: Found, skipped: Counter[Skip]) -> bool:
    skipped[Skip.CANCELLED] += found.entry.is_cancelled
    skipped[Skip.DECLINED] += found.entry.is_declined and not found.entry.is_cancelled
    return not (found.entry.is_cancelled or found.entry.is_declined)


def _signal(found: Found, zone: tzinfo) -> EventSignal:
    entry = found.entry
    days = days_of(found.start, found.end, zone, is_marked=entry.is_whole_days)
    starts_on, ends_on = days or (None, None)
    starts_at = exactly(starts_on or found.start, zone)
    # Where clocks jump, an end on the wall can come before its start.
    ends_at = max(starts_at, exactly(ends_on or found.end, zone))
    return EventSignal(
        external_id=entry.uid,
        occurrence=found.original,
        title=entry.title,
        starts_at=starts_at,
        ends_at=ends_at,
        location=entry.location,
        starts_on=starts_on,
        ends_on=ends_on,
        is_busy=entry.is_busy,
        is_recurring=found.is_recurring,
        attendees=entry.attendees,
        organises=entry.organises,
        url=entry.url,
        updated_at=entry.updated_at,
    )


def _name(calendars: Sequence[Block]) -> str:
    names = (
        one_line(parts_of(f"X:{calendar.value(name)}")[2], MAX_TEXT)
        for calendar in calendars
        for name in ("X-WR-CALNAME", "NAME")
    )
    return next(filter(None, names), "")
