"""Moments of which words speak without saying what they are: "rota locks Thurs 17:00".

Most of them are the end of what the note is about. Those that recur, or are over, are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from agents.traits import LastMoment, Trait
from agents.understanding.readers.words.clocks import Clock, read_clock
from agents.understanding.readers.words.dates import (
    Day,
    is_ordinal,
    next_of_number,
    read_day,
    read_number_behind,
    read_number_of_day,
)
from agents.understanding.readers.words.durations import LONGEST, durations
from agents.understanding.readers.words.hours import DASHES, read_days, read_range
from agents.understanding.readers.words.lexicon import Hit, Line
from agents.understanding.readers.words.moments import (
    BEGINNINGS,
    When,
    at_its_time,
    is_not_again,
    read_when,
)
from agents.understanding.readers.words.ranges import is_counted
from agents.understanding.readers.words.whose import read_zone

PROBABLE, CERTAIN = 0.6, 0.9  # that it ends then; see agents.timing.needs
ENDS_OF_A_PART = (",", ";", ".", "-", "–", ":", "(")
STOPS = (".", ";", "!", "?", "\n")
DAY = timedelta(hours=24)
# What recurs has no end; nor has what has begun, what opens, and what is over.
RECURS = ("every", "daily", "weekdays")
BEGUN = ("not", "only", "from", "of", "from_then", "after", "past_day")
# What stands behind these was no end, or it would have been read as one: "away until", "9 to 5".
RANGES = ("by", "until")
OF_A_MONTH = ("end_of", "middle_of")
BEHIND = ("only_after", "past_day_after", "from_then_after", *RANGES)
# A day without its year, so far ahead, has just been.
JUST_BEEN = timedelta(days=270)
MONTH = 2  # digits of a month behind a slash: "1/2" is a half
DOZEN = 12  # what is more is no half and no month
QUOTES = re.compile(r"(?<!\w)[\"“„«「『‚‘'](?=\w).{1,60}?\w[\"”“»」』’'](?!\w)")


@dataclass(frozen=True, slots=True)
class Named:
    when: When
    start: int
    end: int

    @property
    def rank(self) -> tuple[bool, bool, int]:
        """The fullest first, then the first."""
        return self.when.on is None, self.when.at is None, self.start


def read_near(
    line: Line, added_on: date | None, taken: range, language: str
) -> Trait[LastMoment] | None:
    """The fullest moment that is named: a day and a time, a day, a time of the day it is due.

    language  of the whole note
    """
    found = sorted(_named(line, added_on, taken, language), key=lambda named: named.rank)
    if not found:
        return None
    best = _together(line, found)
    sure = CERTAIN if _is_over_then(line, best.end) else PROBABLE
    return Trait(best.when.as_last(), line.quote(best.start, best.end), sure)


def _is_over_then(line: Line, i: int) -> bool:
    """ "tonight 8pm, after that no changes"."""
    at = i + (line.word(i) in ENDS_OF_A_PART)
    return line.at(line.past(at, "joint"), "then_over") is not None


def _together(line: Line, found: list[Named]) -> Named:
    """ "mercoledì stacca alle 16": a day and a time that stand apart are one moment."""
    best, clocks = found[0], [named for named in found if named.when.on is None]
    if best.when.at is not None or best.when.on is None or len(clocks) != 1:
        return best
    start, end = min(best.start, clocks[0].start), max(best.end, clocks[0].end)
    if any(line.word(i) in STOPS for i in range(start, end)):
        return best  # "ils ferment à 18 h. J'en ai besoin samedi"
    return Named(replace(best.when, at=clocks[0].when.at, zone=clocks[0].when.zone), start, end)


def _named(line: Line, added_on: date | None, taken: range, language: str) -> Iterator[Named]:
    recurs = (hit for hit in line.all(*RECURS) if not is_counted(line, hit.start))
    if any(recurs) or any(hit.language == language for hit in line.all("since")):
        return
    begun = {hit.end for hit in line.all(*BEGUN) if hit.language == language}
    begun |= {hit.end for hit in line.all(*RANGES)}
    begun |= {hit.end for hit in line.all("before") if is_not_again(line, hit)}
    opens = min((hit.start for hit in line.all("opens", "opens_at")), default=len(line.tokens))
    is_over = any(hit.language == language for hit in line.all("over"))
    clocks = {} if is_over else _clocks(line, language)
    quoted, end = _quoted(line), 0
    for i in range(opens):
        if i < end or i in taken or i in quoted or line.is_glued(i):
            continue
        if several := _several(line, i):
            end = several
            continue
        when = (None if is_over else _day(line, i, added_on, language)) or clocks.get(i)
        if when is None:
            continue
        end = when.end
        goes_on = line.at(end, *BEHIND) or (line.word(end) and line.word(end) in DASHES)
        if i not in begun and not goes_on:
            yield Named(when, i, end)


def _several(line: Line, i: int) -> int:
    """ "lun–ven", "14–16 h": when a door is open, or how long something lasts. The token after it;
    0 where there is none.
    """
    days, times = read_days(line, i), read_range(line, i)
    if times:
        return times[1].end
    return days.end if days and days.is_range else 0


def _quoted(line: Line) -> set[int]:
    """What stands in quotes is a name, whatever it says."""
    spans = [match.span() for match in QUOTES.finditer(line.text)]
    return {
        i
        for i, token in enumerate(line.tokens)
        if any(start <= token.start < end for start, end in spans)
    }


def _day(line: Line, i: int, added_on: date | None, language: str) -> When | None:
    if added_on is None:
        return None
    if hit := line.at(i, "end_of_day"):
        return _end_of_day(line, hit, added_on, language)
    if day := _numbered(line, i, added_on, language):
        return at_its_time(line, i, day)
    if line.number(i) is None and not line.at(i, "day_short", *BEGINNINGS, "month", *OF_A_MONTH):
        return None
    when = read_when(line, i, added_on, language)
    if when is None or when.on is None or when.on.first - added_on > JUST_BEEN:
        return None
    return when if line.number(i) is None or _is_plainly_a_date(line, i, when.on) else None


def _end_of_day(line: Line, hit: Hit, added_on: date, language: str) -> When | None:
    """ "COB Thurs", or of the day on which it was written; "vr EOD" has its day before it."""
    if any(h.end == hit.start for h in line.all("day", "day_short")):
        return None
    day = read_day(line, hit.end, added_on, language)
    return When(day or Day(added_on, added_on, hit.end), None, day.end if day else hit.end)


def _numbered(line: Line, i: int, added_on: date, language: str) -> Day | None:
    """ "dia 10", "the 16th", "am 20.", "le 19", "20日"; "第4日曜" is a Sunday."""
    if hit := line.at(i, "number_of_day"):
        return read_number_of_day(line, hit.end, added_on)
    article = line.at(i, "article")
    start = article.end if article else i
    if is_ordinal(line, start):
        return read_number_of_day(line, start, added_on)
    if (on := line.at(i, "on")) and on.language == language:
        return read_number_behind(line, on, added_on)
    is_day = line.word(i + 1) == "日" and line.word(i + 2) not in ("間", "目", "曜")
    number = line.number(i)
    if number is None or not is_day or line.word(i - 1) == "月":
        return None
    return next_of_number(number, added_on, i + 2)


def _is_plainly_a_date(line: Line, i: int, day: Day) -> bool:
    """ "15.9." and "31/05", not "3.5" and "1/2"."""
    sign = line.word(i + 1)
    if sign not in (".", "/") or line.number(i + 2) is None:
        return True
    if sign == ".":
        return line.word(day.end - 1) == "." or day.end > i + 4
    is_long = len(line.word(i + 2)) == MONTH or day.end > i + 3
    return is_long or ((line.number(i) or 0) > DOZEN and line.word(i) != "24")  # "24/7"


def _clocks(line: Line, language: str) -> dict[int, When]:
    """Times of day that something marks as such; "2 h" is one only behind a word like "at"."""
    behind_at = {hit.end for hit in line.all("clock_at", "about")}
    first_after = min((hit.end for hit in line.all("after")), default=len(line.tokens))
    about = {hit.end for hit in line.all("about") if hit.start >= first_after}
    is_alarm = any(line.all("alarm"))
    behind_in = {hit.end for hit in line.all("no_effort") if hit.language == language}
    lengths = {found.start for found in durations(line, longest=LONGEST)}
    days = {found.start for found in durations(line, longest=DAY) if found.length == DAY}
    found = {}
    for i in range(len(line.tokens)):
        clock = read_clock(line, i)
        if clock is None or (i in lengths | days and i not in behind_at) or i in behind_in:
            continue
        if _is_a_name(line, i, clock, language) or i in about:
            continue  # "after they have been, about 2"
        ends = not line.is_word(clock.end) or line.at(clock.end, "joint") is not None
        if clock.is_marked or (i in behind_at and ends):
            zone, end = read_zone(line, clock.end)
            at = clock if is_alarm else clock.afternoon(6 * 60 + 59)
            found[i] = When(None, at.time, end, zone)
    return found


def _is_a_name(line: Line, i: int, clock: Clock, language: str) -> bool:
    """ "pizzeria Otto e Mezza", "bar Minuit": a time in words with a capital, not in German."""
    said = line.quote(i, clock.end)
    is_in_words = not any(character.isdigit() for character in said)
    return is_in_words and said[0].isupper() and i > 0 and language != "de"
