"""The clock on the wall of a series: which moments are the same occurrence, and how each lasts."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from integrations.ical.entries import Entry
from integrations.ical.values import Length, Moment, exactly, parse
from integrations.ical.whole_days import DAY, after_last, days_of, midnight_zone

UNTIL = re.compile(r"(?<![\w-])UNTIL\s*=\s*([^;\s][^;]*)", re.IGNORECASE)


class Wall:
    """Of the series that `core` begins. `person` is the zone of dates.

    Of a series of whole days, written as dates or as times, only the day tells occurrences apart:
    what is said of one of them carries any hour and any zone.
    """

    def __init__(self, core: Entry, person: tzinfo) -> None:
        self.core, self.person = core, person
        self.is_dates = not isinstance(core.start, datetime)
        self.zone: tzinfo = person
        self._days_in: tzinfo | None = None
        if isinstance(core.start, datetime):
            self.zone = core.start.tzinfo or person
            start, end = self.own_span(core)
            if days_of(start, end, person, is_marked=core.is_whole_days):
                self._days_in = midnight_zone(core.start, self.zone, person)

    def clock(self, value: Moment) -> datetime:
        """What the clock shows; its fold says which of two equal hours."""
        if not isinstance(value, datetime):
            return datetime.combine(value, time())
        return value.astimezone(self.zone).replace(tzinfo=None)

    def back(self, clock: datetime) -> Moment:
        return clock.date() if self.is_dates else clock.replace(tzinfo=self.zone)

    def is_exact(self, value: Moment) -> bool:
        """Whether it means one occurrence, and not all of a day."""
        return isinstance(value, datetime) or self.is_dates or self._days_in is not None

    def key(self, value: Moment) -> date:
        """The same for whatever means the same occurrence."""
        if self.is_dates or self._days_in:
            return self._day(value)
        return exactly(self.place(value), self.zone)

    def place(self, value: Moment) -> Moment:
        """The start that is meant, of the kind that the start of the series is."""
        if self.is_dates:
            return self._day(value)
        if self._days_in:
            passed = self._day(value) - self._day(self.core.start)
            return self.back(self.clock(self.core.start) + passed)
        if isinstance(value, datetime):
            return value.astimezone(self.zone)
        return self.back(datetime.combine(value, self.clock(self.core.start).time()))

    def name(self, original: Moment) -> str:
        """Which occurrence: 2026-03-29T07:00:00Z. One that floats or is a date names no zone."""
        if not isinstance(original, datetime):
            return original.isoformat()
        if self.core.floats:
            return self.clock(original).isoformat(timespec="seconds")
        at = original.astimezone(UTC).replace(tzinfo=None)
        return at.isoformat(timespec="seconds") + "Z"

    def rule(self, text: str) -> str:
        """With UNTIL as this clock shows it."""
        return UNTIL.sub(self._until, text)

    def own_span(self, entry: Entry) -> tuple[Moment, Moment]:
        start = entry.start
        if entry.end is None and entry.duration is not None:
            return start, self.after(start, entry.duration)
        end = start if entry.end is None else entry.end
        if not isinstance(start, datetime):
            return start, max(start + DAY, after_last(end))
        if not isinstance(end, datetime):
            end = datetime.combine(end, time(), start.tzinfo)
        return start, max(start, end, key=lambda each: exactly(each, self.person))

    def length(self, entry: Entry) -> timedelta:
        start, end = (exactly(each, self.person) for each in self.own_span(entry))
        return end - start

    def after(self, start: Moment, length: Length) -> Moment:
        if not isinstance(start, datetime):  # eight hours of a date are that day
            return start + max(DAY, -(-(length.days + length.hours) // DAY) * DAY)
        # Adding days forgets which of two equal hours it was, even when they are none.
        begins = start + length.days if length.days else start
        ends = begins.astimezone(UTC) + length.hours
        return max(start, ends.astimezone(start.tzinfo), key=lambda each: each.astimezone(UTC))

    def moved(self, entry: Entry, start: Moment) -> Moment:
        """Where an entry that speaks of all that follows puts an occurrence."""
        if entry.original is None:
            return start
        shift = self.clock(entry.start) - self.clock(self.place(entry.original))
        clock = self.clock(start) + shift
        if not isinstance(entry.start, datetime):
            return clock.date()
        return clock.replace(tzinfo=self.zone)

    def end(self, entry: Entry, original: Moment) -> Moment:
        """Of the occurrence of a series: by the clock where an end is said."""
        start = self.moved(entry, original)
        if entry.end is None and entry.duration is not None:
            return self.after(start, entry.duration)
        first, last = self.own_span(entry)
        if start == first and isinstance(start, datetime):
            return last
        if not isinstance(start, datetime):
            return start + (self.clock(last) - self.clock(first))
        lasts = self.clock(last) - self.clock(first)
        if lasts <= timedelta():  # the hour that comes twice
            lasts = exactly(last, self.zone) - exactly(first, self.zone)
        ends = self.clock(start) + lasts
        return ends.replace(tzinfo=self.zone)

    def _day(self, value: Moment) -> date:
        if not isinstance(value, datetime):
            return value
        first = self._days_in or value.tzinfo
        zone = midnight_zone(value, first, value.tzinfo, self.person) or first
        return value.astimezone(zone).date()

    def _until(self, match: re.Match[str]) -> str:
        value = parse(match[1])
        if self.is_dates:
            is_zoned = isinstance(value, datetime) and value.tzinfo is not None
            return f"UNTIL={self._day(value) if is_zoned else value:%Y%m%d}"
        if not isinstance(value, datetime):
            # The last day counts as a whole, whatever the hour of the occurrence.
            value = datetime.combine(value, time(23, 59, 59))
        until = self.clock(value) if value.tzinfo else value
        return f"UNTIL={until:%Y%m%dT%H%M%S}"
