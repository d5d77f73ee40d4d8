"""Days with ranges of times, group by group: "Mo-Do 8-16, Fr 8-12", "9-5 on weekdays"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import time

from agents.traits import WEEK, Door, Span
from agents.understanding.readers.words.bounds import stands_alone
from agents.understanding.readers.words.clocks import NOON, read_clock
from agents.understanding.readers.words.closings import clock_behind_until, is_closing, spans_until
from agents.understanding.readers.words.doors import OPENS, Found, door_of, spans_on
from agents.understanding.readers.words.exceptions import read_excepted
from agents.understanding.readers.words.lexicon import Line
from agents.understanding.readers.words.ranges import (
    DASHES,
    MOST_ITEMS,
    Days,
    is_a_time,
    past_filler,
    past_on,
    past_to,
    read_days,
    read_ranges,
)

MOST_JOINTS = 2
# What says that days behind a range begin something new: "7–20 h, Mondays shut".
OF_ANOTHER = ("all_day", "shut", "never_open", "not", "negated")
LETTER_DAYS = {"S": 5, "D": 6}  # in Spanish, French, Italian and Portuguese
BOUNDS = ("from_then", "first_at", "from", "after", "opens_at", "before", "last_at")


def read_groups(line: Line) -> Iterator[Found]:
    """Groups of days with ranges; or ranges with days behind; or "open" and ranges."""
    i = 0
    while i < len(line.tokens):
        found = _days_first(line, i) or _times_first(line, i) or _from_on(line, i)
        if found:
            said = _of_other_days(line, joined(line, found), i)
            if said:
                yield said
            i = found.end
        i += 1


def _of_other_days(line: Line, found: Found, i: int) -> Found | None:
    """ "closed Mondays, 9–12 and 2–6": the hours are those of all other days."""
    starts = (i, i - 1, i - 2)
    hits = (hit for hit in line.all("except", "not", "shut") if hit.end in starts)
    hit = next((hit for hit in hits if past_on(line, hit.end) == i), None)
    days = read_days(line, i) if hit else None
    if hit is None or days is None:
        return found
    if past_filler(line, days.end) == days.end or any(s.days != days.days for s in found.spans):
        return None  # "closed Mon 9–12": who knows
    spans = tuple(Span(WEEK - days.days, span.start, span.end) for span in found.spans)
    return replace(found, spans=spans, start=hit.start)


def joined(line: Line, found: Found) -> Found:
    """With the groups that follow: "Mo–Do 8–16, Fr 8–12"."""
    spans, end = list(found.spans), found.end
    for _ in range(MOST_ITEMS):
        i = past_joints(line, end)
        more = next((more for read in FURTHER if (more := read(line, i))), None)
        if more is None:
            break
        spans, end = spans + list(more.spans), more.end
    days = frozenset[int]().union(*(span.days for span in spans))
    return Found(tuple(spans), door_of(days), found.start, end, found.confidence)


def past_joints(line: Line, i: int) -> int:
    """What stands between two groups: ", and", a new line or sentence."""
    for _ in range(MOST_JOINTS):
        if line.word(i) in ("\n", ".", "("):
            i += 1
        i = line.past(i, "joint", "or")
    return i


def is_unread(line: Line, i: int) -> bool:
    """Another group follows of which we know only that it is one."""
    at = past_joints(line, i)
    days = read_days(line, past_on(line, at)) if at > i else None
    if days is None or line.word(at - 1) in ("\n", "."):
        return False
    behind = past_filler(line, days.end)
    return is_a_time(line, behind) or line.at(behind, *BOUNDS) is not None


def _days_first(line: Line, i: int) -> Found | None:
    days = read_days(line, i)
    if days is None:
        return None
    at = past_filler(line, line.past(days.end, "only", "only_after"))
    at = line.past(at, "also")
    part = line.at(at, "am", "pm", "mornings", "evenings")
    ranges = read_ranges(line, past_filler(line, part.end) if part else at)
    is_sure = days.is_range or (ranges is not None and ranges[2])
    if ranges and not is_sure and not _ends_group(line, ranges[1]):
        return None  # "so 3 bis 4 Eier", "Sat 9–11 swimming"
    if ranges:
        sure = 0.9 if days.is_range else 0.6  # one day and a range may be an appointment
        is_late = part is not None and part.phrase.notion in ("pm", "evenings")
        said = [_late(pair) for pair in ranges[0]] if is_late else ranges[0]
        spans = spans_on(days.days, said)
        return Found(spans, door_of(days.days), i, ranges[1], sure)
    last = clock_behind_until(line, at)
    shut = shut_days(line, line.past(last.end, "joint")) if last else None
    if last and shut:  # "Sat till 1, shut Sundays"
        spans = spans_until(days.days, last.afternoon().time, never=shut.days)
        return Found(spans, Door.SHOP, i, shut.end, 0.7)
    if last is None or not (last.is_marked or (days.is_range and is_closing(line, last))):
        return None
    if not days.is_range and _days_first(line, line.past(last.end, "joint")) is None:
        return None  # "Thu until 6" is an end, "Thu until 6, Fri 8-1" hours
    span = Span(days.days, OPENS, last.afternoon().time)
    return Found((span,), door_of(days.days), i, last.end, 0.7)


def _ends_group(line: Line, i: int) -> bool:
    is_last = not line.is_word(i) or line.at(i, "only", "only_after") is not None
    return is_last or read_days(line, line.past(i, "joint")) is not None


def _late(pair: tuple[time, time]) -> tuple[time, time]:
    """ "Tuesday evenings 7–9": both are of the second half of the day."""
    first, last = pair
    if last.hour >= NOON // 60 or first >= last:
        return pair
    return first.replace(hour=first.hour + 12), last.replace(hour=last.hour + 12)


def _from_on(line: Line, i: int) -> Found | None:
    """ "Tue–Sat from 9.30": on several days until their end."""
    days = read_days(line, i)
    return days_bounded(line, i) if days and days.is_range else None


def days_bounded(line: Line, i: int) -> Found | None:
    """ "Sat from 9", "Sun before 12": behind other hours also of one day."""
    days = read_days(line, past_on(line, i))
    if days is None:
        return None
    at = past_filler(line, days.end)
    hit = line.at(line.past(at, "only", "mornings", "evenings"), *BOUNDS)
    clock = read_clock(line, line.past(hit.end, "clock_at")) if hit else None
    if hit is None or clock is None or past_to(line, clock.end) > clock.end:
        return None
    if (not clock.is_marked and not stands_alone(line, clock)) or line.at(clock.end, "shut"):
        return None
    if hit.phrase.notion in ("before", "last_at"):
        span = Span(days.days, time(), clock.time)
    else:
        is_late = hit.phrase.notion == "after" and not clock.is_marked
        span = Span(days.days, clock.afternoon().time if is_late else clock.time)
    return Found((span,), door_of(days.days), i, clock.end, 0.7)


def _whole_days(line: Line, i: int) -> Found | None:
    """ "and Sundays all day", "or at the weekend": behind other hours."""
    days = read_days(line, past_on(line, i))
    whole = line.at(past_filler(line, days.end), "all_day") if days else None
    is_weekend = line.at(i, "weekend") is not None and line.at(i - 1, "or") is not None
    if days is None or not (whole or (is_weekend and not goes_on(line, days.end))):
        return None
    return Found((Span(days.days),), Door.OWN, i, whole.end if whole else days.end, 0.7)


def shut_days(line: Line, i: int) -> Days | None:
    """ "shut Sundays", "closed Mon + Tue": the days on which nothing is to be had."""
    hit = line.at(i, "shut")
    days = read_days(line, past_on(line, hit.end)) if hit else None
    is_followed = days is not None and line.number(days.end) is not None
    return days if days and (not is_followed or line.word(days.end - 1) == ".") else None


def _days_until(line: Line, i: int) -> Found | None:
    """ "Tue-Fri 9-5 and Sat till 12": behind other hours the number is one."""
    days = read_days(line, i)
    last = clock_behind_until(line, days.end) if days else None
    if days is None or last is None or not is_closing(line, last):
        return None
    span = Span(days.days, OPENS, last.afternoon(NOON - 1).time)
    return Found((span,), door_of(days.days), i, last.end, 0.7)


def _letter_first(line: Line, i: int) -> Found | None:
    """ "L-V 9-13, S 9-12": behind other hours one letter is a day."""
    letter = line.quote(i, i + 1) if i < len(line.tokens) else ""
    ranges = read_ranges(line, i + 1) if letter in LETTER_DAYS else None
    if ranges is None:
        return None
    days = frozenset({LETTER_DAYS[letter]})
    return Found(spans_on(days, ranges[0]), door_of(days), i, ranges[1], 0.7)


def _times_of_one_day(line: Line, i: int) -> Found | None:
    """ "9–12 Mon–Thu, 9–1 Fri": behind other hours it needs no more to be sure."""
    ranges = read_ranges(line, i)
    days = (
        read_days(line, past_on(line, past_filler(line, ranges[1])), is_behind=True)
        if ranges
        else None
    )
    if ranges is None or days is None:
        return None
    return Found(spans_on(days.days, ranges[0]), door_of(days.days), i, days.end, 0.7)


def _times_first(line: Line, i: int) -> Found | None:
    opened = line.past(i, "open")
    at = line.past(past_filler(line, opened), "mornings") if opened > i else i
    ranges = read_ranges(line, at)
    if ranges is None or not (line.number(i) is not None or opened > i):
        return None
    behind = past_filler(line, line.past(ranges[1], "only", "only_after"))
    days = read_days(line, line.past(past_on(line, behind), "from"), is_behind=True)
    if others := _own_times(line, ranges[1], is_sure=ranges[2]):
        return Found(spans_on(WEEK - others, ranges[0]), Door.OWN, i, ranges[1], 0.7)
    is_own = days is not None and not line.at(days.end, *OF_ANOTHER)
    is_behind = is_own and days is not None and (ranges[2] or days.is_range)
    is_said = opened > i or _is_excepted(line, behind, is_sure=ranges[2])
    if not is_behind and not is_said:
        return None
    said = days.days if days and is_behind else WEEK
    end = days.end if days and is_behind else ranges[1]
    spans = spans_on(said, ranges[0])
    return Found(spans, door_of(said) if is_behind else Door.SHOP, i, end, 0.8)


def _own_times(line: Line, i: int, *, is_sure: bool) -> frozenset[int]:
    """ "8–20, Sat 9–14": the days behind a range that have another."""
    at = past_joints(line, i)
    days = read_days(line, at) if at > i else None
    ranges = read_ranges(line, past_filler(line, days.end)) if days else None
    if days is None or ranges is None or line.is_word(ranges[1]):
        return frozenset()
    return days.days if is_sure or ranges[2] else frozenset()  # "pages 9–12, Mon 3–5"


def _is_excepted(line: Line, i: int, *, is_sure: bool) -> bool:
    """ "7–11 am not Sundays": what is left of the week has such hours, so these are not of once."""
    if not is_sure and not line.at(line.past(i, "joint"), "shut"):
        return False
    days = read_excepted(line, i)
    return days is not None and not goes_on(line, days.end)


def goes_on(line: Line, i: int) -> bool:
    """A word, a number or a dash: there is more to it."""
    word = line.word(i)
    return line.is_word(i) or line.number(i) is not None or (bool(word) and word in DASHES)


# What a group may be behind another one.
FURTHER = (
    _days_first,
    _days_until,
    days_bounded,
    _whole_days,
    _letter_first,
    _times_of_one_day,
)
