"""When something can not be done, day by day: "shuts for lunch 1–2", "asleep between 12 and 2"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import time

from agents.traits import WEEK, Span
from agents.understanding.readers.words.clocks import read_clock
from agents.understanding.readers.words.lexicon import Hit, Line
from agents.understanding.readers.words.ranges import (
    Days,
    past_filler,
    past_on,
    past_to,
    read_days,
    read_ranges,
)

STOPPED = ("shut", "close", "asleep", "sleep", "stops", "not", "never", "negated")
MOST_DAYS = 5  # tokens of days before a time
BETWEEN = 4  # tokens between such a word and the range
AFTERNOON = ("nachmittag", "nachmittags")  # German adds it to the day
DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Break:
    days: frozenset[int]
    ranges: tuple[tuple[time, time], ...]
    start: int
    end: int


def read_breaks(line: Line) -> Iterator[Break]:
    """None of one day, and none that is on a single one of the week: that is an event."""
    if any(line.all("today", "tomorrow")):
        return
    taken = 0
    for hit in line.all("away_then"):  # "out between 12 and 2"
        if line.at(hit.end, "between") and (found := _behind(line, hit)):
            yield found
    for hit in sorted(line.all(*STOPPED), key=lambda hit: hit.start):
        found = _behind(line, hit) if hit.start >= taken else None
        if found:
            taken = found.end
            yield found
    yield from _from_then(line)
    yield from _afternoons(line)
    for hit in line.all("stops_behind", "shut"):
        if found := _before(line, hit, taken):
            yield found


def _from_then(line: Line) -> Iterator[Break]:
    """ "Wed from 12 shut", "closed Wed from 1 pm": from then to the end of the day."""
    for hit in line.all("from_then", "after", "from"):
        clock = read_clock(line, line.past(hit.end, "clock_at"))
        if clock is None or past_to(line, clock.end) > clock.end:
            continue
        days, start = days_at(line, hit.start)
        is_before = line.at(clock.end, "shut") is not None and not line.is_word(clock.end + 1)
        is_behind = any(shut.end == start for shut in line.all("shut"))
        is_last = clock.is_marked or not line.is_word(clock.end)
        if days and clock.minutes >= 60 and (is_before or (is_behind and is_last)):
            last = clock.afternoon().time
            yield Break(days.days, ((last, time()),), start, clock.end + is_before)


def _afternoons(line: Line) -> Iterator[Break]:
    """ "closed Wednesday afternoons", "Mittwochnachmittag geschlossen"."""
    for hit in line.all("shut"):
        before, start = days_at(line, hit.start)
        days = before or read_days(line, past_on(line, hit.end))
        if days is None and (part := _ending_at(line, hit.start)):
            days, start = days_at(line, part.start)
        if days is None:
            continue
        part = line.at(days.end, "afternoons")
        if part or line.word(days.end - 1).endswith(AFTERNOON):
            end = max(hit.end, part.end if part else days.end)
            yield Break(days.days, ((time(12), time()),), min(start, hit.start), end)


def _ending_at(line: Line, end: int) -> Hit | None:
    return next((hit for hit in line.all("afternoons") if hit.end == end), None)


def days_at(line: Line, end: int) -> tuple[Days | None, int]:
    """Those that end right before a token, and where they begin."""
    for i in range(max(0, end - MOST_DAYS), end):
        days = read_days(line, i)
        if days and past_filler(line, days.end) == end:
            return days, i - any(on.end == i for on in line.all("on"))
    return None, end


def _behind(line: Line, hit: Hit) -> Break | None:
    """ "shut 12–2", "asleep every day between 1 and 3", "pas pendant la sieste, 12h30 à 14h"."""
    i = hit.end
    for at in range(i, min(i + BETWEEN, len(line.tokens)) + 1):
        if line.number(at - 1) is not None and at > i:
            return None
        if line.word(at) in (",", ":", "(") and hit.phrase.notion in ("not", "close", "shut"):
            return None
        if line.word(at) and line.word(at) in ".;!?\n":
            return None
        days = read_days(line, at)
        start = days.end if days else at
        ranges = read_ranges(line, past_filler(line, start) if days else at)
        if ranges is None and days:
            return None  # "shut Sundays"
        if ranges is None:
            continue
        is_between = line.at(start, "from", "between") is not None
        is_said = is_between or _says_enough(line, hit, ranges[1], is_sure=ranges[2])
        if not is_said or (days and not days.is_range) or not _is_no_length(line, hit, start):
            return None
        said, end = _and_from(line, hit, tuple(ranges[0]), ranges[1])
        return Break(days.days if days else WEEK, said, hit.start, end)
    return None


def _and_from(
    line: Line, hit: Hit, said: tuple[tuple[time, time], ...], end: int
) -> tuple[tuple[tuple[time, time], ...], int]:
    """ "quiet time 12–2 pm and from 8 pm": a second one to the end of the day."""
    joint = line.at(end, "joint")
    late = line.at(joint.end, "from_then", "after") if joint else None
    clock = read_clock(line, late.end) if late and hit.phrase.notion == "stops" else None
    if clock and clock.is_marked and past_to(line, clock.end) == clock.end:
        return (*said, (clock.time, time())), clock.end
    return said, end


def _says_enough(line: Line, hit: Hit, end: int, *, is_sure: bool) -> bool:
    """ "shut 1–2": not "no 9–12", a number of a house, nor "don't forget 9–11 am"."""
    if is_sure and hit.phrase.notion == "never":
        return not line.is_word(end)  # "never buy 3–5 pm tickets"
    if is_sure:
        return hit.phrase.notion != "negated"
    is_last = not line.is_word(end) or line.at(end, "stops_behind") is not None
    return hit.phrase.notion not in ("not", "never", "negated", "sleep") and is_last


def _is_no_length(line: Line, hit: Hit, start: int) -> bool:
    """ "sleep 7–8 h" is a length; "not while they sleep, 12–14 h" is none."""
    if hit.phrase.notion != "sleep" or line.at(start, "from", "between"):
        return True
    return any(0 <= hit.start - no.end <= BETWEEN for no in line.all("not"))


def _before(line: Line, hit: Hit, taken: int) -> Break | None:
    """ "12–14 zu", "between 12 and 2, not then": right behind the ranges, and nothing after it."""
    if line.is_word(hit.end) or line.number(hit.end) is not None:
        return None
    for i in range(max(taken, hit.start - 24), hit.start):
        if line.number(i) is None and not line.at(i, "between", "half_to", "half_past", "daily"):
            continue
        days = read_days(line, i)
        ranges = read_ranges(line, days.end if days else i)
        if ranges is None:
            continue
        comma = hit.phrase.notion == "stops_behind" and line.word(ranges[1]) in (",", "-", "–", "(")
        if hit.start == ranges[1] + comma and not (days and not days.is_range):
            if days is None and read_days(line, i - 1):
                return None
            return Break(days.days if days else WEEK, tuple(ranges[0]), i, hit.end)
    return None


def read_meals(line: Line, i: int) -> Iterator[Break]:
    """ "9–5, lunch 1–2": behind hours that are known it is when nobody is there."""
    for hit in line.all("meal"):
        found = _behind(line, hit) if hit.start >= i else None
        if found:
            yield found


def complement(breaks: Sequence[Break]) -> tuple[Span, ...]:
    """All the week without them; the days that have none of them first."""
    return without((Span(WEEK),), breaks)


def without(spans: tuple[Span, ...], breaks: Sequence[Break]) -> tuple[Span, ...]:
    for shut in breaks:
        for start, end in _days_of(shut):
            spans = tuple(part for span in spans for part in _less(span, shut.days, start, end))
    return spans


def _days_of(shut: Break) -> Iterator[tuple[time, time]]:
    """What goes past midnight, every day, as two."""
    for start, end in shut.ranges:
        if time() < end < start and shut.days == WEEK:
            yield start, time()
            yield time(), end
        else:
            yield start, end


def _less(span: Span, days: frozenset[int], start: time, end: time) -> Iterator[Span]:
    opens, closes = _minutes(span.start), _minutes(span.end) or DAY
    begins, ends = _minutes(start), _minutes(end) or DAY
    is_apart = not span.days & days or ends <= opens or closes <= begins
    if is_apart or closes <= opens or ends <= begins:
        yield span  # what goes past midnight is left as it is
        return
    if span.days - days:
        yield Span(span.days - days, span.start, span.end)
    if opens < begins:
        yield Span(span.days & days, span.start, start)
    if ends < closes:
        yield Span(span.days & days, end, span.end)


def _minutes(at: time) -> int:
    return 60 * at.hour + at.minute
