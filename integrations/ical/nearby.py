"""Which entries can matter for a window of days, told from their text alone.

Most of a calendar is past. Parsing a line costs fifty times more than looking at it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from integrations.ical.lines import Block

MARGIN = timedelta(days=3)  # zones, and an entry of dates that says no end
DATED = re.compile(r"(?:.*[:])?(\d{8})(?:T\d{4,6}Z?)?\s*")
NAMED = re.compile(r"\s*(UID|DTSTART|DTEND|DURATION|RRULE|RDATE|RECURRENCE-ID)[;:]", re.IGNORECASE)
# Whatever has one of these is read in full.
COMPLEX = frozenset({"RRULE", "RDATE", "RECURRENCE-ID", "DURATION"})
UNTIL = re.compile(r"[:;]\s*UNTIL\s*=\s*(\d{8})", re.IGNORECASE)


def drop_distant(
    calendars: Sequence[Block], first: date, last: date
) -> Iterator[tuple[Block, list[Block]]]:
    """Each calendar with those of its entries that may touch the days from first to last.

    An entry of which there are two versions is kept: which one holds is decided later.
    """
    low, high = f"{first - MARGIN:%Y%m%d}", f"{last + MARGIN:%Y%m%d}"
    facts = {id(entry): _facts(entry) for each in calendars for entry in each.named("VEVENT")}
    uids = Counter(found.get("UID", "") for found in facts.values())
    for calendar in calendars:
        entries = calendar.named("VEVENT")
        yield (
            calendar,
            [
                entry
                for entry in entries
                if uids[facts[id(entry)].get("UID", "")] > 1
                or not _is_distant(facts[id(entry)], low, high)
            ],
        )


def has_recurrence(entry: Block) -> bool:
    return bool(_facts(entry).keys() & {"RRULE", "RDATE"})


def _facts(entry: Block) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in entry.lines:
        name = NAMED.match(line)
        if name:
            found.setdefault(name[1].upper(), line)
    return found


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
