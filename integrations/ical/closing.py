"""Saying in a file that its to-do is done, and nothing else: all other lines stay, to the letter.

One that comes back moves to its next date, as in the programs that people keep to-dos in: its dates
are shifted, and a COUNT becomes what is left of it. After its last date it is completed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from uuid import UUID

from integrations.ical.blocks import Block
from integrations.ical.entries import Entry, build_entry
from integrations.ical.limits import Budget, SkipEntry
from integrations.ical.series import Expander, build_rules
from integrations.ical.todos import blocks_of
from integrations.ical.values import Moment, Place, exactly
from integrations.ical.wall import Wall

# What oO closed it by: asked again with the same key, it is closed already.
MARK = "X-OO-CLOSED"
DONE = frozenset({"STATUS", "COMPLETED", "PERCENT-COMPLETE", "LAST-MODIFIED", "DTSTAMP", MARK})
# A series is looked at in steps: a rule of each hour fits the first, one of leap years the last.
REACHES = (timedelta(days=40), timedelta(days=800), timedelta(days=3_700))
NAME = re.compile(r"\s*([A-Za-z0-9-]+)")
LINE_END = re.compile(r"\n(?![ \t])")
FOLD = re.compile(r"\r\n[ \t]")
STAMP = re.compile(r"(?<=:)\s*(\d{8}(?:T\d{6})?)(Z?)\s*$")
COUNT = re.compile(r"(COUNT=)(\d{1,9})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Step:
    """To the next date of a series.

    by      on the clock on the wall, which is that of `zone`
    passed  how many dates that leaves behind
    """

    by: timedelta
    zone: tzinfo
    passed: int


class NotClosable(ValueError):
    """It cannot be closed without losing something: nothing of it was changed."""


def close_todo(data: bytes, *, key: UUID, at: datetime, zone: tzinfo) -> bytes | None:
    """The file with its to-do closed; None when it is already, or was by this key.

    Raises NotClosable for a file without one, and for a series of which single dates were changed;
    NotACalendar, TooBig.
    """
    found = list(blocks_of(data, zone))
    if len(found) != 1:
        raise NotClosable
    (block, place), written = found[0], data.decode("utf-8", "surrogateescape")
    if block.value("STATUS").upper() == "COMPLETED" or block.value(MARK) == str(key):
        return None
    before, inside, after = _cut(written)
    stamp = f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    said = [f"DTSTAMP:{stamp}", f"LAST-MODIFIED:{stamp}", f"{MARK}:{key}"]
    step = _step(block, place, at) if block.value("RRULE") else None
    if step is None:
        said += ["STATUS:COMPLETED", f"COMPLETED:{stamp}", "PERCENT-COMPLETE:100"]
        kept = [line for line in inside if _name(line) not in DONE]
    else:
        said.append("STATUS:NEEDS-ACTION")
        kept = [_moved(line, step) for line in inside if _name(line) not in DONE]
    told = "\r\n".join([*before, *said, *kept, *after])
    return told.encode("utf-8", "surrogateescape")


def _cut(written: str) -> tuple[list[str], list[str], list[str]]:
    """The properties of the to-do, each with the lines that it is folded over; and what stands
    before and behind them. What stands inside it, its alarms, is behind.
    """
    logical = LINE_END.split(written.replace("\r\n", "\n").replace("\r", "\n"))
    logical = [line.replace("\n", "\r\n") for line in logical]
    edges = [re.sub(r"\s", "", line).upper() for line in logical]
    begin = edges.index("BEGIN:VTODO") + 1
    inner = (n for n in range(begin, len(edges)) if edges[n].startswith(("BEGIN:", "END:")))
    end = next(inner, len(edges))
    return logical[:begin], logical[begin:end], logical[end:]


def _name(line: str) -> str:
    found = NAME.match(line)
    return found[1].upper() if found else ""


def _step(block: Block, place: Place, at: datetime) -> _Step | None:
    """None: it has no other date."""
    if block.value("RDATE") or not (block.value("DTSTART") or block.value("DUE")):
        raise NotClosable
    try:
        entry = build_entry(_as_entry(block), place)
        nearest = _next(entry, place.zone, at)
        if nearest is None:
            return None
        wall = Wall(entry, place.zone)
        own, clock = wall.clock(entry.start), wall.clock(nearest)
        passed = [len(rule.between(own, clock)) - 1 for rule in build_rules(entry, wall, Budget())]
    except (SkipEntry, ValueError, ArithmeticError):
        raise NotClosable from None
    return _Step(clock - own, wall.zone, max(passed, default=0))


def _as_entry(block: Block) -> Block:
    """The series as one of entries, which the reader knows how to follow."""
    lines = [line for line in block.lines if _name(line) not in ("DUE", "DURATION", "DTEND")]
    if not block.value("DTSTART"):
        due = next(line for line in block.lines if _name(line) == "DUE")
        lines.append(f"DTSTART{due.lstrip()[len('DUE') :]}")
    return Block("VEVENT", lines, is_closed=True)


def _next(entry: Entry, zone: tzinfo, at: datetime) -> Moment | None:
    """The first date that is after this one and not past."""
    begins = max(at, exactly(entry.start, zone))
    for reach in REACHES:
        expander = Expander(
            zone, begins.astimezone(zone), (begins + reach).astimezone(zone), Budget()
        )
        starts = [found.start for found in expander.expand([entry])]
        later = [
            start for start in starts if start != entry.start and exactly(start, zone) > begins
        ]
        if later:
            return min(later, key=lambda each: exactly(each, zone))
    return None


def _moved(line: str, step: _Step) -> str:
    name = _name(line)
    if name in ("DTSTART", "DUE"):
        return STAMP.sub(lambda found: _later(found, step), FOLD.sub("", line))
    if name == "RRULE":
        return COUNT.sub(lambda found: f"{found[1]}{max(1, int(found[2]) - step.passed)}", line)
    return line


def _later(found: re.Match[str], step: _Step) -> str:
    """A time in UTC, too, stays at its hour on the clock of the series when clocks change."""
    form = "%Y%m%dT%H%M%S" if "T" in found[1] else "%Y%m%d"
    try:
        moved = datetime.strptime(found[1], form)
    except ValueError:  # "20260399"
        raise NotClosable from None
    if found[2]:
        moved = moved.replace(tzinfo=UTC).astimezone(step.zone)
    moved += step.by
    if found[2]:
        moved = moved.astimezone(UTC)
    return f"{moved.strftime(form)}{found[2]}"
