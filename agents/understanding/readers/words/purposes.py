"""What a task is for, and how long that needs beforehand: "24 h to thaw, for the dinner"."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from math import ceil

from agents.traits import EventKind, Prepares, Trait
from agents.understanding.readers.words.dates import A_DAY
from agents.understanding.readers.words.durations import (
    Duration,
    durations,
    is_decimal,
    is_told_roughly,
)
from agents.understanding.readers.words.hours import DASHES
from agents.understanding.readers.words.lexicon import Hit, Line

LONGEST_NAME = 4  # words
LONGEST_BEFORE = 10  # signs, where words are not parted
LONGEST_LEAD = timedelta(days=3)
LONGEST_NOTICE = timedelta(days=200)  # where the words say that it is one
WORKING_WEEK, WEEKEND, WEEK = 5, 2, 7  # days
MONTH = 30.6  # days: a little more, so that it is not too late
A_NIGHT = timedelta(hours=10)
NOBODY_WORKS = timedelta(hours=6)  # so long at one thing
LEFT_ALONE = timedelta(hours=1)  # what is charging is not worked at
SURE, MAYBE = 0.5, 0.3
A_TIME = ("day", "month", "today", "tomorrow", "daily", "weekdays", "weekend")
ARTICLES = ("dem", "le", "del", "delle", "do", "da", "das")  # within "vor dem", "avant le"
ROMANCE = ("es", "it", "pt")  # where another word leads to what it is before
TOLD = ("before", "after", "of_the_past")
# By unit: how many days so many of it are. The last that begins at a token counts.
DAYS: Mapping[str, Callable[[float], float]] = {
    "day_unit": lambda number: number,
    "night_unit": lambda number: number,
    "week_unit": lambda number: number * WEEK,
    "month_unit": lambda number: ceil(number * MONTH),
    "working_day_unit": lambda number: number + WEEKEND * ceil(number / WORKING_WEEK),
}


def read_prepares(title: Line, description: Line, *, ends: bool) -> Trait[Prepares] | None:
    """ "(for Ghent)", "para la cena": words that may be found again in the title of an event. Or
    how long it needs, for whatever is coming then, unless the words say when it `ends`.

    Whether there is such an event is not for the reader to say; where there is none, it means
    nothing.
    """
    for line in (title, description):
        for hit, start, end in _purposes(line):
            said = range(min(hit.start, start), max(hit.end, end))
            return Trait(
                Prepares(line.quote(start, end), lead=read_lead((title, description))),
                line.quote(said.start, said.stop),
                SURE if line is title and _is_marked(line, hit, start, end) else MAYBE,
            )
    for hit in title.all("packing"):
        if not _is_a_thing(title, hit):
            quote, lead = title.quote(hit.start, hit.end), read_lead((title, description))
            lead = lead if lead >= NOBODY_WORKS and not ends else timedelta()
            return Trait(Prepares(quote, kind=EventKind.TRAVEL, lead=lead), quote, SURE)
    return None if ends else _long_wait((title, description))


def _is_a_thing(line: Line, hit: Hit) -> bool:
    """Not to pack: "the new blister pack"."""
    before = hit.start - 1
    is_free = (
        not line.is_word(before) or line.at(before, "joint", "wish") or line.word(before) == "to"
    )
    return hit.phrase.words == ("pack",) and not is_free


def _long_wait(lines: Sequence[Line]) -> Trait[Prepares] | None:
    """ "needs 2 days", "compter 36 h": nobody works at it so long; it rises, thaws, dries."""
    lead = read_lead(lines)
    is_left_alone = any(any(line.all("left_alone")) for line in lines)
    if lead < (LEFT_ALONE if is_left_alone else NOBODY_WORKS):
        return None
    for line in lines:
        for found in _lengths(line):
            return Trait(Prepares(lead=lead), line.quote(found.start, found.end), MAYBE)
    return None


def _purposes(line: Line) -> Iterator[tuple[Hit, int, int]]:
    """The word, and the name beside it."""
    waited = {hit.end for hit in line.all("wait_for")}
    for hit in line.all("purpose"):
        if hit.end in waited or line.at(hit.start, "to_be_ready"):
            continue
        start = line.past(hit.end, "article")
        end = _past_name(line, start)
        if end > start:
            yield hit, start, end
    for hit in line.all("before"):  # "before the Kalgoorlie run"; without an article it says a time
        start = line.past(hit.end, "article")
        end = _past_name(line, start)
        if end > start and (start > hit.end or hit.phrase.words[-1] in ARTICLES):
            yield hit, start, end
    for hit in line.all("purpose_after"):
        start = _before(line, hit.start)
        if start < hit.start:
            yield hit, start, hit.start


def _past_name(line: Line, start: int) -> int:
    """The token after the name. A day, a verb's "it" and the like are none, and end one."""
    end = start
    while end < start + LONGEST_NAME and line.is_word(end):
        if line.at(end, *A_TIME):
            return start
        if line.at(end, "linking", "article"):
            break
        end += 1
    return end


def _before(line: Line, end: int) -> int:
    start = end
    while start > max(0, end - LONGEST_BEFORE) and line.is_word(start - 1):
        start -= 1
    return start


