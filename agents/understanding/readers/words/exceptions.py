"""Days that are taken from hours, behind them: "not Sundays", "except Fri", "menos viernes"."""

from __future__ import annotations

from datetime import time

from agents.traits import Span
from agents.understanding.readers.words.clocks import read_clock
from agents.understanding.readers.words.lexicon import Line
from agents.understanding.readers.words.ranges import Days, past_filler, read_days

FURTHER = 4  # tokens between an excepted day and what is said of it


def read_exceptions(
    line: Line, i: int, spans: tuple[Span, ...]
) -> tuple[tuple[Span, ...], int] | None:
    """What is left of the hours that end at token i, and where; None if it is not understood."""
    at = line.past(past_filler(line, i), "joint")
    hit = line.at(at, "except", "not", "shut")
    start = line.past(line.past(hit.end, "on"), "article") if hit else at
    days = read_days(line, start) if hit else None
    if hit is None or days is None:
        return spans, i
    later = _from(line, days)
    if later is None and _says_more(line, days.end):
        return None
    kept = tuple(
        Span(span.days - days.days, span.start, span.end) for span in spans if span.days - days.days
    )
    if later is None:
        return kept, days.end
    clock, end = later
    return (*kept, *(Span(s.days & days.days, max(s.start, clock), s.end)
                     for s in spans if s.days & days.days)), end  # fmt: skip


def _from(line: Line, days: Days) -> tuple[time, int] | None:
    """ "except Wed, from half 10", "except Wed when they don't open till 10"."""
    for at in range(days.end, days.end + FURTHER):
        hit = line.at(at, "from_then", "first_at")
        clock = read_clock(line, hit.end) if hit else None
        if clock and (clock.is_marked or not line.is_word(clock.end)):
            return clock.time, clock.end
    return None


def _says_more(line: Line, i: int) -> bool:
    """A number, or a word for a time, behind the day: other hours, of which nothing is known."""
    at = past_filler(line, i)
    return (
        line.number(at) is not None or line.at(at, "from", "until", "before", "after") is not None
    )
