"""iCalendar (RFC 5545) to events: bytes in, occurrences within a window out. No Django, no network.

A file may come in pieces: of what it says only that is held which may matter for the window.
The files are hostile: every bound is a count of things (limits.py), an entry that cannot be read is
left out and counted, and only a file that is no calendar is an error.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from integrations.base import EventSignal
from integrations.ical.blocks import Block, Blocks
from integrations.ical.entries import Entry, build_entry
from integrations.ical.limits import (
    AFTER,
    BEFORE,
    MAX_BYTES,
    MAX_OCCURRENCES,
    MAX_SENT,
    MAX_TEXT,
    Budget,
    NotACalendar,
    Skip,
    SkipEntry,
    TooBig,
)
from integrations.ical.nearby import Naming, Rivals, Sieve, has_recurrence
from integrations.ical.series import Expander, Found
from integrations.ical.uids import split
from integrations.ical.values import Place, exactly
from integrations.ical.whole_days import days_of
from integrations.ical.zones import Zones
from oo.lib.text import one_line

__all__ = [
    "MAX_BYTES",
    "MAX_SENT",
    "NameReader",
    "NotACalendar",
    "Reader",
    "Reading",
    "Skip",
    "TooBig",
    "read",
    "read_name",
]


STEP_BYTES = 65_536  # of a whole file that are cut into lines at a time


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


class Reader:
    """The occurrences from a day before `at` to 31 days after it, the earliest first, of a file
    that comes in pieces.

    zone       the person's: that of times that name none, and of dates
    owners     addresses of whose calendar it is, in small letters, to know what they declined;
               without any, one that is named by an address is taken to be of that address
    addresses  the person's own, in small letters, to know what they organise
    """

    def __init__(
        self,
        *,
        at: datetime,
        zone: ZoneInfo,
        owners: frozenset[str] = frozenset(),
        addresses: frozenset[str] = frozenset(),
    ) -> None:
        after, before = (at - BEFORE).astimezone(zone), (at + AFTER).astimezone(zone)
        self._expander = Expander(zone, after, before, Budget())
        self._owners, self._addresses = owners, addresses
        self._sieve = Sieve(after.date(), before.date())
        self._blocks = Blocks(keep=self._sieve)
        self._skipped: Counter[Skip] = Counter()

    def feed(self, piece: bytes) -> None:
        """Raises TooBig."""
        self._blocks.feed(piece)

    def close(self) -> Reading:
        """What the pieces say, once all have come. Raises NotACalendar, TooBig."""
        calendars = self._blocks.close()
        series, shared = self._series(calendars)
        events = {
            (event.external_id, event.occurrence): event
            for event in _events(series, shared, self._expander, self._skipped)
        }
        ordered = sorted(events.values(), key=lambda e: (e.starts_at, e.external_id, e.occurrence))
        self._skipped[Skip.TOO_MANY] += max(0, len(ordered) - MAX_OCCURRENCES)
        return Reading(
            name=self._sieve.name,
            events=tuple(ordered[:MAX_OCCURRENCES]),
            entries=self._sieve.entries,
            skipped=+self._skipped,
        )

    def _series(self, calendars: Sequence[Block]) -> tuple[dict[str, list[Entry]], set[str]]:
        """Entries by UID, over all calendars of the file: some write each entry as one of its own.
        And the UIDs that other meetings have too, outside of the window.
        """
        zones = Zones(each for calendar in calendars for each in calendar.named("VTIMEZONE"))
        rivals = self._sieve.rivals(each for one in calendars for each in one.named("VEVENT"))
        series: dict[str, list[Entry]] = {}
        shared: set[str] = set()
        for calendar in calendars:
            place = _place(calendar, zones, self._expander.zone, self._owners, self._addresses)
            for block in calendar.named("VEVENT"):
                entry = self._entry(block, place, rivals)
                if entry is not None:
                    series.setdefault(entry.uid, []).append(entry)
                    shared |= {entry.uid} if rivals.has_other(block) else set()
        return series, shared

    def _entry(self, block: Block, place: Place, rivals: Rivals) -> Entry | None:
        if rivals.is_superseded(block):
            self._skipped[Skip.SUPERSEDED] += 1
            return None
        try:
            if has_recurrence(block):
                self._expander.budget.spend("recurring")
            return build_entry(block, place)
        except SkipEntry as reason:
            self._skipped[reason.why] += 1
        except (ValueError, ArithmeticError):  # a date outside of what Python can say
            self._skipped[Skip.UNREADABLE] += 1
        return None


class NameReader:
    """The name of a calendar that comes in pieces."""

    def __init__(self) -> None:
        self._naming = Naming()
        self._blocks = Blocks(keep=self._naming)

    def feed(self, piece: bytes) -> None:
        """Raises TooBig."""
        self._blocks.feed(piece)

    def close(self) -> str:
        """The name that it gives itself, "" without one. Raises NotACalendar, TooBig."""
        self._blocks.close()
        return self._naming.name


def read(
    data: bytes,
    *,
    at: datetime,
    zone: ZoneInfo,
    owners: frozenset[str] = frozenset(),
    addresses: frozenset[str] = frozenset(),
) -> Reading:
    """As Reader, of a file that is here as a whole. Raises NotACalendar, TooBig."""
    reader = Reader(at=at, zone=zone, owners=owners, addresses=addresses)
    _feed(reader, data)
    return reader.close()


def read_name(data: bytes) -> str:
    """As NameReader, of a file that is here as a whole. Raises NotACalendar, TooBig."""
    reader = NameReader()
    _feed(reader, data)
    return reader.close()


def _feed(reader: Reader | NameReader, data: bytes) -> None:
    if len(data) > MAX_BYTES:
        raise TooBig
    for start in range(0, len(data), STEP_BYTES):
        reader.feed(data[start : start + STEP_BYTES])


def _place(
    calendar: Block,
    zones: Zones,
    zone: tzinfo,
    owners: frozenset[str],
    addresses: frozenset[str],
) -> Place:
    name = one_line(calendar.value("X-WR-CALNAME"), MAX_TEXT).lower()
    shift = zones.find(calendar.value("X-WR-TIMEZONE") or "-")
    is_address = "@" in name and " " not in name
    owners = owners or frozenset({name} if is_address else ())
    return Place(zones, shift or zone, shift, owners, addresses)


def _events(
    series: Mapping[str, list[Entry]],
    shared: set[str],
    expander: Expander,
    skipped: Counter[Skip],
) -> Iterator[EventSignal]:
    for uid, entries in series.items():
        groups = split(entries, expander)
        skipped[Skip.SUPERSEDED] += len(entries) - sum(map(len, groups))
        is_keyed = len(groups) > 1 or uid in shared
        for group in groups:
            yield from _occurrences(group, expander, skipped, is_keyed=is_keyed)


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