def _is_marked(line: Line, hit: Hit, start: int, end: int) -> bool:
    """As a name: it begins with a capital, and stands in brackets or last.

    In other languages what stands last is as often whose it is: "Skip for Eaton Road".
    """
    is_name = all(line.quote(i, i + 1)[0].isupper() for i in range(start, end))
    is_bracketed = line.word(hit.start - 1) == "(" and line.word(end) == ")"
    is_last = hit.language in ("de", "fr") and not line.is_word(end)
    return is_name and (is_bracketed or is_last)


def read_lead(lines: Sequence[Line]) -> timedelta:
    """Of what stands there together: "12 h to rise, 30 min to bake"."""
    lead = sum((found.length for line in lines for found in _lengths(line)), timedelta())
    return lead if lead <= LONGEST_NOTICE else timedelta()


def _lengths(line: Line) -> Iterator[Duration]:
    for found in durations(line, longest=LONGEST_LEAD):
        behind_dash = bool(line.word(found.start - 1)) and line.word(found.start - 1) in DASHES
        is_range = behind_dash and found.could_be_a_clock  # "10–20 h", but not "12–14 Std."
        is_told = line.at(found.end, *TOLD) or _is_a_moment(line, found)
        if _is_ahead(line, found.end) or not (is_range or is_told or _is_an_hour(line, found)):
            yield found
    for hit in line.all("overnight"):
        yield Duration(A_NIGHT, hit.start, hit.end, could_be_a_clock=False)
    units = {hit.start: hit for hit in line.all(*DAYS)}
    for hit in units.values():
        number, start = _amount(line, hit.start)
        end = line.past(hit.end, "half_behind")
        number += (end > hit.end) / 2
        if number and (_is_needed(line, start) or _is_ahead(line, end)):
            days = DAYS[hit.phrase.notion](number)
            yield Duration(timedelta(days=days), start, end, could_be_a_clock=False)


def _amount(line: Line, end: int) -> tuple[float, int]:
    """ "3", "three", "3.5", "three and a half": what ends there, and the token it begins at."""
    half = next((hit for hit in line.all("half_more") if hit.end == end), None)
    at = (half.start if half else end) - 1
    if half_word := line.at(at, "and_half_word"):
        return half_word.value + 1.5, at
    word, number = line.at(at, "hour_word"), line.number(at)
    if number is None:
        return (word.value + 1 + bool(half) / 2, at) if word and word.end == at + 1 else (0, end)
    if line.word(at - 1) and line.word(at - 1) in DASHES and line.number(at - 2):
        return number + bool(half) / 2, at - 2  # "6–7 weeks": the longer
    if line.word(at - 1) in (".", ",") and is_decimal(line, at):
        return (line.number(at - 2) or 0) + number / 10, at - 2
    return number + bool(half) / 2, at


def _is_ahead(line: Line, i: int) -> bool:
    """ "2 Tage vorher anmelden", "48 h before": and not before something that is named. "12 h en
    ayunas", "three days to thaw": left alone for so long.
    """
    if line.at(i, "ahead", "fasting", "to_be_ready"):
        return True
    if line.word(i) == "+":  # "3 wks + 2 days post"
        unit = line.at(i + 2, *DAYS)
        return unit is not None and _is_ahead(line, unit.end)
    hit = line.at(i, "ahead_last")
    if hit is None or line.number(hit.end) is not None:
        return False
    # "3 días antes sí o sí", and not "3 días antes de la boda".
    is_alone = hit.language in ROMANCE and not line.at(i, "before")
    return is_alone or not line.is_word(hit.end)


def _is_an_hour(line: Line, found: Duration) -> bool:
    """ "Mi 6h", "17h15", "(24 h)": of the day, unless something needs it or it comes first."""
    is_of_a_day = found.could_be_a_clock and NOBODY_WORKS <= found.length <= A_DAY
    is_alone = line.word(found.start - 1) == "(" and line.word(found.end) == ")"
    is_first = found.start == 0 and found.end < len(line.tokens)
    is_always = (
        found.length == A_DAY and line.touches(found.end - 1) and not line.is_word(found.end)
    )
    if is_always and not _is_needed(line, found.start):
        return True  # "24h, number on the bill"
    if is_alone and not found.could_be_a_clock and found.length >= NOBODY_WORKS:
        return False  # "(12 ore)"
    return is_alone or (is_of_a_day and not is_first and not _is_needed(line, found.start))


def _is_needed(line: Line, i: int) -> bool:
    """ "needs 2 days", "Lieferzeit: 3 Wochen"."""
    ends = {hit.end for hit in line.all("needs")}
    return i in ends or (line.word(i - 1) == ":" and i - 1 in ends)


def _is_a_moment(line: Line, found: Duration) -> bool:
    """ "in 2 h", "until 18 h"."""
    marks = ("no_effort", "clock_at", "on", "from", "to", "by", "until", "after", "before", "close")
    is_behind = any(hit.end == found.start for hit in line.all(*marks))
    return is_behind and not is_told_roughly(line, found)
