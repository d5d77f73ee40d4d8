"""A task's traits, put together from its fields."""

from __future__ import annotations

from agents.traits import Hours, LastMoment, TaskWords, Trait, Traits
from agents.understanding.readers.words.hours import read_hours
from agents.understanding.readers.words.lexicon import language_of, read_line
from agents.understanding.readers.words.moments import read_last_moment, read_only_day
from agents.understanding.readers.words.near import read_near
from agents.understanding.readers.words.places import read_place, usual_hours
from agents.understanding.readers.words.purposes import read_prepares
from agents.understanding.readers.words.waiting import (
    read_blocked,
    read_effort,
    read_someday,
    read_stakes,
    read_unblocks,
    read_waits,
)


def read_task(words: TaskWords) -> Traits:
    hours: Trait[Hours] | None = None
    last: Trait[LastMoment] | None = None
    only = near = None
    lines = [read_line(text) for text in (words.title, words.description)]
    language = language_of(lines)
    for line in lines:
        found = read_hours(line)
        hours = hours or (found[0] if found else None)
        end = read_last_moment(line, words.added_on, found[1] if found else range(0))
        last = last or (end[0] if end else None)
        only = only or read_only_day(line, words.added_on)
        near = near or read_near(line, words.added_on, found[1] if found else range(0), language)
    kept = [read_line(text) for text in (words.project, words.section, *words.labels)]
    place = read_place(words, lines)
    return Traits(
        hours=hours or usual_hours(place, lines),
        last_moment=last or near,
        obsolete_after=only,
        blocked=read_blocked(lines, words.added_on),
        waits=read_waits(lines),
        unblocks=read_unblocks(lines),
        place=place,
        stakes=read_stakes(lines),
        effort=read_effort(lines[0], lines[1]),
        prepares=read_prepares(lines[0], lines[1]),
        someday=read_someday(words, [lines[0], *kept]),
    )
