"""All entries of one UID, merged into occurrences: rules, extra dates, exceptions and moved ones.

A series is expanded on the wall clock of its first entry, so an hour stays what it is across a
change of clocks. Occurrences are told apart by their moment, not by what the clock shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TypeAlias

from integrations.ical.entries import Entry
from integrations.ical.limits import (
    MAX_FUTURE,
    MAX_RECURRING_SPAN,
    MAX_SHARED,
    Budget,
    Skip,
    SkipEntry,
)
from integrations.ical.rules import Rule, build_rule
from integrations.ical.values import Moment, exactly
from integrations.ical.wall import Wall

Span: TypeAlias = tuple[Moment, Moment]


@dataclass(frozen=True, slots=True)
class Found:
    """One occurrence. `original` is the start that its rule gave it, before anybody moved it."""

    entry: Entry
    start: Moment
    end: Moment
    original: str
    is_recurring: bool


class Expander:
    """Turns the entries of one series into the occurrences that touch a window.

    zone    the person's: that of dates, which have none
    """

    def __init__(self, zone: tzinfo, after: datetime, before: datetime, budget: Budget) -> None:
        self.zone, self.after, self.before, self.budget = zone, after, before, budget

    def expand(self, entries: Sequence[Entry], *, is_keyed: bool = False) -> Iterator[Found]:
        """In no order. Raises SkipEntry, and ValueError or ArithmeticError for impossible dates.

        entries     one without a RECURRENCE-ID at most, and what is said of its occurrences
        is_keyed    name the occurrence of a single entry too: others have its UID
        """
        core = next((entry for entry in entries if entry.original is None), entries[0])
        wall = Wall(core, self.zone)
        recurring = [entry for entry in entries if is_recurring(entry)]
        if any(wall.length(entry) > MAX_RECURRING_SPAN for entry in recurring):
            raise SkipEntry(Skip.TOO_LONG)
        is_series = len(entries) > 1 or bool(recurring) or core.original is not None
        for entry, original, (start, end) in self._merge(entries, core, wall):
            if self._touches(start, end):
                self.budget.spend("occurrences")
                key = wall.name(original) if is_series or is_keyed else ""
                yield Found(entry, start, end, key, is_series)

    def owner(self, entry: Entry, cores: Sequence[Entry]) -> int:
        """Which of several series under one UID has the occurrence that the entry speaks of."""
        for place, core in enumerate(cores[:MAX_SHARED]):
            try:
                if self._has(core, entry):
                    return place
            except (SkipEntry, ValueError, ArithmeticError):
                continue  # said of that series when it is expanded
        return 0

    def _has(self, core: Entry, entry: Entry) -> bool:
        if entry.original is None:
            return False
        self.budget.spend("asked")
        wall = Wall(core, self.zone)
        clock = wall.clock(wall.place(entry.original))
        if clock in {wall.clock(start) for start, _ in _listed(core, wall)}:
            return True
        rules = build_rules(core, wall, self.budget)
        return any(rule.between(clock, clock) for rule in rules)

    def _merge(
        self, entries: Sequence[Entry], core: Entry, wall: Wall
    ) -> Iterator[tuple[Entry, Moment, Span]]:
        """Each occurrence that is not taken out: its entry, where it was, and where it is."""
        changes = _changes(entries, wall)
        gone = {wall.key(each) for each in core.exdates if wall.is_exact(each)}
        gone_days = {each for each in core.exdates if not wall.is_exact(each)}
        if core.original is None:
            later = [each for _, each in sorted(changes.items()) if each.and_future]
            if len(later) > MAX_FUTURE:
                raise SkipEntry(Skip.TOO_MANY)
            for start, end in self._starts(core, wall, later):
                key = wall.key(start)
                if key in gone or wall.clock(start).date() in gone_days or key in changes:
                    continue
                gone.add(key)
                entry = _last_before(key, later, wall) or core
                yield entry, start, (wall.moved(entry, start), end or wall.end(entry, start))
        for key, entry in changes.items():
            if key not in gone and entry.original is not None:
                yield entry, wall.place(entry.original), wall.own_span(entry)

    def _starts(
        self, core: Entry, wall: Wall, later: Sequence[Entry]
    ) -> Iterator[tuple[Moment, Moment | None]]:
        """Where the series may start in the window, some twice; and the end, where one is said."""
        rules = build_rules(core, wall, self.budget)
        ends = [rule.until for rule in rules if rule.until]
        own = wall.clock(core.start)
        if not ends or own <= max(ends):
            yield core.start, None
        yield from _listed(core, wall)[1:]
        shifts = [wall.clock(wall.moved(each, core.start)) - own for each in later]
        reach = max(wall.length(each) for each in (core, *later)) + timedelta(days=1)
        low = wall.clock(self.after) - reach - max([timedelta(), *shifts])
        high = wall.clock(self.before) + timedelta(days=1) - min([timedelta(), *shifts])
        for rule in rules:
            for clock in rule.between(low, high):
                if clock != own:
                    yield wall.back(clock), None
                else:
                    yield core.start, None

    def _touches(self, start: Moment, end: Moment) -> bool:
        begins, ends = exactly(start, self.zone), exactly(end, self.zone)
        low, high = self.after.astimezone(UTC), self.before.astimezone(UTC)
        return begins < high and (ends > low or low <= begins)


def is_recurring(entry: Entry) -> bool:
    return bool(entry.rules or entry.rdates or entry.exdates)


def build_rules(core: Entry, wall: Wall, budget: Budget) -> list[Rule]:
    """Raises SkipEntry."""
    start = wall.clock(core.start)
    texts = dict.fromkeys(wall.rule(text) for text in core.rules)
    return [build_rule(text, start, budget, is_dates=wall.is_dates) for text in texts]


def _listed(core: Entry, wall: Wall) -> list[tuple[Moment, Moment | None]]:
    """The start of a series and its extra ones, with the end of those that are periods."""
    found: list[tuple[Moment, Moment | None]] = [(core.start, None)]
    for each in core.rdates:
        if not isinstance(each, tuple):
            found.append((wall.place(each), None))
            continue
        start, end = wall.place(each[0]), each[1]
        found.append((start, end if isinstance(end, date) else wall.after(start, end)))
    return found


def _changes(entries: Sequence[Entry], wall: Wall) -> dict[date, Entry]:
    """What is said of single occurrences: of two versions the newer."""
    found: dict[date, Entry] = {}
    for entry in entries:
        if entry.original is not None:
            key = wall.key(wall.place(entry.original))
            if key not in found or found[key].sequence <= entry.sequence:
                found[key] = entry
    return found


def _last_before(key: date, later: Sequence[Entry], wall: Wall) -> Entry | None:
    """The entry that changed all occurrences up to this one."""
    found = None
    for entry in later:
        if entry.original is not None and wall.key(wall.place(entry.original)) < key:
            found = entry
    return found
