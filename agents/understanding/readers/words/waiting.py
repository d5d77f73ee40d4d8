"""What a task waits for, who waits for it, and what is lost without it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from agents.traits import Blocked, Stakes, TaskWords, Trait
from agents.understanding.readers.words.dates import read_day
from agents.understanding.readers.words.lexicon import Hit, Line


def read_blocked(lines: Sequence[Line], added_on: date | None) -> Trait[Blocked] | None:
    for line in lines:
        for hit in line.all("opens"):
            day = read_day(line, hit.end, added_on, hit.language)
            if day:
                return Trait(Blocked(until=day.first), line.quote(hit.start, day.end), 0.8)
        for hit in line.all("wait_for"):
            start = line.past(hit.end, "article")
            end = min(start + 1, len(line.tokens))
            if line.is_word(start):
                by = line.quote(start, end)
                return Trait(Blocked(by=by), line.quote(hit.start, end), 0.7)
    return None


def read_waits(lines: Sequence[Line]) -> Trait[str] | None:
    """Who is named right before the word, if it begins with a capital."""
    for line in lines:
        for hit in line.all("waits_word"):
            who = _name_before(line, hit)
            return Trait(who, line.quote(hit.start - bool(who), hit.end), 0.6)
    return None


def _name_before(line: Line, hit: Hit) -> str:
    i = hit.start - 1
    if not line.is_word(i):
        return ""
    word = line.quote(i, i + 1)
    return word if word[:1].isupper() else ""


def read_unblocks(lines: Sequence[Line]) -> Trait[str] | None:
    for line in lines:
        for hit in line.all("unblocks_word"):
            quote = line.quote(hit.start, hit.end)
            return Trait(quote, quote, 0.5)
    return None


def read_stakes(lines: Sequence[Line]) -> Trait[Stakes] | None:
    for notion, stakes in (("health", Stakes.HEALTH), ("money", Stakes.MONEY)):
        for line in lines:
            for hit in line.all(notion):
                return Trait(stakes, line.quote(hit.start, hit.end), 0.7)
    return None


def read_someday(words: TaskWords, lines: Sequence[Line]) -> Trait[bool] | None:
    """Where it is kept, or how it begins: "maybe" in the middle of a note says little."""
    for place in (words.project, words.section, *words.labels):
        line = next((one for one in lines if one.text == place), None)
        if line and any(line.all("someday")):
            return Trait(True, place, 0.9)
    first = lines[0].at(0, "someday") if lines else None
    return Trait(True, lines[0].quote(first.start, first.end), 0.6) if first else None
