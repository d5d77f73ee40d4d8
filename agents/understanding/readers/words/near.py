"""Moments of which words speak without saying what they are: "rota locks Thurs 17:00".

Most of them are the end of what the note is about. Those that recur, or are over, are not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from agents.traits import LastMoment, Trait
from agents.understanding.readers.words.clocks import read_clock
from agents.understanding.readers.words.durations import durations
from agents.understanding.readers.words.lexicon import Line
from agents.understanding.readers.words.moments import BEGINNINGS, When, read_when

PROBABLE = 0.6  # that it ends then; see agents.timing.needs
NOT_SURE = 0.5  # it is for that moment, and no more
DAY_AND_NIGHT = timedelta(hours=24)
# What recurs has no end, and what has begun or is over is none.
RECURS = ("every", "daily", "weekdays", "only", "only_after")
BEGUN = ("not", "since", "from", "from_then", "after", "no_effort")
MONTH = 2  # digits of a month behind a slash: "1/2" is a half


@dataclass(frozen=True, slots=True)
class Named:
    when: When
    start: int

    @property
    def rank(self) -> tuple[bool, bool, int]:
        """The fullest first, then the first."""
        return self.when.on is None, self.when.at is None, self.start


def read_near(line: Line, added_on: date | None, taken: range) -> Trait[LastMoment] | None:
    """The fullest moment that is named: a day and a time, a day, a time of the day it is due."""
    found = sorted(_named(line, added_on, taken), key=lambda named: named.rank)
    if not found:
        return None
    when, start = found[0].when, found[0].start
    last = LastMoment(when.on.first if when.on else None, when.at)
    return Trait(last, line.quote(start, when.end), PROBABLE)


def _named(line: Line, added_on: date | None, taken: range) -> Iterator[Named]:
    recurs = any(line.all(*RECURS))
    begun = {hit.end for hit in line.all(*BEGUN)}
    clocks = _clocks(line)
    language, end = line.language, 0
    for i in range(len(line.tokens)):
        if i < end or i in taken or i in begun:
            continue
        when = _day(line, i, added_on, language) if not recurs else None
        when = when or clocks.get(i)
        if when and when.end not in begun:
            end = when.end
            yield Named(when, i)


def _day(line: Line, i: int, added_on: date | None, language: str) -> When | None:
    if line.number(i) is None and not line.at(i, "day_short", *BEGINNINGS, "month"):
        return None
    when = read_when(line, i, added_on, language)
    if when is None or when.on is None:
        return None
    return when if line.number(i) is None or _is_plainly_a_date(line, i, when) else None


def _is_plainly_a_date(line: Line, i: int, when: When) -> bool:
    """ "15.9." and "31/05", not "3.5" and "1/2"."""
    day = when.on
    sign = line.word(i + 1)
    if day is None or sign not in (".", "/") or line.number(i + 2) is None:
        return True
    if sign == ".":
        return line.word(day.end - 1) == "." or day.end > i + 4
    return len(line.word(i + 2)) == MONTH or day.end > i + 3


def _clocks(line: Line) -> dict[int, When]:
    """Times of day that something marks as such; "2 h" is one only behind a word like "at"."""
    behind_at = {hit.end for hit in line.all("clock_at", "about")}
    lengths = {found.start for found in durations(line, longest=DAY_AND_NIGHT)}
    found = {}
    for i in range(len(line.tokens)):
        clock = read_clock(line, i)
        if clock is None or (i in lengths and i not in behind_at):
            continue
        if clock.is_marked or (i in behind_at and not line.is_word(clock.end)):
            found[i] = When(None, clock.afternoon(6 * 60 + 59).time, clock.end)
    return found
