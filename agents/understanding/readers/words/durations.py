"""How long something takes: "1h50", "30 min", "1,5 Std.", "20分"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from agents.understanding.readers.words.lexicon import Hit, Line

LONGEST = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Duration:
    length: timedelta
    start: int
    end: int
    could_be_a_clock: bool  # "2 h" is two o'clock in some languages


def durations(line: Line, *, longest: timedelta = LONGEST) -> Iterator[Duration]:
    """All of the line, from left to right."""
    units = sorted(line.all("hour_unit", "minute_unit"), key=lambda hit: (hit.start, -hit.end))
    end = 0
    for unit in units:
        if unit.start < end or unit.start == 0:
            continue
        found = _hours(line, unit) if unit.phrase.notion == "hour_unit" else _minutes(line, unit)
        if found and timedelta() < found.length <= longest:
            end = found.end
            yield found


def is_told_roughly(line: Line, found: Duration) -> bool:
    """ "About 10 minutes": the word stands before a time of day, too, which "about 2 h" may be."""
    roughly = any(hit.end == found.start for hit in line.all("roughly"))
    return roughly and not found.could_be_a_clock


def _minutes(line: Line, unit: Hit) -> Duration | None:
    number = line.number(unit.start - 1)
    if number is None or line.at(unit.start - 2, "oclock"):
        return None
    return Duration(timedelta(minutes=number), unit.start - 1, unit.end, False)


def _hours(line: Line, unit: Hit) -> Duration | None:
    number, start = line.number(unit.start - 1), unit.start - 1
    if number is None:
        return None
    minutes = 60.0 * number
    if start >= 2 and line.word(start - 1) in (".", ",") and is_decimal(line, start):
        minutes = 60 * (line.number(start - 2) or 0) + 6 * number
        start -= 2
    elif line.word(start - 1) == "/" and (line.number(start - 2), number) == (1, 2):
        whole = line.number(start - 3)  # "2 1/2 hrs"
        minutes = 60 * (whole or 0) + 30
        start -= 2 if whole is None else 3
    elif _is_a_fraction(line, start):
        return None
    more, end = _more_minutes(line, unit)
    is_clock = unit.phrase.words in (("h",), ("heures",), ("uur",), ("u",))
    return Duration(timedelta(minutes=minutes + more), start, end, is_clock)


def _more_minutes(line: Line, unit: Hit) -> tuple[int, int]:
    """ "1h50", "1 h 10", "1 Std. 30 Min": the minutes behind hours, and where they end."""
    is_dotted = line.word(unit.end) == "." and line.touches(unit.end)
    at = unit.end + is_dotted
    more = line.number(at)
    if more is None or more >= 60:
        return 0, unit.end
    minute = line.at(at + 1, "minute_unit")
    if minute:
        return more, minute.end
    is_two_digits = len(line.word(at)) == 2 and not line.is_word(at + 1)
    is_h = unit.phrase.words == ("h",)
    return (more, at + 1) if is_h and is_two_digits else (0, unit.end)


def _is_a_fraction(line: Line, i: int) -> bool:
    """ "16.30 uur", "16:30 h": the minutes of a time."""
    sign = line.word(i - 1)
    return bool(sign) and sign in ".:" and line.touches(i) and line.number(i - 2) is not None


def is_decimal(line: Line, i: int) -> bool:
    """Whether token i is the tenths of a number, behind its point."""
    is_one = line.touches(i) and line.touches(i - 1) and len(line.word(i)) == 1
    return is_one and line.number(i - 2) is not None
