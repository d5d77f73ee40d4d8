"""When a door shuts, or opens, and of the other end nothing is said: "closes at 6".

It then opens at OPENS, and if the words name a day as well ("shuts 6 on Sat"), the other days of a
shop keep USUAL, so that nothing is kept back on a day of which the words say nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

from agents.traits import Door, Span
from agents.understanding.readers.words.clocks import NOON, Clock, read_clock
from agents.understanding.readers.words.doors import OPENS, USUAL, Found, door_of
from agents.understanding.readers.words.lexicon import Hit, Line
from agents.understanding.readers.words.ranges import (
    SHOP_DAYS,
    past_filler,
    past_on,
    past_to,
    read_days,
)
from agents.understanding.readers.words.whose import read_zone


def read_closings(line: Line) -> Iterator[Found]:
    """ "closes at 6", "shuts 6 on Sat"; in Japanese the word comes last."""
    for hit in line.all("close"):
        last = read_clock(line, line.past(hit.end, "clock_at"))
        if last and (line.at(last.end, "today", "tomorrow") or past_to(line, last.end) > last.end):
            continue  # once, and not every day; "closes 1–2" is a break
        if last and is_closing(line, last):
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
    days = read_days(line, past_on(line, hit.end))
    last = clock_behind_until(line, days.end) if days else None
    if days and last and is_closing(line, last):
        spans = spans_until(days.days, last.afternoon(NOON - 1).time)
        yield Found(spans, Door.SHOP, hit.start, last.end, 0.7)
    last = clock_behind_until(line, hit.end)
    if last and is_closing(line, last):
        yield _closed(line, hit.start, last, last.end)
    for i in range(max(0, hit.start - 6), hit.start):
        last = read_clock(line, line.past(i, "until"))
        is_until = last is not None and (line.at(i, "until") or line.at(last.end, "by_after"))
        if last and is_until and line.past(last.end, "by_after") == hit.start:
            yield _closed(line, i, last, hit.end)


def read_openings(line: Line) -> Iterator[Found]:
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
    days = read_days(line, past_on(line, end))
    before = _days_before(line, start) if days is None else None
    if before:  # "Mon–Thu, closes 4"
        return Found((Span(before, OPENS, closes),), door_of(before), start, end, 0.7)
    if days is None:
        return Found((Span(SHOP_DAYS, OPENS, closes),), Door.SHOP, start, end, 0.7)
    return Found(spans_until(days.days, closes), Door.SHOP, start, days.end, 0.7)


def _days_before(line: Line, start: int) -> frozenset[int] | None:
    """Several days that end right before token `start`."""
    for i in range(max(0, start - 5), start):
        days = read_days(line, i)
        if days and days.is_range and past_filler(line, days.end) == start:
            return days.days
    return None


def spans_until(
    days: frozenset[int], closes: time, *, never: frozenset[int] = frozenset()
) -> tuple[Span, ...]:
    """On these days until then, on the others of a shop as usual."""
    others = SHOP_DAYS - days - never
    spans = Span(days, OPENS, closes), Span(others, *USUAL)
    return spans if others else spans[:1]


def clock_behind_until(line: Line, i: int) -> Clock | None:
    until = line.past(i, "until")
    return read_clock(line, until) if until > i else None


def is_closing(line: Line, last: Clock) -> bool:
    """ "at 6 pm", "at 6.", "6 on Sat", "2.30 weds"."""
    is_last = last.is_marked or not line.is_word(last.end) or bool(read_zone(line, last.end)[0])
    return is_last or line.at(last.end, "on", "day", "day_short") is not None
