"""How long a task takes, where its words say so."""

from __future__ import annotations

from datetime import timedelta

from agents.traits import Trait
from agents.understanding.readers.words.durations import Duration, durations, is_told_roughly
from agents.understanding.readers.words.hours import DASHES
from agents.understanding.readers.words.lexicon import Line

MOST_UNMARKED = timedelta(hours=5)  # "14 h" is a clock


def read_effort(title: Line, description: Line) -> Trait[timedelta] | None:
    """In the title where nothing goes on behind; a description may tell of anything later on."""
    if any(title.all("left_alone")):
        return None  # "put the chickpeas to soak (12 h)"
    for line, least in ((title, len(title.tokens)), (description, 1)):
        not_here = {h.end for h in line.all("no_effort", "clock_at", "on", "from", "to", "by",
                                            "until", "after", "before")}  # fmt: skip
        for found in durations(line):
            is_here = found.start not in not_here or is_told_roughly(line, found)
            if found.start < least and is_here and _is_effort(line, found):
                return Trait(found.length, line.quote(found.start, found.end), 0.7)
    return None


def _is_effort(line: Line, found: Duration) -> bool:
    before = line.word(found.start - 1)
    after = line.at(found.end, "before", "after", "of_the_past")
    is_range = bool(before) and before in DASHES
    if after or (found.could_be_a_clock and (is_range or found.length > MOST_UNMARKED)):
        return False
    is_alone = before == "(" and line.word(found.end) == ")"
    if found.could_be_a_clock and not is_alone:
        return found.end == len(line.tokens)
    return found.start == 0 or not line.is_word(found.end)
