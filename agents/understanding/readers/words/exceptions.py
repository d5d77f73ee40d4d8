"""Days that are taken from hours, behind them: "not Sundays", "except Fri", "menos viernes"."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from agents.traits import Span
from agents.understanding.readers.words.clocks import read_clock
from agents.understanding.readers.words.lexicon import Line
from agents.understanding.readers.words.ranges import (
    Days,
    is_a_time,
    past_filler,
    past_on,
    read_days,
)

FURTHER = 4  # tokens between an excepted day and what is said of it


def read_exceptions(
    line: Line, i: int, spans: tuple[Span, ...]
) -> tuple[tuple[Span, ...], int] | None:
    """What is left of the hours that end at token i, and where; None if it is not understood."""
    days = read_excepted(line, i)
    if days is None:
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


def read_excepted(line: Line, i: int) -> Days | None:
    """ "not Sundays", "Mi zu", "beachten und sonntags nie"."""
    at = past_filler(line, i)
    if line.is_word(at) and line.at(at + 1, "joint"):
        at += 1
    at = line.past(at, "joint")
    hit = line.at(at, "except", "not", "shut", "never_open")
    if hit:
        return read_days(line, past_on(line, hit.end))
    days = read_days(line, past_on(line, at))
    behind = line.at(days.end, "not", "negated", "shut", "never_open") if days else None
    is_end = behind is not None and not line.is_word(behind.end)
    return replace(days, end=behind.end) if days and behind and is_end else None


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
    return is_a_time(line, at) or line.at(at, "from", "until", "before", "after") is not None
