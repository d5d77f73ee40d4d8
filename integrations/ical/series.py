"""All entries of one UID, expanded into occurrences by recurring_ical_events.

A series is expanded on the wall clock of its first entry: naive times only. So an hour stays what
it is across a change of clocks, and the library, which compares occurrences both by UTC and by
local time, cannot take one for another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from icalendar import Event, vDDDTypes
from recurring_ical_events.adapters.event import EventAdapter
from recurring_ical_events.series import Series

from integrations.ical.entries import Entry
from integrations.ical.limits import MAX_RECURRING_SPAN, Budget, Skip, SkipEntry
from integrations.ical.rules import Rule, build_rule
from integrations.ical.values import Moment, parse

UNTIL = re.compile(r"UNTIL=([0-9TZ]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """One occurrence. `original` is the start that its rule gave it, before anybody moved it."""

    entry: Entry
    start: Moment
    end: Moment
    original: str
    is_recurring: bool


class Expander:
    """Turns the entries of one UID into the occurrences that touch a window.

    zone    the person's: that of dates, which have none
    """

    def __init__(self, zone: tzinfo, after: datetime, before: datetime, budget: Budget) -> None:
        self.zone, self.after, self.before, self.budget = zone, after, before, budget
        self._series = _series_class(budget)

    def expand(self, entries: Sequence[Entry], *, is_keyed: bool = False) -> Iterator[Found]:
        """In no order. Raises SkipEntry, and whatever the library raises for what makes no sense.

        is_keyed    name the occurrence of a single entry too: others have its UID
        """
        core = next((entry for entry in entries if entry.original is None), entries[0])
        clock = core.start.tzinfo if isinstance(core.start, datetime) else None
        wall = _Wall(core, clock or self.zone)
        adapters = [_Adapter(entry, wall) for entry in entries]
        recurring = [adapter for adapter in adapters if adapter.has_recurrence_rules()]
        if any(adapter.duration > MAX_RECURRING_SPAN for adapter in recurring):
            raise SkipEntry(Skip.TOO_LONG)
        is_recurring = len(entries) > 1 or bool(recurring) or core.original is not None
        series = self._series(adapters)
        for each in series.between(wall.at(self.after), wall.at(self.before)):
            self.budget.spend("occurrences")
            adapter = each._adapter
            yield Found(
                entry=adapter.entry,
                start=wall.back(each.start),
                end=wall.back(each.end),
                original=_key(adapter, each.start, wall) if is_recurring or is_keyed else "",
                is_recurring=is_recurring,
            )


def are_singles(entries: Sequence[Entry]) -> bool:
    """Whether they are different meetings to which a careless program gave one UID."""
    return len({str(entry.start) for entry in entries}) == len(entries) > 1 and all(
        entry.original is None
        and entry.sequence == entries[0].sequence
        and not (entry.rules or entry.rdates)
        for entry in entries
    )


class _Wall:
    """Takes times to the clock on the wall of a series, and back."""

    def __init__(self, core: Entry, zone: tzinfo) -> None:
        self.core, self.zone = core, zone
        self.is_dates = not isinstance(core.start, datetime)

    def at(self, value: Moment) -> Any:
        if not isinstance(value, datetime):
            return value
        return value.astimezone(self.zone).replace(tzinfo=None)

    def back(self, value: Moment) -> Moment:
        return value.replace(tzinfo=self.zone) if isinstance(value, datetime) else value

    def like_start(self, value: Moment) -> Moment:
        """Of the kind that the start of the series is: some name an occurrence by its day."""
        at: Moment = self.at(value)
        if self.is_dates:
            return at.date() if isinstance(at, datetime) else at
        if isinstance(at, datetime):
            return at
        start: datetime = self.at(self.core.start)
        return datetime.combine(at, start.time())

    def rule(self, text: str) -> str:
        return UNTIL.sub(self._until, text)

    def _until(self, match: re.Match[str]) -> str:
        value = parse(match[1].upper())
        if not isinstance(value, date):
            raise SkipEntry(Skip.BAD_RULE)
        if self.is_dates:
            return f"UNTIL={value:%Y%m%d}"
        if not isinstance(value, datetime):
            # The last day counts as a whole, whatever the hour of the occurrence.
            value = datetime.combine(value, time(23, 59, 59))
        until = self.at(value) if value.tzinfo else value
        return f"UNTIL={until:%Y%m%dT%H%M%S}"


class _Adapter(EventAdapter):  # type: ignore[misc]  # the library has no types
    """An entry as the library wants to see it."""

    def __init__(self, entry: Entry, wall: _Wall) -> None:
        self.entry, self.wall = entry, wall
        event = Event()
        event["UID"], event["SEQUENCE"] = entry.uid, entry.sequence
        event["DTSTART"], event["DTEND"] = map(vDDDTypes, _span(entry, wall))
        if entry.original is not None:
            event["RECURRENCE-ID"] = vDDDTypes(wall.like_start(entry.original))
            if entry.and_future:
                event["RECURRENCE-ID"].params["RANGE"] = "THISANDFUTURE"
        super().__init__(event)

    @property
    def rrules(self) -> set[str]:
        return {self.wall.rule(text) for text in self.entry.rules}

    @property
    def rdates(self) -> list[Any]:
        return [
            (self.wall.at(each[0]), self._end(each[1]))
            if isinstance(each, tuple)
            else self.wall.like_start(each)
            for each in self.entry.rdates
        ]

    @property
    def exdates(self) -> list[Any]:
        # A date takes out every occurrence of that day, so it stays a date.
        at = self.wall.like_start if self.wall.is_dates else self.wall.at
        return [at(each) for each in self.entry.exdates]

    def has_recurrence_rules(self) -> bool:
        return bool(self.entry.rules or self.entry.rdates or self.entry.exdates)

    def _end(self, end: Moment | timedelta) -> Any:
        return end if isinstance(end, timedelta) else self.wall.at(end)


def _span(entry: Entry, wall: _Wall) -> tuple[Moment, Moment]:
    start: Moment = wall.at(entry.start)
    if entry.end is not None:
        end: Moment = wall.at(entry.end)
    elif entry.duration is not None:
        lasts = entry.duration
        if not isinstance(start, datetime):  # eight hours of a date are that day
            lasts = max(timedelta(days=1), -(-lasts // timedelta(days=1)) * timedelta(days=1))
        end = start + lasts
    else:
        end = start if isinstance(start, datetime) else start + timedelta(days=1)
    if not isinstance(start, datetime) and not isinstance(end, datetime) and end == start:
        end = start + timedelta(days=1)  # many write the same day twice and mean that day
    return start, end


def _series_class(budget: Budget) -> Any:
    """The library's series, with rules that read a window only and are paid for."""

    class Rules(Series.RecurrenceRules):  # type: ignore[misc]
        def create_rule_with_start(self, rule_string: str) -> Rule:
            return build_rule(rule_string, self.start, budget)

    class Bounded(Series):  # type: ignore[misc]
        RecurrenceRules = Rules

    return Bounded


def _key(adapter: _Adapter, start: Moment, wall: _Wall) -> str:
    """Which occurrence: 2026-03-29T07:00:00Z. One that floats or is a date names no zone."""
    if adapter.entry.original is not None and not adapter.entry.and_future:
        start = wall.like_start(adapter.entry.original)
    else:
        start = start - adapter.move_recurrences_by
    if not isinstance(start, datetime):
        return start.isoformat()
    if wall.core.floats:
        return start.isoformat(timespec="seconds")
    at = start.replace(tzinfo=wall.zone).astimezone(UTC)
    return at.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
