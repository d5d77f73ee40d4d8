"""A task's traits, put together from its fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from agents.traits import Hours, LastMoment, Place, TaskWords, Trait, Traits
from agents.understanding.readers.words.blocked import read_blocked
from agents.understanding.readers.words.dates import A_DAY
from agents.understanding.readers.words.effort import read_effort
from agents.understanding.readers.words.hours import of_an_office, read_hours
from agents.understanding.readers.words.lexicon import Line, language_of, read_line
from agents.understanding.readers.words.moments import is_to_begin, read_last_moment, read_only_day
from agents.understanding.readers.words.near import read_near
from agents.understanding.readers.words.noise import read_noise
from agents.understanding.readers.words.occasions import is_written
from agents.understanding.readers.words.places import read_place, usual_hours
from agents.understanding.readers.words.purposes import read_lead, read_prepares
from agents.understanding.readers.words.stakes import read_someday, read_stakes
from agents.understanding.readers.words.waiting import read_unblocks, read_waits

SHORTEST_LEAD = timedelta(hours=2)
LAST_YEAR = 9000  # behind it the calendar runs out


def read_task(words: TaskWords) -> Traits:
    if words.added_on and words.added_on.year > LAST_YEAR:
        words = replace(words, added_on=None)
    lines = [read_line(text) for text in (words.title, words.description)]
    kept = [read_line(text) for text in (words.project, words.section, *words.labels)]
    # "Poster for the open day": what stands below it is to be read on it.
    opened = [None if is_written(lines[0]) else read_hours(line) for line in lines]
    taken = [found[1] if found else range(0) for found in opened]
    last, begins = _last_moment(lines, taken, words.added_on)
    ends = last is not None and not begins and not _is_of_any_day(last, lines)
    place = read_place(words, lines)
    effort = read_effort(lines[0], lines[1])
    only = (read_only_day(line, words.added_on) for line in lines)
    return Traits(
        hours=_hours([found[0] for found in opened if found], place, lines),
        last_moment=_with_lead(last, lines) if last and effort is None and not begins else last,
        obsolete_after=next((day for day in only if day), None),
        blocked=read_blocked(lines, words.added_on),
        waits=read_waits(lines),
        unblocks=read_unblocks(lines),
        place=place,
        stakes=read_stakes(lines),
        effort=effort,
        prepares=read_prepares(lines[0], lines[1], ends=ends),
        someday=read_someday(lines, kept),
        noise=read_noise(lines[0], lines[1]),
    )


def _hours(
    said: Sequence[Trait[Hours]], place: Trait[Place] | None, lines: Sequence[Line]
) -> Trait[Hours] | None:
    """The first that are said; else those that are usual where somebody has to be called."""
    if not said:
        return usual_hours(place, lines)
    is_called = place is not None and place.value is Place.PHONE
    is_office = is_called or any(any(line.all("office_word", "counter")) for line in lines)
    return replace(said[0], value=of_an_office(said[0].value)) if is_office else said[0]


def _last_moment(
    lines: Sequence[Line], taken: Sequence[range], added_on: date | None
) -> tuple[Trait[LastMoment] | None, bool]:
    """What is said to end, else the fullest moment that is named; and whether by then it need only
    have been begun.

    taken  of each line, the tokens that opening hours were read from
    """
    each = list(zip(lines, taken, strict=True))
    for line, said in each:
        if end := read_last_moment(line, added_on, said):
            begins = is_to_begin(line, end[1]) or _is_too_soon(end[0], lines, added_on)
            return end[0], begins
    language = language_of(lines)
    named = (read_near(line, added_on, said, language) for line, said in each)
    last = min((near for near in named if near), key=_emptiness, default=None)
    return last, _is_too_soon(last, lines, added_on)


def _is_too_soon(
    last: Trait[LastMoment] | None, lines: Sequence[Line], added_on: date | None
) -> bool:
    """ "Book tonight, takes 3 weeks": what takes so long was never to be ready by then."""
    on = last.value.on if last else None
    return on is not None and added_on is not None and read_lead(lines) > on - added_on + A_DAY


def _is_of_any_day(last: Trait[LastMoment] | None, lines: Sequence[Line]) -> bool:
    """ "By phone till 8 pm, 3 days ahead": of the day for which it is, or before what it is for."""
    return last is not None and last.value.on is None and read_lead(lines) >= A_DAY


def _emptiness(near: Trait[LastMoment]) -> tuple[bool, bool]:
    """The title's "Wednesday" is less than "Thursday 17:00" below it."""
    return near.value.on is None, near.value.at is None


def _with_lead(last: Trait[LastMoment], lines: Sequence[Line]) -> Trait[LastMoment]:
    """ "24 h to dry, they come Sunday noon": it has to be begun so long before."""
    lead = read_lead(lines)
    return last if lead < SHORTEST_LEAD else replace(last, value=replace(last.value, lead=lead))
