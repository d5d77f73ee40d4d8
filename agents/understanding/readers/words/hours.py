"""Opening hours: days and a range of times, a closing time, "only on Tuesdays", "after 6".

Words that name a closing time and no opening say less than a Span holds: it then opens at
SHOP_OPENS, and if they name a day as well ("shuts 6 on Sat"), the other days of a shop keep
USUAL, so that nothing is kept back on a day of which the words say nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time

from agents.traits import WEEK, Door, Hours, Span, Trait
from agents.understanding.readers.words.clocks import NOON, Clock, read_clock
from agents.understanding.readers.words.lexicon import Hit, Line
from agents.understanding.readers.words.whose import read_zone

SHOP_OPENS = time(9)
SHOP_DAYS = frozenset(range(6))
OFFICE_DAYS = frozenset(range(5))
USUAL = SHOP_OPENS, time(18)
DASHES = "-‐‑–—−~〜～"
LETTERS = ("LMXJVSD", "L..JVSD", "L..GVSD", "M...F..", "月火水木金土日")
MOST_ITEMS = 7
MOST_SHUT = 4  # days of a week on which a door may be shut
OFFICE_SHUTS = time(17)
BEFORE = 3  # tokens between "no" and "after 8"


@dataclass(frozen=True, slots=True)
class Days:
    days: frozenset[int]
    end: int
    is_range: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    spans: tuple[Span, ...]
    door: Door
    start: int
    end: int
    confidence: float


def read_hours(line: Line) -> tuple[Trait[Hours], range] | None:
    """The first hours of the line, and the tokens that say them."""
    if any(line.all("threat")):
        return None  # "clearway 4–6.30, they tow": what comes then opens nothing
    for read in (_open, _bracketed, _closing, _opening, _only, _but, _days_alone, _after):
        found = next(read(line), None)
        if found:
            zone, end = read_zone(line, found.end)
            hours = Hours(found.door, found.spans, zone)
            quote = line.quote(found.start, end)
            return Trait(hours, quote, found.confidence), range(found.start, end)
    return None


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


def read_days(line: Line, i: int) -> Days | None:
    """Days from token i on: one, a range, a list of both, or a word for several."""
    days: frozenset[int] = frozenset()
    found, is_range = None, False
    for _ in range(MOST_ITEMS):
        item = _item(line, i)
        if item is None:
            break
        days, is_range = days | item.days, is_range or item.is_range or found is not None
        found = Days(days, item.end, is_range)
        joint = line.past(item.end, "joint")
        if joint == item.end:
            break
        i = joint
    return found


def _item(line: Line, i: int) -> Days | None:
    group = line.at(i, "weekdays", "workdays", "weekend", "daily")
    if group:
        return Days(_GROUPS[group.phrase.notion], group.end, True)
    letters = _letters(line, i)
    if letters:
        return letters
    first = line.at(i, "day", "day_short")
    if first is None:
        return None
    end = _past_dot(line, first.end)
    to = _past_to(line, end)
    last = line.at(line.past(to, "article"), "day", "day_short") if to > end else None
    if last is None:
        return Days(frozenset({first.value}), end)
    return Days(_between(first.value, last.value), _past_dot(line, last.end), True)


_GROUPS = {"weekdays": OFFICE_DAYS, "workdays": SHOP_DAYS, "weekend": WEEK - OFFICE_DAYS,
           "daily": WEEK}  # fmt: skip


def _letters(line: Line, i: int) -> Days | None:
    """ "L–S": a day of one letter only counts in a range, both ends in capitals."""
    if not line.word(i + 1) or line.word(i + 1) not in DASHES or i + 2 >= len(line.tokens):
        return None
    one, two = line.quote(i, i + 1), line.quote(i + 2, i + 3)
    if len(one) != 1 or len(two) != 1 or not one.isalpha() or not two.isalpha():
        return None
    for letters in LETTERS:
        if one in letters and two in letters:
            return Days(_between(letters.index(one), letters.index(two)), i + 3, True)
    return None


def _between(first: int, last: int) -> frozenset[int]:
    return frozenset((first + k) % 7 for k in range((last - first) % 7 + 1))


def _past_dot(line: Line, i: int) -> int:
    return i + 1 if line.word(i) == "." and line.touches(i) else i


def _past_to(line: Line, i: int) -> int:
    """The token after a dash or a word for "to"."""
    word = line.word(i)
    return i + 1 if word and word in DASHES else line.past(i, "to")


def read_range(line: Line, i: int) -> tuple[Clock, Clock] | None:
    """Two times with a dash between; an end that is not after the start is of the afternoon."""
    first = read_clock(line, line.past(i, "from"))
    if first is None:
        return None
    to = _past_to(line, first.end)
    last = read_clock(line, to) if to > first.end else None
    if last is None:
        return None
    if last.minutes == first.minutes:
        return None  # "vendredi 12 à midi"
    if last.is_fixed and not first.is_fixed and first.minutes + NOON < last.minutes < 1440:
        first = first.afternoon(NOON - 1) if _is_pm(line, last) else first
    if last.minutes <= first.minutes < last.minutes + NOON:
        last = last.afternoon(NOON - 1)
    return first, last


def _is_pm(line: Line, clock: Clock) -> bool:
    return any(hit.end == clock.end for hit in line.all("pm"))


def read_ranges(line: Line, i: int) -> tuple[list[tuple[time, time]], int, bool] | None:
    """ "9–12, 14–18 Uhr": the ranges, the token after them, and whether one is surely of times."""
    ranges, end, is_marked = [], i, False
    for _ in range(MOST_ITEMS):
        pair = read_range(line, i)
        if pair is None:
            break
        ranges.append((pair[0].time, pair[1].time))
        end, is_marked = pair[1].end, is_marked or pair[0].is_marked or pair[1].is_marked
        i = line.past(end, "joint")
        if i == end:
            break
    return (ranges, end, is_marked) if ranges else None


def _open(line: Line) -> Iterator[Found]:
    """Groups of days with ranges; or ranges with days behind; or "open" and ranges."""
    i = 0
    while i < len(line.tokens):
        found = _days_first(line, i) or _times_first(line, i)
        if found:
            yield _joined(line, found)
            i = found.end
        i += 1


def _joined(line: Line, found: Found) -> Found:
    """With the groups that follow: "Mo–Do 8–16, Fr 8–12"."""
    spans, end = list(found.spans), found.end
    for _ in range(MOST_ITEMS):
        i = line.past(end, "joint")
        more = _days_first(line, i) or _days_until(line, i)
        if more is None:
            break
        spans, end = spans + list(more.spans), more.end
    days = frozenset[int]().union(*(span.days for span in spans))
    return Found(tuple(spans), door_of(days), found.start, end, found.confidence)


def _days_first(line: Line, i: int) -> Found | None:
    days = read_days(line, i)
    if days is None:
        return None
    at = _past_filler(line, line.past(days.end, "only", "only_after"))
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
    ranges = read_ranges(line, _past_filler(line, opened) if opened > i else i)
    if ranges is None or not (line.number(i) is not None or opened > i):
        return None
    behind = _past_filler(line, line.past(ranges[1], "only", "only_after"))
    days = read_days(line, line.past(behind, "on"))
    is_behind = days is not None and (ranges[2] or days.is_range)
    if not is_behind and opened == i:
        return None
    said = days.days if days and is_behind else WEEK
    end = days.end if days and is_behind else ranges[1]
    spans = tuple(Span(said, a, b) for a, b in ranges[0])
    return Found(spans, door_of(said) if is_behind else Door.SHOP, i, end, 0.8)


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


def _past_filler(line: Line, i: int) -> int:
    while line.word(i) and line.word(i) in ":,;(：、は":
        i += 1
    return i


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
    if days is None:
        return Found((Span(SHOP_DAYS, SHOP_OPENS, closes),), Door.SHOP, start, end, 0.7)
    return Found(_spans_until(days.days, closes), Door.SHOP, start, days.end, 0.7)


def _only(line: Line) -> Iterator[Found]:
    for hit in line.all("only"):
        days = read_days(line, line.past(hit.end, "on"))
        if days and line.at(line.past(hit.end, "on"), "day", "weekdays", "weekend"):
            yield Found((Span(days.days),), Door.OWN, hit.start, days.end, 0.8)


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


def is_until(line: Line, hit: Hit) -> bool:
    """ "locked after 8", "no machines after 20 h"."""
    return any(0 <= hit.start - denied.end <= BEFORE for denied in line.all("not", "shut"))


def _after(line: Line) -> Iterator[Found]:
    """ "after 6": a number that nothing marks must stand alone, since "after 6 weeks" is none."""
    is_wish = next(line.all("prefers"), None) is not None
    door = Door.PEOPLE if is_wish else Door.OWN
    for hit in line.all("after", "from_then"):
        first = read_clock(line, hit.end)
        if first is None or _past_to(line, first.end) > first.end or is_until(line, hit):
            continue
        if first.is_marked:
            yield Found((Span(WEEK, first.time),), door, hit.start, first.end, 0.8)
        elif hit.phrase.notion == "after" and _stands_alone(line, first):
            start = first.afternoon().time
            yield Found((Span(WEEK, start),), door, hit.start, first.end, 0.6)


def _stands_alone(line: Line, clock: Clock) -> bool:
    """No unit, no word and no sign follows that would make the number one of something else."""
    following = line.word(clock.end)
    return not following or (not line.is_word(clock.end) and following in ".,;:!?)\n")
