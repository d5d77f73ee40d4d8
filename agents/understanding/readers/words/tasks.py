"""A task's traits, put together from its fields."""

from __future__ import annotations

from agents.traits import Hours, LastMoment, TaskWords, Trait, Traits
from agents.understanding.readers.words.hours import read_hours
from agents.understanding.readers.words.lexicon import read_line
from agents.understanding.readers.words.moments import read_last_moment, read_only_day


def read_task(words: TaskWords) -> Traits:
    hours: Trait[Hours] | None = None
    last: Trait[LastMoment] | None = None
    only = None
    for text in (words.title, words.description):
        line = read_line(text)
        found = read_hours(line)
        hours = hours or (found[0] if found else None)
        end = read_last_moment(line, words.added_on, found[1] if found else range(0))
        last = last or (end[0] if end else None)
        only = only or read_only_day(line, words.added_on)
    return Traits(hours=hours, last_moment=last, obsolete_after=only)
