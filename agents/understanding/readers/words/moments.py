"""Last moments: "by Friday", "before noon", "bis 31.1.". And days on which alone a thing is.

"By" a day holds to its end; "before" a day holds to the end of the day before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time

from agents.traits import LastMoment, Trait
from agents.understanding.readers.words.clocks import NOON, SMALL, Clock, read_clock
from agents.understanding.readers.words.dates import (
    A_DAY,
    Day,
    read_day,
    read_month,
    read_number_behind,
    read_number_of_day,
)
from agents.understanding.readers.words.durations import durations
from agents.understanding.readers.words.hours import DASHES, is_until, read_range
from agents.understanding.readers.words.lexicon import Hit, Line
from agents.understanding.readers.words.whose import read_zone

MONEY = re.compile(r"[€$£¥]\s?\d|\d\s?(?:[€$£¥円]|EUR|CHF|USD)")
# By language, the article of hours: "le 12" is noon in Italian, and the 12th in French.
HOURS = {"it": "le", "es": "las", "pt": "as"}
LONGEST_CLOCK = 5  # tokens
LOOK_BACK = 14  # tokens: the longest date with a time
# What a Japanese day or time begins with, besides a number.
BEGINNINGS = ("day", "today", "tomorrow", "am_before", "pm_before", "noon", "midnight",
              "end_of_month", "end_of_year", "christmas", "easter", "new_year")  # fmt: skip


@dataclass(frozen=True, slots=True)
class When:
    on: Day | None
    at: time | None
    end: int
    zone: str = ""  # whose clock `at` is on

    def as_last(self, *, is_before: bool = False) -> LastMoment:
        """`is_before`: a day that is named is the first on which it is too late."""
        if self.on is None:
            return LastMoment(at=self.at, zone=self.zone)
        on = self.on.first
        if is_before and self.at is None and on > date.min:
            on -= A_DAY
        return LastMoment(
            on,
            self.at,
            is_of_week=self.on.is_of_week,
            is_of_month=self.on.is_of_month,
            zone=self.zone,
        )


def read_when(line: Line, i: int, added_on: date | None, language: str = "") -> When | None:
    """A day, a time that something marks as one, or both in either order."""
    day = read_day(line, i, added_on, language)
    if day:
        return at_its_time(line, i, day)
    clock = _clock(line, line.past(i, "article")) or _behind_hours(line, i, language)
    if clock is None:
        return None
    zone, end = read_zone(line, clock.end)
    day = read_day(line, _past_comma(line, end), added_on, language)
    return When(day, clock.time, day.end if day else end, zone)


def at_its_time(line: Line, i: int, day: Day) -> When:
    """The day that begins at token i, with the time that may stand behind it."""
    clock = _clock(line, _past_comma(line, day.end)) or _said_clock(line, day.end)
    if clock is None:
        return When(day, None, day.end)
    zone, end = read_zone(line, clock.end)
    return When(day, _in_its_half(line, range(i, day.end), clock).time, end, zone)


def _bare(line: Line, i: int, added_on: date | None) -> When | None:
    """ "by 3", "till 4 and not longer": a number that ends what is said. "by 3 %" is none."""
    clock = read_clock(line, i)
    if clock is None or clock.minutes < 60 or line.word(i) == line.word(i - 2):
        return None  # "one by one"
    at = line.past(clock.end, "on")
    day = line.at(at, "day", "day_short")  # "by 5 Fri"
    after = "" if day else line.word(clock.end)
    if after and after not in ".,;)" and not _goes_on(line, clock.end):
        return None
    on = read_day(line, at, added_on) if day else None
    # "in the office til 7": nobody leaves one in the morning.
    latest = (
        SMALL if any(hit.end <= i for hit in line.all("office_word", "counter")) else 6 * 60 + 59
    )
    return When(on, clock.afternoon(latest).time, on.end if on else clock.end)


def _goes_on(line: Line, i: int) -> bool:
    """ "4 and won't": a word joins what is said to more, which is no number."""
    hit = line.at(i, "joint")
    return hit is not None and line.is_word(i) and line.is_word(hit.end)


def _clock(line: Line, i: int) -> Clock | None:
    clock = read_clock(line, line.past(i, "clock_at"))
    return clock.afternoon(6 * 60 + 59) if clock and clock.is_marked else None


def _in_its_half(line: Line, day: range, clock: Clock) -> Clock:
    """ "stasera alle 8", "domattina alle 6": the day says which half of it is meant."""
    if any(hit.start in day for hit in line.all("evening")):
        return clock.afternoon(NOON - 1)
    if any(hit.start in day for hit in line.all("morning")):
        return read_clock(line, line.past(_past_comma(line, day.stop), "clock_at")) or clock
    return clock


def _behind_hours(line: Line, i: int, language: str) -> Clock | None:
    """ "entro le 12 che poi": an article of hours makes the number one of them."""
    article = HOURS.get(language)
    if article is None or article not in (line.word(i), line.word(i - 1)):
        return None
    clock = read_clock(line, i + (line.word(i) == article))
    return clock.afternoon(6 * 60 + 59) if clock else None


def _past_comma(line: Line, i: int) -> int:
    return i + 1 if line.word(i) in (",", "の") else i


def read_last_moment(
    line: Line, added_on: date | None, taken: range
) -> tuple[Trait[LastMoment], range] | None:
    """`taken` are the tokens that opening hours were read from."""
    found = sorted(_ends(line, added_on, taken), key=lambda pair: pair[1].start)
    return found[0] if found else None


def is_to_begin(line: Line, said: range) -> bool:
    """Whether it says until when one may begin, as "no machine after 20 h": then nothing that has
    to be done long before.
    """
    return line.at(said.start, "after", "from_then") is not None


def _ends(
    line: Line, added_on: date | None, taken: range
) -> Iterator[tuple[Trait[LastMoment], range]]:
    for hit in line.all("before", "by"):
        found = None if hit.start in taken else _until(line, hit, added_on)
        if found:
            yield _trait(line, hit, *found)
    for hit in line.all("expires", "threat", "close"):
        when = ENDS[hit.phrase.notion](line, hit, added_on)
        if when and hit.start not in taken:
            yield _trait(line, hit, when, range(hit.start, when.end))
    for hit in line.all("after", "from_then"):
        clock = read_clock(line, hit.end) if is_until(line, hit) else None
        if clock:  # "locked after 8"
            when = When(None, clock.afternoon(NOON - 1).time, clock.end)
            yield _trait(line, hit, when, range(hit.start, clock.end))
    if MONEY.search(line.text):
        yield from _costs_from(line, added_on)
    yield from _ends_behind(line, added_on, taken)


def _until(line: Line, hit: Hit, added_on: date | None) -> tuple[When, range] | None:
    """Of a word for "until" or "before", with the tokens that say it."""
    if until := _day_until(line, hit, added_on):
        return until[1], range(until[0], until[1].end)
    if _is_denied(line, hit) or _is_range(line, hit) or _is_away(line, hit):
        return None
    when = (
        read_when(line, hit.end, added_on, hit.language)
        or _numbered(line, hit, added_on)
        or _bare(line, hit.end, added_on)
        or _month(line, hit, added_on)
    )
    return (when, range(hit.start, when.end)) if when else None


def _numbered(line: Line, hit: Hit, added_on: date | None) -> When | None:
    day = read_number_behind(line, hit, added_on)
    return at_its_time(line, hit.end, day) if day else None


def _month(line: Line, hit: Hit, added_on: date | None) -> When | None:
    """ "till May", "antes de noviembre": before it begins, to be safe."""
    month = read_month(line, line.past(hit.end, "article"), added_on)
    return When(month, None, month.end) if month else None


def _is_denied(line: Line, hit: Hit) -> bool:
    """ "not before Friday", "Regen bis Mittwoch"."""
    beginnings = line.all("not_before", "from_then")
    is_beginning = any(other.start < hit.start < other.end for other in beginnings)
    return (
        is_beginning
        or is_not_again(line, hit)
        or any(threat.end == hit.start for threat in line.all("threat"))
    )


def is_not_again(line: Line, before: Hit) -> bool:
    """ "not again before the 24th"; "not paid before the 24th" is what is to be, by then."""
    if before.phrase.notion != "before":
        return False
    again = {hit.start for hit in line.all("again_and_again") if hit.end == before.start}
    return any(denied.end in again for denied in line.all("not"))


def _day_until(line: Line, hit: Hit, added_on: date | None) -> tuple[int, When] | None:
    """ "Mi bis 18 Uhr": with the token at which the day begins. None of "Mo bis Fr"."""
    clock = _clock(line, hit.end) or _with_minutes(line, hit.end)
    for named in line.all("day", "day_short") if clock and hit.phrase.notion == "by" else ():
        day = read_day(line, named.start, added_on) if named.end == hit.start else None
        if clock and day:
            zone, end = read_zone(line, clock.end)
            return named.start, When(day, clock.time, end, zone)
    return None


def _with_minutes(line: Line, i: int) -> Clock | None:
    """ "Sat till 4.30": behind a day it is a time."""
    clock = read_clock(line, line.past(i, "clock_at"))
    is_time = clock is not None and clock.minutes % 60 and not line.is_word(clock.end)
    return clock.afternoon(6 * 60 + 59) if clock and is_time else None


def _costs_from(line: Line, added_on: date | None) -> Iterator[tuple[Trait[LastMoment], range]]:
    """ "149 € from 5 December on": the day before is the last on which it costs nothing."""
    for hit in line.all("from", "from_then"):
        day = read_day(line, hit.end, added_on, hit.language)
        if day and day.first > date.min:
            said = line.quote(hit.start, day.end)
            yield Trait(LastMoment(day.first - A_DAY), said, 0.7), range(hit.start, day.end)


def _ends_behind(
    line: Line, added_on: date | None, taken: range
) -> Iterator[tuple[Trait[LastMoment], range]]:
    for hit in line.all("by_after", "before_after"):
        found = _ending_at(line, hit, added_on)
        if found and hit.start not in taken and taken.stop != hit.start:
            yield _trait(line, hit, found[1], range(found[0], hit.end))


def _expiry(line: Line, hit: Hit, added_on: date | None) -> When | None:
    """ "expires Thursday 21 May at 9", "scade il 18 alle 13": a day, named or by its number."""
    at = hit.end + 1 if line.word(hit.end) in (":", "-", "–") else hit.end
    when = read_when(line, at, added_on, hit.language)
    if when is not None:
        return when
    start = line.past(line.past(at, "on"), "article")
    day = read_number_of_day(line, start, added_on) or read_number_behind(line, hit, added_on)
    if day:
        return at_its_time(line, start, day)
    month = read_month(line, start, added_on)
    return When(Day(month.last, month.last, month.end), None, month.end) if month else None


def _closing(line: Line, hit: Hit, added_on: date | None) -> When | None:
    """ "closes today at 8": once, and for good. By the name of a day it may be each such day.

    Which day was "today" when that was written, the day knows for which the task is.
    """
    when = read_when(line, hit.end, added_on, hit.language)
    if when is None or when.on is None or when.on.is_of_week:
        return None
    if any(hit.end <= today.start < when.end for today in line.all("today")):
        return replace(when, on=None) if when.at else None
    return when


def _threat(line: Line, hit: Hit, _added_on: date | None) -> When | None:
    """ "rain from 6", "ab 18 Uhr Gewitter", "(clearway 4–6.30, they tow)": it has to be done by
    then.
    """
    at = line.past(hit.end, "from_then", "clock_at")
    at += line.word(at) == "by"  # "rain by 5"; "till" would be its end
    clock = read_clock(line, at) if at > hit.end else None
    if clock is None and line.at(hit.start, "fasting") and _is_length(line, hit.start):
        return None  # "12 h en ayunas"
    if clock is None:
        before = (read_clock(line, i) for i in range(max(0, hit.start - LONGEST_CLOCK), hit.start))
        ends = (hit.start, hit.start - (line.word(hit.start - 1) == ","))  # "15:00, they tow"
        clock = next((c for c in before if c and c.is_marked and c.end in ends), None)
    if clock is None:
        ranges = (read_range(line, i) for i in range(max(0, hit.start - LOOK_BACK), hit.start))
        clock = next((pair[0] for pair in ranges if pair and pair[1].end <= hit.start), None)
    end = max(hit.end, clock.end) if clock else 0
    return When(None, clock.afternoon(6 * 60 + 59).time, end) if clock else None


def _is_length(line: Line, end: int) -> bool:
    """Whether a length ends there, which no word says to be a time."""
    told = {hit.end for hit in line.all("from", "from_then", "clock_at", "after", "by", "until")}
    return any(found.end == end and found.start not in told for found in durations(line))


ENDS = {"expires": _expiry, "threat": _threat, "close": _closing}


def _said_clock(line: Line, i: int) -> Clock | None:
    """ "alle 13": behind "at", a number that nothing else marks is an hour."""
    at = line.past(i, "clock_at")
    clock = read_clock(line, at) if at > i else None
    return clock.afternoon(6 * 60 + 59) if clock else None


def _trait(line: Line, hit: Hit, when: When, said: range) -> tuple[Trait[LastMoment], range]:
    last = when.as_last(is_before=hit.phrase.notion.startswith("before"))
    return Trait(last, line.quote(said.start, said.stop), 0.9), said


def _is_range(line: Line, hit: Hit) -> bool:
    """ "9 bis 17 Uhr", "Mo bis Fr", "3 May until 5 May": what stands before is a start."""
    i = hit.start - 1
    if line.word(i) and line.word(i) in DASHES:
        return True
    if line.number(i) is not None and line.at(hit.start, "to", "until"):
        return True  # "9 bis 17", and not "il 29 entro le 18"
    ends = {h.end for h in line.all("day", "day_short", "month", "oclock", "am", "pm")}
    is_dot = line.word(i) == "." and line.number(i - 1) is not None
    return hit.phrase.notion == "by" and (is_dot or hit.start in ends)


def _is_away(line: Line, hit: Hit) -> bool:
    """ "on holiday until 5 May" says when somebody is back."""
    return any(0 <= hit.start - away.end <= 2 for away in line.all("away", "away_until"))


def _ending_at(line: Line, hit: Hit, added_on: date | None) -> tuple[int, When] | None:
    """In Japanese the word for "by" comes last: the longest day or time that ends before it."""
    for i in range(max(0, hit.start - LOOK_BACK), hit.start):
        if line.number(i) is None and not line.at(i, *BEGINNINGS):
            continue  # most tokens; without this a text of such words alone takes half a second
        when = read_when(line, i, added_on, hit.language)
        if when and when.end == hit.start:
            return i, when
    return None


def read_only_day(line: Line, added_on: date | None) -> Trait[date] | None:
    """ "only on 12 May": of no use the day after."""
    for hit in line.all("only"):
        day = read_day(line, hit.end, added_on, hit.language)
        if day and not line.at(line.past(hit.end, "on"), "day", "day_short"):
            return Trait(day.last, line.quote(hit.start, day.end), 0.8)
    for hit in line.all("only_after"):
        found = _ending_at(line, replace(hit), added_on)
        if found and found[1].on and not line.at(found[0], "day"):
            return Trait(found[1].on.last, line.quote(found[0], hit.end), 0.8)
    return None
