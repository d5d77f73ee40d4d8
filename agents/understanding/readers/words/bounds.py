"""Times before or after which something can be done: "not before 9", "before 7 or after 9"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from itertools import pairwise

from agents.traits import WEEK, Span
from agents.understanding.readers.words.clocks import NOON, Clock, read_clock
from agents.understanding.readers.words.lexicon import Hit, Line
from agents.understanding.readers.words.ranges import past_to

BEFORE = 3  # tokens between "no" and "after 8"
BEHIND = 6  # tokens between "after 8" and "no", which ends some sentences
MOST_BETWEEN = 12  # tokens between two bounds that belong together
STOPS = ".;!?\n"


@dataclass(frozen=True, slots=True)
class Bounds:
    spans: tuple[Span, ...]
    start: int
    end: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Bound:
    """It begins at this time, or it ends then."""

    clock: Clock
    is_first: bool
    is_single: bool  # says enough without another
    start: int
    end: int


def read_bounds(line: Line) -> Iterator[Bounds]:
    bounds = sorted(_bounds(line), key=lambda bound: bound.start)
    for one, two in pairwise(bounds):
        both = _both(one, two) if _belong(line, one, two) else None
        if both:
            yield Bounds(both, one.start, two.end, 0.7)
            return
    singles = [bound for bound in bounds if bound.is_single]
    if singles and len(singles) == len({bound.is_first for bound in singles}) == 1:
        yield _alone(singles[0])


def is_until(line: Line, hit: Hit) -> bool:
    """ "locked after 8", "no machines after 20 h"."""
    return any(0 <= hit.start - denied.end <= BEFORE for denied in line.all("not", "shut"))


def _belong(line: Line, one: Bound, two: Bound) -> bool:
    """Each that says nothing by itself needs the other right beside it, or an "or"."""
    apart = two.start - one.end
    if one.is_single and two.is_single:
        return 0 <= apart <= MOST_BETWEEN
    return 0 <= apart <= 1 or (0 <= apart <= BEFORE and line.at(one.end, "or") is not None)


def _both(one: Bound, two: Bound) -> tuple[Span, ...] | None:
    """ "from 9, not after 8": between. "before 7 or after 9": at either end of the day."""
    if one.is_first == two.is_first:
        return None
    if two.is_first and not one.is_single:
        begin, end = two.clock.time, one.clock.time
        if one.clock.minutes >= two.clock.minutes:
            begin = two.clock.afternoon(NOON - 1).time
        return (Span(WEEK, time(), end), Span(WEEK, begin)) if end < begin else None
    first, last = (one.clock, two.clock) if one.is_first else (two.clock, one.clock)
    if last.minutes <= first.minutes:
        last = last.afternoon(NOON - 1)
    is_day = first.minutes < last.minutes and (one.is_single or two.is_single)
    return (Span(WEEK, first.time, last.time),) if is_day else None


def _alone(bound: Bound) -> Bounds:
    if bound.is_first:
        start = bound.clock.time if bound.clock.is_marked else bound.clock.afternoon().time
        spans = (Span(WEEK, start),)
    else:
        spans = (Span(WEEK, time(), bound.clock.afternoon(NOON - 1).time),)
    return Bounds(spans, bound.start, bound.end, 0.8 if bound.clock.is_marked else 0.6)


def _bounds(line: Line) -> Iterator[Bound]:
    longer = [
        hit for hit in line.all("first_at", "last_at", "from_then") if hit.end > hit.start + 1
    ]
    inside = {i for hit in longer for i in range(hit.start + 1, hit.end)}
    inside |= {hit.start for hit in line.all("first_at", "last_at")}
    for hit in line.all("first_at", "last_at"):
        yield from _from(line, hit) if hit.phrase.notion == "first_at" else _to(line, hit)
    for hit in line.all("after", "from_then", "before", "until"):
        if hit.start not in inside:
            is_first = hit.phrase.notion in ("after", "from_then")
            yield from _from(line, hit) if is_first else _to(line, hit)


def _clock(line: Line, hit: Hit) -> Clock | None:
    """A number that nothing marks must stand alone, since "after 6 weeks" is no time."""
    clock = read_clock(line, line.past(hit.end, "clock_at"))
    to = past_to(line, clock.end) if clock else 0
    if clock is None or (to > clock.end and read_clock(line, to)) or clock.minutes < 60:
        return None
    if line.at(clock.end, "today", "tomorrow"):
        return None
    return clock if clock.is_marked or stands_alone(line, clock) else None


def _from(line: Line, hit: Hit) -> Iterator[Bound]:
    clock = _clock(line, hit)
    if clock is None:
        return
    denied = denial(line, hit, clock)
    if denied == "":
        is_single = clock.is_marked or hit.phrase.notion != "from_then"
        yield Bound(clock, True, is_single, hit.start, clock.end)
    elif denied == "sure":
        yield Bound(clock, False, True, *_with_denial(line, hit, clock))


def _to(line: Line, hit: Hit) -> Iterator[Bound]:
    clock = _clock(line, hit)
    if clock is None:
        return
    denied = denial(line, hit, clock)
    if denied == "sure" and hit.phrase.notion == "before":
        yield Bound(clock, True, True, *_with_denial(line, hit, clock))
    elif denied == "":
        only = any(0 <= hit.start - only.end <= 1 for only in line.all("only"))
        is_single = only or hit.phrase.notion == "last_at"
        yield Bound(clock, False, is_single, hit.start, clock.end)


def _with_denial(line: Line, hit: Hit, clock: Clock) -> tuple[int, int]:
    """The first token of "not after 7", and the one after "ab 7 geht sie nicht mehr"."""
    if line.at(hit.start - 1, "not"):
        return hit.start - 1, clock.end
    behind = line.all("no_more", "asleep")
    ends = [no.end for no in behind if clock.end <= no.start < clock.end + BEHIND]
    return hit.start, min(ends, default=clock.end)


def denial(line: Line, hit: Hit, clock: Clock) -> str:
    """What turns a bound around: "sure" beside it, "maybe" further away, "" where nothing does."""
    if hit.phrase.notion in ("first_at", "last_at"):
        return ""
    near = [hit.start - no.end for no in line.all("not", "shut", "negated") if no.end <= hit.start]
    if 0 in near:
        return "sure" if line.at(hit.start - 1, "not") else "maybe"
    if any(gap <= BEFORE for gap in near):
        return "maybe"
    for i in range(clock.end, min(clock.end + BEHIND, len(line.tokens))):
        if line.at(i, "joint", "or") or (line.word(i) and line.word(i) in STOPS):
            break
        if line.at(i, "no_more", "asleep"):
            return "sure"
        if line.at(i, "not", "shut", "negated"):
            return "maybe"
    return ""


def stands_alone(line: Line, clock: Clock) -> bool:
    """No unit, no word and no sign follows that would make the number one of something else."""
    following = line.word(clock.end)
    behind = line.at(clock.end, "joint", "or", "asleep", "no_more", "not")
    if behind and line.number(behind.end) is None:
        return True  # "before 7 or after 9"
    return not following or (not line.is_word(clock.end) and following in ".,;:!?)\n")
