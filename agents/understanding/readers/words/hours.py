"""Opening hours: days and a range of times, a closing time, "only on Tuesdays", "after 6".

Words that name a closing time and no opening say less than a Span holds: it then opens at
SHOP_OPENS, and if they name a day as well ("shuts 6 on Sat"), the other days of a shop keep
USUAL, so that nothing is kept back on a day of which the words say nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import time

from accounts.profile.zones import find_zone
from agents.traits import WEEK, Door, Hours, Span, Trait
from agents.understanding.readers.words.bounds import is_until, read_bounds, stands_alone
from agents.understanding.readers.words.breaks import Break, complement, read_breaks, without
from agents.understanding.readers.words.clocks import NOON, SMALL, Clock, read_clock
from agents.understanding.readers.words.exceptions import read_exceptions
from agents.understanding.readers.words.lexicon import Hit, Line
from agents.understanding.readers.words.ranges import (
    DASHES,
    MOST_ITEMS,
    OFFICE_DAYS,
    SHOP_DAYS,
    Days,
    past_filler,
    read_days,
    read_range,
    read_ranges,
)
from agents.understanding.readers.words.whose import read_zone

__all__ = ["DASHES", "is_until", "of_an_office", "read_days", "read_hours", "read_range"]

SHOP_OPENS = time(9)
USUAL = SHOP_OPENS, time(18)
MOST_SHUT = 4  # days of a week on which a door may be shut
OFFICE_SHUTS = time(17)
LIMITS = ("until", "by", "before", "after", "from_then")
MOST_BETWEEN = 4  # tokens between "only" and what it limits


@dataclass(frozen=True, slots=True)
class Found:
    spans: tuple[Span, ...]
    door: Door
    start: int
    end: int
    confidence: float


def read_hours(line: Line) -> tuple[Trait[Hours], range] | None:
    """The first hours of the line, and the tokens that say them."""
    breaks = tuple(read_breaks(line))
    if any(line.all("written")) or (not breaks and any(line.all("threat"))):
        return None  # text for a poster; "clearway 4–6.30, they tow": what comes opens nothing
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


def read_local_zone(line: Line, i: int) -> tuple[str, int] | None:
    """ "9–18 Uhr Ortszeit", and the city that the line names; None if it names none."""
    at = past_filler(line, i)
    local = line.at(at, "local_time")
    if local is None:
        return "", i
    names = (line.quote(k, k + 1) for k in range(len(line.tokens)) if line.is_name(k))
    zone = next((zone for name in names if (zone := find_zone(name))), None)
    return (zone, local.end) if zone else None


def _first(line: Line, breaks: tuple[Break, ...]) -> Found | None:
    for read in (
        _open,
        _bracketed,
        _closing,
        _opening,
        _only,
        _called,
        _bounded,
        _but,
        _days_alone,
    ):
        for found in read(line):
            if not any(found.start < shut.end and shut.start < found.end for shut in breaks):
                return _less(line, found, breaks)
    if not breaks:
        return None
    first, last = breaks[0], breaks[-1]
    return Found(complement(breaks), Door.OWN, first.start, last.end, 0.7)


def _less(line: Line, found: Found, breaks: tuple[Break, ...]) -> Found | None:
    """Without the days that are taken from it behind, and without breaks."""
    excepted = read_exceptions(line, found.end, found.spans)
    if excepted is None:
        return None
    spans, end = excepted
    spans = without(spans, breaks)
    return replace(found, spans=spans, end=end) if spans else None


def _bounded(line: Line) -> Iterator[Found]:
    """ "after 6", "not before 9 and not after 8", "before 7 or after 9"."""
    door = Door.PEOPLE if any(line.all("prefers")) else Door.OWN
    for bounds in read_bounds(line):
        yield Found(bounds.spans, door, bounds.start, bounds.end, bounds.confidence)


def of_an_office(hours: Hours) -> Hours:
    """Where words name days and no hours, and there is an office to be reached: its usual ones."""
    days = frozenset[int]().union(*(span.days for span in hours.spans))
    if not days or not days <= OFFICE_DAYS or any(span != Span(span.days) for span in hours.spans):
        return hours
    return Hours(Door.OFFICE, (Span(days, SHOP_OPENS, OFFICE_SHUTS),), hours.zone)


def door_of(days: frozenset[int]) -> Door:
    if days <= OFFICE_DAYS:
        return Door.OFFICE
    return Door.SHOP if days <= SHOP_DAYS else Door.OWN


def _open(line: Line) -> Iterator[Found]:
    """Groups of days with ranges; or ranges with days behind; or "open" and ranges."""
    i = 0
    while i < len(line.tokens):
        found = _days_first(line, i) or _times_first(line, i)
        if found:
            said = _of_other_days(line, _joined(line, found), i)
            if said:
                yield said
            i = found.end
        i += 1


def _of_other_days(line: Line, found: Found, i: int) -> Found | None:
    """ "closed Mondays, 9–12 and 2–6": the hours are those of all other days."""
    starts = (i, i - 1, i - 2)
    hits = (hit for hit in line.all("except", "not", "shut") if hit.end in starts)
    hit = next((hit for hit in hits if line.past(line.past(hit.end, "on"), "article") == i), None)
    days = read_days(line, i) if hit else None
    if hit is None or days is None:
        return found
    if past_filler(line, days.end) == days.end or any(s.days != days.days for s in found.spans):
        return None  # "closed Mon 9–12": who knows
    spans = tuple(Span(WEEK - days.days, span.start, span.end) for span in found.spans)
    return replace(found, spans=spans, start=hit.start)


def _joined(line: Line, found: Found) -> Found:
    """With the groups that follow: "Mo–Do 8–16, Fr 8–12"."""
    spans, end = list(found.spans), found.end
    for _ in range(MOST_ITEMS):
        i = line.past(end, "joint")
        i = line.past(i, "joint")  # ", and"
        more = _days_first(line, i) or _days_until(line, i) or _times_first(line, i)
        if more is None:
            break
        spans, end = spans + list(more.spans), more.end
    days = frozenset[int]().union(*(span.days for span in spans))
    return Found(tuple(spans), door_of(days), found.start, end, found.confidence)


def _days_first(line: Line, i: int) -> Found | None:
    days = read_days(line, i)
    if days is None:
        return None
    at = past_filler(line, line.past(days.end, "only", "only_after"))
    ranges = read_ranges(line, at)
    if ranges and not (days.is_range or ranges[2]) and line.is_word(ranges[1]):
        return None  # "so 3 bis 4 Eier", "Sat 9–11 swimming"
    if ranges:
        sure = 0.9 if days.is_range else 0.6  # one day and a range may be an appointment
        spans = tuple(Span(days.days, a, b) for a, b in ranges[0])
        return Found(spans, door_of(days.days), i, ranges[1], sure)
    last = _clock_behind_until(line, at)
    shut = _shut_days(line, line.past(last.end, "joint")) if last else None
    if last and shut:  # "Sat till 1, shut Sundays"
        spans = _spans_until(days.days, last.afternoon().time, never=shut.days)
        return Found(spans, Door.SHOP, i, shut.end, 0.7)
    if last is None or not (last.is_marked or (days.is_range and _is_closing(line, last))):
        return None
    if not days.is_range and _days_first(line, line.past(last.end, "joint")) is None:
        return None  # "Thu until 6" is an end, "Thu until 6, Fri 8-1" hours
    span = Span(days.days, SHOP_OPENS, last.afternoon().time)
    return Found((span,), door_of(days.days), i, last.end, 0.7)


def _spans_until(
    days: frozenset[int], closes: time, *, never: frozenset[int] = frozenset()
) -> tuple[Span, ...]:
    """On these days until then, on the others of a shop as usual."""
    others = SHOP_DAYS - days - never
    spans = Span(days, SHOP_OPENS, closes), Span(others, *USUAL)
    return spans if others else spans[:1]


def _shut_days(line: Line, i: int) -> Days | None:
    """ "shut Sundays", "closed Mon + Tue": the days on which nothing is to be had."""
    hit = line.at(i, "shut")
    days = read_days(line, line.past(line.past(hit.end, "on"), "article")) if hit else None
    is_followed = days is not None and line.number(days.end) is not None
    return days if days and (not is_followed or line.word(days.end - 1) == ".") else None


def _days_until(line: Line, i: int) -> Found | None:
    """ "Tue-Fri 9-5 and Sat till 12": behind other hours the number is one."""
    days = read_days(line, i)
    last = _clock_behind_until(line, days.end) if days else None
    if days is None or last is None or not _is_closing(line, last):
        return None
    span = Span(days.days, SHOP_OPENS, last.afternoon(NOON - 1).time)
    return Found((span,), door_of(days.days), i, last.end, 0.7)


def _clock_behind_until(line: Line, i: int) -> Clock | None:
    until = line.past(i, "until")
    return read_clock(line, until) if until > i else None


def _times_first(line: Line, i: int) -> Found | None:
    opened = line.past(i, "open")
    ranges = read_ranges(line, past_filler(line, opened) if opened > i else i)
    if ranges is None or not (line.number(i) is not None or opened > i):
        return None
    behind = past_filler(line, line.past(ranges[1], "only", "only_after"))
    days = read_days(line, line.past(line.past(behind, "on"), "from"))
    is_behind = days is not None and (ranges[2] or days.is_range)
    is_said = opened > i or (ranges[2] and _is_excepted(line, behind))
    if not is_behind and not is_said:
        return None
    said = days.days if days and is_behind else WEEK
    end = days.end if days and is_behind else ranges[1]
    spans = tuple(Span(said, a, b) for a, b in ranges[0])
    return Found(spans, door_of(said) if is_behind else Door.SHOP, i, end, 0.8)


def _is_excepted(line: Line, i: int) -> bool:
    """ "7–11 am not Sundays": what is left of the week has such hours, so these are not of once."""
    hit = line.at(line.past(i, "joint"), "except", "not", "shut")
    days = read_days(line, line.past(line.past(hit.end, "on"), "article")) if hit else None
    return days is not None and not _goes_on(line, days.end)


def _called(line: Line) -> Iterator[Found]:
    """ "ring Ann, 9–18 h Paris time", "call between 2 and 4 pm": hours of whom has to be called."""
    if not any(line.all("phone")) or any(line.all("today", "tomorrow")):
        return
    for i in range(len(line.tokens)):
        ranges = read_ranges(line, i)
        at = past_filler(line, ranges[1]) if ranges else 0
        is_said = ranges and ranges[2] and (read_zone(line, at)[0] or line.at(i, "between"))
        if ranges and (is_said or line.at(at, "local_time")):
            yield Found(_on(WEEK, ranges[0]), Door.OWN, i, ranges[1], 0.7)


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


def _closing(line: Line) -> Iterator[Found]:
    """ "closes at 6", "shuts 6 on Sat"; in Japanese the word comes last."""
    for hit in line.all("close"):
        last = read_clock(line, line.past(hit.end, "clock_at"))
        if last and line.at(last.end, "today", "tomorrow"):
            continue  # once, and not every day
        if last and _is_closing(line, last):
            yield _closed(line, hit.start, last, last.end)
    for hit in line.all("close_after"):
        for i in range(max(0, hit.start - 6), hit.start):
            last = read_clock(line, i)
            if last and last.is_marked and hit.start - last.end <= 1:
                yield _closed(line, i, last, hit.end)
    for hit in line.all("open"):
        yield from _open_until(line, hit)


def _open_until(line: Line, hit: Hit) -> Iterator[Found]:
    """ "open until 7", "open Sat till 4", "bis 18 Uhr offen", "18時まで営業"."""
    days = read_days(line, line.past(hit.end, "on"))
    last = _clock_behind_until(line, days.end) if days else None
    if days and last and _is_closing(line, last):
        spans = _spans_until(days.days, last.afternoon(NOON - 1).time)
        yield Found(spans, Door.SHOP, hit.start, last.end, 0.7)
    last = _clock_behind_until(line, hit.end)
    if last and _is_closing(line, last):
        yield _closed(line, hit.start, last, last.end)
    for i in range(max(0, hit.start - 6), hit.start):
        last = read_clock(line, line.past(i, "until"))
        is_until = last is not None and (line.at(i, "until") or line.at(last.end, "by_after"))
        if last and is_until and line.past(last.end, "by_after") == hit.start:
            yield _closed(line, i, last, hit.end)


def _is_closing(line: Line, last: Clock) -> bool:
    """ "at 6 pm", "at 6.", "6 on Sat", "2.30 weds"."""
    is_last = last.is_marked or not line.is_word(last.end) or bool(read_zone(line, last.end)[0])
    return is_last or line.at(last.end, "on", "day", "day_short") is not None


def _opening(line: Line) -> Iterator[Found]:
    """ "yard opens at 7": until the usual end, which words that name no other do not deny."""
    for hit in line.all("opens_at"):
        first = read_clock(line, line.past(hit.end, "clock_at"))
        if first and (first.is_marked or not line.is_word(first.end)):
            ends = USUAL[1] if first.time < USUAL[1] else time()
            span = Span(SHOP_DAYS, first.time, ends)
            yield Found((span,), Door.SHOP, hit.start, first.end, 0.6)
    for hit in line.all("opens_or_shuts"):  # "macht um 8 auf"
        first = read_clock(line, hit.end)
        if first and line.at(first.end, "opens_behind"):
            span = Span(SHOP_DAYS, first.time, max(USUAL[1], first.time))
            yield Found((span,), Door.SHOP, hit.start, first.end + 1, 0.6)
        elif first and line.at(first.end, "shuts_behind"):
            yield _closed(line, hit.start, first, first.end + 1)


def _closed(line: Line, start: int, last: Clock, end: int) -> Found:
    closes = last.afternoon(NOON - 1 if not last.is_marked else last.minutes if
                            last.minutes < 8 * 60 else 0).time  # fmt: skip
    days = read_days(line, line.past(end, "on"))
    before = _days_before(line, start) if days is None else None
    if before:  # "Mon–Thu, closes 4"
        return Found((Span(before, SHOP_OPENS, closes),), door_of(before), start, end, 0.7)
    if days is None:
        return Found((Span(SHOP_DAYS, SHOP_OPENS, closes),), Door.SHOP, start, end, 0.7)
    return Found(_spans_until(days.days, closes), Door.SHOP, start, days.end, 0.7)


def _days_before(line: Line, start: int) -> frozenset[int] | None:
    """Several days that end right before token `start`."""
    for i in range(max(0, start - 5), start):
        days = read_days(line, i)
        if days and days.is_range and past_filler(line, days.end) == start:
            return days.days
    return None


def _only(line: Line) -> Iterator[Found]:
    """ "only Tuesdays", "only there Tue and Thu from 15", "answers only 8–9"."""
    for hit in line.all("only"):
        for i in range(hit.end, hit.end + MOST_BETWEEN):
            found = _only_days(line, hit, i) or _only_times(line, hit, i)
            if found:
                yield found
            if found or not line.is_word(i) or line.at(i, *LIMITS):
                break
    for hit in line.all("there"):  # "answers 0730–1900"
        ranges = read_ranges(line, past_filler(line, hit.end))
        if ranges and ranges[2]:
            yield Found(_on(WEEK, ranges[0]), Door.OWN, hit.start, ranges[1], 0.6)


def _only_days(line: Line, hit: Hit, i: int) -> Found | None:
    at = line.past(line.past(i, "on"), "article")
    days = read_days(line, at)
    if days is None:
        return None
    if (ranges := read_ranges(line, past_filler(line, days.end))) is not None:
        found = Found(_on(days.days, ranges[0]), Door.OWN, hit.start, ranges[1], 0.8)
        return replace(_joined(line, found), door=Door.OWN)
    opens = line.at(past_filler(line, days.end), "from_then", "first_at", "after", "from")
    first = read_clock(line, opens.end) if opens else None
    if first and (first.is_marked or stands_alone(line, first)):
        span = Span(days.days, first.afternoon(SMALL - 60).time)
        return Found((span,), Door.OWN, hit.start, first.end, 0.7)
    is_said = line.at(at, "day", "weekdays", "weekend") or days.is_range
    is_dated = line.number(days.end) is not None or opens is not None
    if not is_said or is_dated:
        return None
    return Found((Span(days.days),), Door.OWN, hit.start, days.end, 0.8)


def _only_times(line: Line, hit: Hit, i: int) -> Found | None:
    ranges = read_ranges(line, i)
    if ranges is None:
        return None
    is_there = any(line.at(k, "there") for k in (*range(hit.start - 2, i), ranges[1]))
    if not (ranges[2] or (is_there and not _is_counted(line, ranges[1]))):
        return None
    return Found(_on(WEEK, ranges[0]), Door.OWN, hit.start, ranges[1], 0.7)


def _is_counted(line: Line, i: int) -> bool:
    """ "only 3–4 left": a word behind the range, which is not for somebody being there."""
    return line.is_word(i) and line.at(i, "there") is None


def _on(days: frozenset[int], ranges: list[tuple[time, time]]) -> tuple[Span, ...]:
    return tuple(Span(days, a, b) for a, b in ranges)


def _but(line: Line) -> Iterator[Found]:
    """ "shut Mondays", "not Sundays": on all other days."""
    for hit in line.all("shut", "not"):
        if hit.phrase.notion == "shut":
            days, span = _shut_days(line, hit.start), USUAL
        else:
            days, span = read_days(line, line.past(hit.end, "on")), (time(), time())
        if days and len(days.days) < MOST_SHUT and not _goes_on(line, days.end):
            yield Found((Span(WEEK - days.days, *span),), Door.OWN, hit.start, days.end, 0.7)


def _days_alone(line: Line) -> Iterator[Found]:
    """ "Mon-Fri", with nothing beside it: on these days; see of_an_office."""
    for i in range(len(line.tokens)):
        days = read_days(line, i) if not line.is_word(i - 1) else None
        if days and days.is_range and len(days.days) in (5, 6) and not _goes_on(line, days.end):
            yield Found((Span(days.days),), Door.OWN, i, days.end, 0.6)


def _goes_on(line: Line, i: int) -> bool:
    """A word, a number or a dash: there is more to it."""
    word = line.word(i)
    return line.is_word(i) or line.number(i) is not None or (bool(word) and word in DASHES)
