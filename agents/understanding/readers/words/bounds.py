"""Times before or after which something can be done: "not before 9", "before 7 or after 9"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import time
from itertools import pairwise

from agents.traits import WEEK, Span
from agents.understanding.readers.words.clocks import NOON, Clock, read_clock
from agents.understanding.readers.words.lexicon import Hit, Line
from agents.understanding.readers.words.ranges import past_filler, past_on, past_to, read_days

BEFORE = 3  # tokens between "no" and "after 8"
BEHIND = 6  # tokens between "after 8" and "no", which ends some sentences
MOST_BETWEEN = 12  # tokens between two bounds that belong together
NAME = 4  # tokens of what has its time in brackets
NEXT = 1  # and between "not" and it, where it is meant: "no llamar después de las 9"
VERB_LAST = ("de", "nl")  # and a denial: places.py has those whose verb alone does
MOST_DAYS = 5  # tokens of days before a bound
STOPS = ".;!?\n"
# What is said of those who are no longer to be had.
GONE = ("asleep", "away_then", "shut", "close", "not", "no_more", "negated", "never_open")


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
    denied: str = ""  # "sure", "maybe": what it says has been turned around, or may have been


def read_bounds(line: Line) -> Iterator[Bounds]:
    bounds = _understood(line, sorted(_bounds(line), key=lambda bound: bound.start))
    for one, two in pairwise(bounds):
        both = _both(one, two) if _belong(line, one, two) else None
        if both:
            yield Bounds(both, one.start, two.end, 0.7)
            return
    singles = [bound for bound in bounds if bound.is_single]
    if singles and len(singles) == len({bound.is_first for bound in singles}) == 1:
        yield _alone(line, singles[0])


def _understood(line: Line, bounds: list[Bound]) -> list[Bound]:
    """Without those of which a denial leaves it open; "not before 8 or after 7" denies both."""
    found: list[Bound] = []
    for bound in bounds:
        last = found[-1] if found else None
        is_joined = last is not None and 0 <= bound.start - last.end <= BEFORE
        is_or = is_joined and last is not None and line.at(last.end, "or", "negated") is not None
        if last and is_or and last.denied == "sure" and bound.denied != "sure":
            bound = replace(bound, is_first=not bound.is_first, is_single=True, denied="sure")
        if bound.denied != "maybe":
            found.append(bound)
    return found


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


def _alone(line: Line, bound: Bound) -> Bounds:
    days, start, end = _days_beside(line, bound)
    if bound.is_first:
        first = bound.clock.time if bound.clock.is_marked else bound.clock.afternoon().time
        spans = (Span(days, first),)
    else:
        spans = (Span(days, time(), bound.clock.afternoon(NOON - 1).time),)
    return Bounds(spans, start, end, 0.8 if bound.clock.is_marked else 0.6)


def _days_beside(line: Line, bound: Bound) -> tuple[frozenset[int], int, int]:
    """ "weekdays after 6", "after 5 on weekdays": one day alone may be that of a single call."""
    behind = read_days(line, past_on(line, past_filler(line, bound.end)))
    if behind and behind.is_range:
        return behind.days, bound.start, behind.end
    for i in range(max(0, bound.start - MOST_DAYS), bound.start):
        days = read_days(line, i)
        if days and days.is_range and past_filler(line, days.end) == bound.start:
            return days.days, i, bound.end
    return WEEK, bound.start, bound.end


def _bounds(line: Line) -> Iterator[Bound]:
    longer = [
        hit for hit in line.all("first_at", "last_at", "from_then") if hit.end > hit.start + 1
    ]
    inside = {i for hit in longer for i in range(hit.start + 1, hit.end)}
    inside |= {hit.start for hit in line.all("first_at", "last_at")}
    for hit in line.all("first_at", "last_at"):
        yield from _from(line, hit) if hit.phrase.notion == "first_at" else _to(line, hit)
    for hit in line.all("after", "from_then", "before", "until", "last_one"):
        if hit.start not in inside:
            is_first = hit.phrase.notion in ("after", "from_then")
            yield from _from(line, hit) if is_first else _to(line, hit)


def _clock(line: Line, hit: Hit) -> Clock | None:
    """A number that nothing marks must stand alone, since "after 6 weeks" is no time."""
    clock = read_clock(line, line.past(hit.end, "clock_at")) or _in_brackets(line, hit)
    to = past_to(line, clock.end) if clock else 0
    if clock is None or (to > clock.end and read_clock(line, to)) or clock.minutes < 60:
        return None
    if line.at(clock.end, "today", "tomorrow"):
        return None
    return clock if clock.is_marked or stands_alone(line, clock) else None


def _in_brackets(line: Line, hit: Hit) -> Clock | None:
    """ "only after the news (20:15)": what has its time beside it."""
    i = hit.end
    while hit.phrase.notion in ("first_at", "last_at") and line.is_word(i) and i < hit.end + NAME:
        i += 1
    clock = read_clock(line, i + 1) if line.word(i) == "(" and i > hit.end else None
    is_closed = clock is not None and clock.is_marked and line.word(clock.end) == ")"
    return replace(clock, end=clock.end + 1) if clock and is_closed else None


def _from(line: Line, hit: Hit) -> Iterator[Bound]:
    clock = _clock(line, hit)
    if clock is None:
        return
    denied = denial(line, hit, clock)
    if denied == "sure":
        yield Bound(clock, False, True, *_with_denial(line, hit, clock), denied)
        return
    is_single = clock.is_marked or hit.phrase.notion != "from_then"
    said = "sure" if _denies(line, hit) else denied  # "not before 9" begins, and denies
    yield Bound(clock, True, is_single, hit.start, clock.end, said)


def _to(line: Line, hit: Hit) -> Iterator[Bound]:
    clock = _clock(line, hit)
    if clock is None:
        return
    denied = denial(line, hit, clock)
    if denied == "sure" and hit.phrase.notion == "before":
        yield Bound(clock, True, True, *_with_denial(line, hit, clock), denied)
        return
    only = any(0 <= hit.start - only.end <= 1 for only in line.all("only"))
    only = only or (hit.phrase.notion == "before" and _then_not(line, clock))
    is_single = only or hit.phrase.notion == "last_at" or _is_reached(line, hit, clock)
    said = "sure" if _denies(line, hit) else "maybe" if denied else ""
    yield Bound(clock, False, is_single, hit.start, clock.end, said)


def _is_reached(line: Line, hit: Hit, clock: Clock) -> bool:
    """ "he answers until 6 pm", "bis 18 Uhr erreichbar": not of once, as "send it before 6" is."""
    if hit.phrase.notion == "last_one" or not clock.is_marked:
        return False
    said = line.all("reached")
    return any(word.end == hit.start or word.start == clock.end for word in said)


def _then_not(line: Line, clock: Clock) -> bool:
    """ "before 8, because then he sleeps", "before 9, out on calls after that"."""
    then = [hit.start for hit in line.all("after_that") if 0 <= hit.start - clock.end <= BEHIND]
    gone = any(0 <= hit.start - clock.end <= MOST_BETWEEN for hit in line.all(*GONE))
    stopped = any(line.word(i) in STOPS for i in range(clock.end, min(then, default=0)))
    return clock.is_marked and bool(then) and gone and not stopped


def _denies(line: Line, hit: Hit) -> bool:
    return line.at(hit.start, "not", "negated", "first_at", "last_at") is not None


def _with_denial(line: Line, hit: Hit, clock: Clock) -> tuple[int, int]:
    """The first token of "not after 7", and the one after "ab 7 geht sie nicht mehr"."""
    starts = [no.start for no in line.all("not", "negated") if 0 <= hit.start - no.end <= NEXT + 1]
    if starts:
        return min(starts), clock.end
    behind = line.all("no_more", "asleep")
    ends = [no.end for no in behind if clock.end <= no.start < clock.end + BEHIND]
    return hit.start, min(ends, default=clock.end)


def denial(line: Line, hit: Hit, clock: Clock) -> str:
    """What turns a bound around: "sure" beside it, "maybe" further away, "" where nothing does."""
    if hit.phrase.notion in ("first_at", "last_at"):
        return ""
    near = [
        hit.start - no.end - (no.phrase.notion == "negated")  # "don't ring her after 9"
        for no in line.all("not", "negated")
        if no.end <= hit.start
    ]
    nearest = min((max(0, gap) for gap in near if gap <= BEFORE), default=None)
    if nearest is not None:
        is_one = all(line.is_word(i) for i in range(hit.start - nearest, hit.start))
        return "sure" if nearest <= NEXT and is_one else "maybe"
    if any(0 <= hit.start - shut.end <= BEFORE for shut in line.all("shut")):
        return "maybe"
    if any(0 <= hit.start - stop.end <= BEHIND for stop in line.all("stops")):
        return "maybe"  # "quiet time 12–2 and from 8"
    return _denial_behind(line, hit, clock)


def _denial_behind(line: Line, hit: Hit, clock: Clock) -> str:
    """ "ab 20 h geht sie nicht mehr ran", "nach 20 h nicht anrufen"."""
    if hit.phrase.notion == "before" and _then_not(line, clock):
        return ""
    for i in range(clock.end, min(clock.end + BEHIND, len(line.tokens))):
        if line.at(i, "joint", "or", "except") or (line.word(i) and line.word(i) in STOPS):
            break
        if line.at(i, "asleep") or (line.at(i, "no_more") and hit.phrase.notion != "before"):
            return "sure"  # "before 7, or they no longer answer" is no such thing
        if (
            line.at(i, "not")
            and i == clock.end
            and hit.language in VERB_LAST
            and line.is_word(i + 1)
        ):
            return "sure"
        if line.at(i, "not", "shut", "negated", "no_more"):
            return "maybe"
    return ""


def stands_alone(line: Line, clock: Clock) -> bool:
    """No unit, no word and no sign follows that would make the number one of something else."""
    following = line.word(clock.end)
    if line.at(clock.end, "connects"):
        return True  # nobody counts these: "after 6 when she is home"
    behind = line.at(clock.end, "joint", "or", "asleep", "no_more", "not")
    if behind and line.number(behind.end) is None:
        return True  # "before 7 or after 9"
    return not following or (not line.is_word(clock.end) and following in ".,;:!?)\n")
