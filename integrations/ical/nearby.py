"""Which entries can matter for a window of days, told from their text alone.

Most of a calendar is past. Parsing a line costs fifty times more than looking at it, and what is
looked at need not be held.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from integrations.ical.blocks import Block
from integrations.ical.limits import MAX_RECURRING_SPAN, MAX_TEXT
from integrations.ical.values import parts_of
from oo.lib.text import one_line

MARGIN = timedelta(days=3)  # zones, and an entry of dates that says no end
DATED = re.compile(r"(?:.*[:])?(\d{8})(?:T\d{4,6}Z?)?\s*")
NAMED = re.compile(
    r"\s*(UID|DTSTART|DTEND|DURATION|RRULE|RDATE|RECURRENCE-ID|SEQUENCE)[;:]", re.IGNORECASE
)
SEQUENCE = re.compile(r"[^:]*:\s*(\d{1,9})\s*")
# Whatever has one of these is read in full.
COMPLEX = frozenset({"RRULE", "RDATE", "RECURRENCE-ID", "DURATION"})
UNTIL = re.compile(r"[:;]\s*UNTIL\s*=\s*(\d{8})", re.IGNORECASE)


class Naming:
    """Keeps nothing, and knows the name that a calendar gives itself, "" without one."""

    name = ""

    def __call__(self, block: Block) -> bool:
        if block.name == "VCALENDAR":
            self.name = self.name or _name(block)
        return False


class Sieve(Naming):
    """Keeps the entries that may touch the days from first to last, and what they need.

    Of the others a few numbers are kept: one that has the UID of another may be its newer version.

    entries    how many VEVENTs there were
    """

    def __init__(self, first: date, last: date) -> None:
        self._low, self._high = f"{first - MARGIN:%Y%m%d}", f"{last + MARGIN:%Y%m%d}"
        reach = MARGIN + MAX_RECURRING_SPAN
        self._far = f"{first - reach:%Y%m%d}", f"{last + reach:%Y%m%d}"
        self._zones: dict[str, Block] = {}
        # UID, which of it, and sequence of each, one after the other: 24 bytes.
        self._gone = array("q")
        self.entries = 0

    def __call__(self, block: Block) -> bool:
        super().__call__(block)
        if block.name == "VEVENT":
            self.entries += 1
            return not self._drop(_facts(block))
        if block.name == "VTIMEZONE":
            return self._is_new(block)
        return bool(block.blocks)

    def rivals(self, entries: Iterable[Block]) -> Rivals:
        """What was dropped under the UIDs of these."""
        wanted = {hash(_facts(entry).get("UID", "")) for entry in entries}
        found: dict[int, dict[int, int]] = {}
        numbers = iter(self._gone)
        for uid, which, sequence in zip(numbers, numbers, numbers, strict=True):
            if uid in wanted:
                newest = found.setdefault(uid, {})
                newest[which] = max(sequence, newest.get(which, sequence))
        return Rivals(found)

    def _is_new(self, zone: Block) -> bool:
        """Some repeat a zone with each entry; of two that differ the last holds."""
        name = zone.value("TZID")
        if self._zones.get(name) == zone:
            return False
        self._zones[name] = zone
        return True

    def _drop(self, facts: dict[str, str]) -> bool:
        is_far = _is_far_change(facts, *self._far)
        if not is_far and not _is_distant(facts, self._low, self._high):
            return False
        if "UID" in facts:
            self._gone.extend((hash(facts["UID"]), _which(facts), _sequence(facts)))
        return True


class Rivals:
    """Versions of entries that were dropped: by UID, which of it, and how new they are."""

    def __init__(self, found: Mapping[int, Mapping[int, int]]) -> None:
        self._found = found

    def is_superseded(self, entry: Block) -> bool:
        """Whether a newer version of it was dropped: it is over by now, or far away."""
        facts = _facts(entry)
        newest = self._of(facts).get(_which(facts))
        return newest is not None and newest > _sequence(facts)

    def has_other(self, entry: Block) -> bool:
        """Whether another meeting under its UID was dropped, and not only what is said of one."""
        facts = _facts(entry)
        return any(not which % 2 for which in self._of(facts).keys() - {_which(facts)})

    def _of(self, facts: dict[str, str]) -> Mapping[int, int]:
        return self._found.get(hash(facts.get("UID", "")), {})


def has_recurrence(entry: Block) -> bool:
    return bool(_facts(entry).keys() & {"RRULE", "RDATE"})


def _facts(entry: Block) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in entry.lines:
        name = NAMED.match(line)
        if name:
            found.setdefault(name[1].upper(), line)
    return found


def _which(facts: dict[str, str]) -> int:
    """Of the entries of one UID: a meeting by its start, an even number; or else a change of one
    date by that date, an odd one.
    """
    if "RECURRENCE-ID" in facts:
        return hash(facts["RECURRENCE-ID"].strip()) | 1
    return hash(facts.get("DTSTART", "").strip()) & ~1


def _sequence(facts: dict[str, str]) -> int:
    found = SEQUENCE.fullmatch(facts.get("SEQUENCE", ""))
    return int(found[1]) if found else -1


def _name(calendar: Block) -> str:
    names = (
        one_line(parts_of(f"X:{calendar.value(name)}")[2], MAX_TEXT)
        for name in ("X-WR-CALNAME", "NAME")
    )
    return next(filter(None, names), "")


def _is_far_change(facts: dict[str, str], low: str, high: str) -> bool:
    """Whether an occurrence is moved that no series could have had in the window, to another."""
    original = facts.get("RECURRENCE-ID", "")
    if "RANGE" in original.upper() or facts.keys() & {"RRULE", "RDATE", "DURATION"}:
        return False
    lines = (original, facts.get("DTSTART", ""), facts.get("DTEND", facts.get("DTSTART", "")))
    days = [found[1] for line in lines if (found := DATED.fullmatch(line))]
    return len(days) == len(lines) and (max(days) < low or min(days) > high)


def _is_distant(facts: dict[str, str], low: str, high: str) -> bool:
    start = DATED.fullmatch(facts.get("DTSTART", ""))
    if start and _is_over(facts, start[1], low):
        return True
    if start is None or facts.keys() & COMPLEX:
        return False
    if "DTEND" not in facts:
        return not low <= start[1] <= high
    end = DATED.fullmatch(facts["DTEND"])
    return end is not None and (min(start[1], end[1]) > high or max(start[1], end[1]) < low)


def _is_over(facts: dict[str, str], start: str, low: str) -> bool:
    """Whether it is a series whose last day is past, of days so short that none reaches further."""
    until = UNTIL.findall(facts.get("RRULE", ""))
    end = DATED.fullmatch(facts.get("DTEND", facts["DTSTART"]))
    if len(until) != 1 or end is None or facts.keys() & {"RDATE", "RECURRENCE-ID", "DURATION"}:
        return False
    return end[1][:6] == start[:6] and max(until[0], start) < _month_before(low)


def _month_before(day: str) -> str:
    return f"{datetime.strptime(day, '%Y%m%d') - timedelta(days=31):%Y%m%d}"
