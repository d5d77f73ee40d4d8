"""When something can be done, as a line says it: each kind of saying so in turn.

groups.py    days with ranges of times
closings.py  a door that shuts, or opens
bounds.py    times before or after which it can be done
breaks.py    times when it can not
occasions.py what only looks like it
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import time

from agents.traits import WEEK, Door, Hours, Span, Trait
from agents.understanding.readers.words.bounds import (
    VERB_LAST,
    Bounds,
    is_until,
    read_bounds,
    stands_alone,
)
from agents.understanding.readers.words.breaks import (
    Break,
    complement,
    days_at,
    read_breaks,
    read_meals,
    without,
)
from agents.understanding.readers.words.clocks import SMALL, read_clock
from agents.understanding.readers.words.closings import read_closings, read_openings
from agents.understanding.readers.words.doors import Found, of_an_office, spans_on
from agents.understanding.readers.words.exceptions import read_exceptions
from agents.understanding.readers.words.groups import (
    days_bounded,
    goes_on,
    is_unread,
    joined,
    past_joints,
    read_groups,
    shut_days,
)
from agents.understanding.readers.words.lexicon import Hit, Line
from agents.understanding.readers.words.occasions import is_occasion, is_written
from agents.understanding.readers.words.ranges import (
    DASHES,
    OFFICE_DAYS,
    past_filler,
    past_on,
    read_days,
    read_range,
    read_ranges,
)
from agents.understanding.readers.words.whose import read_local_zone, read_zone

__all__ = ["DASHES", "is_until", "of_an_office", "read_days", "read_hours", "read_range"]

MOST_SHUT = 4  # days of a week on which a door may be shut
LIMITS = ("until", "by", "before", "after", "from_then")
DAY_BEGINS = time(8)  # earlier hours are as likely those of the evening
SHORTEST_PART = 120  # minutes that a door is open before or after noon
LONGEST_RANGES = 20  # tokens of ranges before "only"
NEAR = 3  # tokens between what is shut and the hours beside it
MOST_WHEN = 6  # tokens between times and who answers then
BESIDE = 2  # tokens between an hour and the day that it is of
MOST_BETWEEN = 4  # tokens between "only" and what it limits


def read_hours(line: Line) -> tuple[Trait[Hours], range] | None:
    """The first hours of the line, and the tokens that say them."""
    breaks = tuple(read_breaks(line))
    if is_written(line) or (not breaks and any(line.all("threat"))):
        return None  # "clearway 4–6.30, they tow": what comes opens nothing
    found = _first(line, breaks)
    if found is None:
        return None
    zone, end = read_zone(line, found.end)
    if not zone:
        local = read_local_zone(line, found.end)
        if local is None:
            return None  # of a place that we do not know: they would be wrong
        zone, end = local
    hours = Hours(found.door, found.spans, zone)
    quote = line.quote(found.start, end)
    # "only till 9" may be the end of one day as well: these tokens are left to be read as that.
    is_end = all(span.start == time() != span.end for span in found.spans)
    taken = range(0) if is_end else range(found.start, end)
    return Trait(hours, quote, found.confidence), taken


def _first(line: Line, breaks: tuple[Break, ...]) -> Found | None:
    for read in (
        read_groups,
        _bracketed,
        read_closings,
        read_openings,
        _only,
        _there,
        _called,
        _at_cheap_rate,
        _only_behind,
        _parted_day,
        _bounded,
        _but,
        _days_alone,
    ):
        for found in read(line):
            if any(found.start < shut.end and shut.start < found.end for shut in breaks):
                continue
            return None if is_occasion(line, found) else _less(line, found, breaks)
    if not breaks:
        return None
    first, last = breaks[0], breaks[-1]
    found = next(
        _with_break(line, breaks),
        Found(complement(breaks), Door.OWN, first.start, last.end, 0.7),
    )
    return _less(line, found, breaks)


def _less(line: Line, found: Found, breaks: tuple[Break, ...]) -> Found | None:
    """Without the days that are taken from it behind, and without breaks."""
    excepted = read_exceptions(line, found.end, found.spans)
    if excepted is None:
        return None
    spans, end = excepted
    spans = _without_shut(line, found, spans)
    is_break = any(0 <= shut.start - end <= NEAR for shut in breaks)
    if end == found.end and is_unread(line, end) and not is_break:
        return None  # half of it would be wrong
    spans = without(spans, (*breaks, *read_meals(line, end)))
    return replace(found, spans=spans, end=end) if spans else None


def _without_shut(line: Line, found: Found, spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """ "Mon closed, otherwise 10–5": of which days they are, stands before them."""
    for hit in line.all("shut", "never_open"):
        if not 0 <= found.start - hit.end <= NEAR or any(span.days != WEEK for span in spans):
            continue
        behind = read_days(line, past_on(line, hit.end))
        days = behind if behind and behind.end <= found.start else days_at(line, hit.start)[0]
        if days and len(days.days) < MOST_SHUT and line.at(hit.start - 1, *LIMITS) is None:
            return tuple(Span(WEEK - days.days, span.start, span.end) for span in spans)
    return spans


def _with_break(line: Line, breaks: tuple[Break, ...]) -> Iterator[Found]:
    """ "practice 8.30–6, lunch break 1–2": what has a break is no appointment."""
    for shut in breaks:
        for i in range(max(0, shut.start - LONGEST_RANGES), shut.start):
            ranges = read_ranges(line, i)
            behind = past_joints(line, ranges[1]) if ranges else 0
            if ranges and behind > ranges[1] and shut.start - behind in (0, 1):
                yield Found(spans_on(WEEK, ranges[0]), Door.OWN, i, ranges[1], 0.7)
                break


def _bounded(line: Line) -> Iterator[Found]:
    """ "after 6", "not before 9 and not after 8", "before 7 or after 9"."""
    door = Door.PEOPLE if any(line.all("prefers")) else Door.OWN
    for bounds in read_bounds(line):
        if _ends_one_day(line, bounds):
            continue
        at = past_joints(line, bounds.end)
        days = read_days(line, past_on(line, at)) if at > bounds.end else None
        spans, end = bounds.spans, bounds.end
        if days and not goes_on(line, days.end) and line.word(at - 1) not in (".", "\n", ","):
            if any(line.all("not", "negated", "first_at", "last_at")) or spans[0].start == time():
                return  # "not after 8 and Sundays": who knows
            spans, end = (*spans, Span(days.days)), days.end  # "after 6 and weekends"
        yield Found(spans, door, bounds.start, end, bounds.confidence)


def _ends_one_day(line: Line, bounds: Bounds) -> bool:
    """ "freitags nur bis 12", "até às 15h de sexta": of the others, nothing is known."""
    (first, *more) = bounds.spans
    if more or first.start != time() or first.days != WEEK:
        return False
    beside = (*range(bounds.start - BESIDE, bounds.start), *range(bounds.end, bounds.end + BESIDE))
    return any(line.at(i, "day", "day_short", "today", "tomorrow") for i in beside)


def _called(line: Line) -> Iterator[Found]:
    """ "ring Ann, 9–18 h Paris time", "call between 2 and 4 pm": hours of whom has to be called."""
    if not any(line.all("phone", "message")) or any(line.all("today", "tomorrow")):
        return
    for i in range(len(line.tokens)):
        ranges = read_ranges(line, i)
        at = past_filler(line, ranges[1]) if ranges else 0
        is_sure = ranges and (ranges[2] or _is_of_day(line, ranges[0][0][0], ranges[1]))
        is_said = ranges and (read_zone(line, at)[0] or (is_sure and line.at(i, "between")))
        if ranges and (is_said or line.at(at, "local_time")):
            yield Found(spans_on(WEEK, ranges[0]), Door.OWN, i, ranges[1], 0.7)


def _is_of_day(line: Line, first: time, end: int) -> bool:
    """ "between 8 and 10": not 6, which may be that of the evening, and not people."""
    return first >= DAY_BEGINS and not line.is_word(end)


def _at_cheap_rate(line: Line) -> Iterator[Found]:
    """ "cheap rate 0.30 to 7": a tariff, also where nothing else says that these are times."""
    for hit in line.all("cheap_rate"):
        ranges = read_ranges(line, past_filler(line, hit.end))
        if ranges and (ranges[2] or not line.is_word(ranges[1])):
            found = Found(spans_on(WEEK, ranges[0]), Door.OWN, hit.start, ranges[1], 0.7)
            yield replace(joined(line, found), door=Door.OWN)


def _only_behind(line: Line) -> Iterator[Found]:
    """ "water 5–7 am and 6–7 pm only": of every day, if no day is named."""
    if any(line.all("today", "tomorrow", "day", "day_short", "month")):
        return
    for hit in line.all("only", "only_after"):
        for i in range(max(0, hit.start - LONGEST_RANGES), hit.start):
            ranges = read_ranges(line, i)
            if ranges and ranges[2] and ranges[1] == hit.start and not goes_on(line, hit.end):
                yield Found(spans_on(WEEK, ranges[0]), Door.OWN, i, hit.end, 0.7)
                break


def _parted_day(line: Line) -> Iterator[Found]:
    """ "de 9 a 14 y de 17 a 20:30": no appointment has two such parts."""
    if any(line.all("today", "tomorrow", "day", "day_short", "month")):
        return
    for i in range(len(line.tokens)):
        ranges = read_ranges(line, i)
        if ranges and ranges[2] and len(ranges[0]) == 2:
            lasts = [b.hour * 60 + b.minute - a.hour * 60 - a.minute for a, b in ranges[0]]
            if min(lasts) >= SHORTEST_PART and ranges[0][0][1] < ranges[0][1][0]:
                yield Found(spans_on(WEEK, ranges[0]), Door.OWN, i, ranges[1], 0.6)


def _bracketed(line: Line) -> Iterator[Found]:
    """ "(guichet 8 h 30–12 h)", "(phone, 8-5)", "(8–20 h)", "here, 8.30–19.30", "office 8-4": in
    brackets or at the end; of a counter if a word names one.
    """
    counters = {hit.end for hit in line.all("counter")}
    for i in range(-1, len(line.tokens)):
        at_counter = line.at(i + 1, "counter") is not None or i in counters
        if line.word(i) not in ("(", ",") and not (i == -1 and at_counter):
            continue
        at = i + 2 if line.is_word(i + 1) else i + 1
        ranges = read_ranges(line, at)
        ends = (")",) if line.word(i) == "(" else ("", ")")
        if ranges is None or line.word(ranges[1]) not in ends or not (ranges[2] or at_counter):
            continue
        is_office = at_counter or any(line.all("office_word"))
        days, door = (OFFICE_DAYS, Door.OFFICE) if is_office else (WEEK, Door.OWN)
        spans = tuple(Span(days, a, b) for a, b in ranges[0])
        yield Found(spans, door, i + 1, ranges[1], 0.7)


def _only(line: Line) -> Iterator[Found]:
    """ "only Tuesdays", "only there Tue and Thu from 15", "answers only 8–9"."""
    for hit in line.all("only"):
        if any(other.end <= hit.start for other in line.all("after", "otherwise")):
            continue  # "after cut-off it only posts on Monday": what comes of being late
        for i in range(hit.end, hit.end + MOST_BETWEEN):
            found = _only_days(line, hit, i) or _only_times(line, hit, i)
            if found:
                yield found
            if found or not line.is_word(i) or line.at(i, *LIMITS):
                break


def _there(line: Line) -> Iterator[Found]:
    """ "works Tue Thu Sat", "answers 0730–1900"."""
    for hit in line.all("reached"):
        days = read_days(line, line.past(hit.end, "on", "article"))
        if days and days.is_range and not goes_on(line, days.end):
            yield Found((Span(days.days),), Door.OWN, hit.start, days.end, 0.7)
        never = line.at(days.end, "not") if days and hit.language in VERB_LAST else None
        if days and never and not goes_on(line, never.end):  # "arbeitet freitags nicht"
            yield Found((Span(WEEK - days.days),), Door.OWN, hit.start, never.end, 0.7)
    for hit in line.all("reached"):
        if found := days_bounded(line, hit.end) or _when(line, hit):
            yield replace(found, door=Door.OWN)
    for hit in line.all("there", "reached"):
        ranges = read_ranges(line, past_filler(line, hit.end))
        if ranges and ranges[2]:
            yield Found(spans_on(WEEK, ranges[0]), Door.OWN, hit.start, ranges[1], 0.6)


def _when(line: Line, hit: Hit) -> Found | None:
    """ "7–10 pm is when she picks up": the times come first."""
    for i in range(max(0, hit.start - LONGEST_RANGES), hit.start):
        ranges = read_ranges(line, i)
        if ranges and ranges[2]:
            between = range(ranges[1], hit.start)
            is_said = any(line.at(k, "whenever") for k in between)
            is_said = is_said or (not between and hit.language in VERB_LAST)
            is_near = len(between) <= MOST_WHEN and all(line.is_word(k) for k in between)
            if is_said and is_near and not goes_on(line, hit.end):
                return Found(spans_on(WEEK, ranges[0]), Door.OWN, i, hit.end, 0.7)
            return None
    return None


def _only_days(line: Line, hit: Hit, i: int) -> Found | None:
    at = past_on(line, i)
    days = read_days(line, at)
    if days is None:
        return None
    if (ranges := read_ranges(line, past_filler(line, days.end))) is not None:
        found = Found(spans_on(days.days, ranges[0]), Door.OWN, hit.start, ranges[1], 0.8)
        return replace(joined(line, found), door=Door.OWN)
    if (bounded := days_bounded(line, i)) is not None:
        return replace(joined(line, bounded), door=Door.OWN, start=hit.start)
    opens = line.at(past_filler(line, days.end), "from_then", "first_at", "after", "from")
    first = read_clock(line, opens.end) if opens else None
    if first and (first.is_marked or stands_alone(line, first)):
        span = Span(days.days, first.afternoon(SMALL - 60).time)
        found = Found((span,), Door.OWN, hit.start, first.end, 0.7)
        return replace(joined(line, found), door=Door.OWN)
    is_said = line.at(at, "day", "weekdays", "weekend") or days.is_range
    is_dated = line.number(days.end) is not None or opens is not None
    if not is_said or is_dated:
        return None
    return Found((Span(days.days),), Door.OWN, hit.start, days.end, 0.8)


def _only_times(line: Line, hit: Hit, i: int) -> Found | None:
    ranges = read_ranges(line, i)
    if ranges is None:
        return None
    is_there = any(line.at(k, "there", "reached") for k in (*range(hit.start - 2, i), ranges[1]))
    if not (ranges[2] or (is_there and not _is_counted(line, ranges[1]))):
        return None
    return Found(spans_on(WEEK, ranges[0]), Door.OWN, hit.start, ranges[1], 0.7)


def _is_counted(line: Line, i: int) -> bool:
    """ "only 3–4 left": a word behind the range, which is not for somebody being there."""
    return line.is_word(i) and line.at(i, "there", "reached") is None


def _but(line: Line) -> Iterator[Found]:
    """ "shut Mondays", "not Sundays": on all other days."""
    for hit in line.all("shut", "not", "never_open"):
        is_shut = hit.phrase.notion == "shut"
        days = shut_days(line, hit.start) if is_shut else read_days(line, past_on(line, hit.end))
        if days and len(days.days) < MOST_SHUT and not goes_on(line, days.end):
            yield Found((Span(WEEK - days.days),), Door.OWN, hit.start, days.end, 0.7)
    yield from _shut_behind(line)


def _shut_behind(line: Line) -> Iterator[Found]:
    """ "Mondays they are shut", "los lunes no abre": the day comes first."""
    if any(line.all("today", "tomorrow")):
        return
    for hit in line.all("shut", "never_open"):
        for i in range(max(0, hit.start - MOST_BETWEEN), hit.start):
            days = read_days(line, i)
            if days is None or any(line.at(i - back, *LIMITS) for back in (1, 2, 3)):
                continue
            is_near = all(line.is_word(k) for k in range(days.end, hit.start))
            is_end = not goes_on(line, hit.end) and not _says_hours(line, hit.end)
            if is_near and is_end and len(days.days) < MOST_SHUT:
                yield Found((Span(WEEK - days.days),), Door.OWN, i, hit.end, 0.7)
                break


def _says_hours(line: Line, i: int) -> bool:
    """ "closed Wednesdays, otherwise 9–18": of which days they are, we do not know."""
    return any(read_ranges(line, k) for k in range(i, len(line.tokens)))


def _days_alone(line: Line) -> Iterator[Found]:
    """ "Mon-Fri", with nothing beside it: on these days; see of_an_office."""
    for i in range(len(line.tokens)):
        days = read_days(line, i) if not line.is_word(i - 1) else None
        if days and days.is_range and len(days.days) in (5, 6) and not goes_on(line, days.end):
            yield Found((Span(days.days),), Door.OWN, i, days.end, 0.6)
