"""Where a task can be done, as far as a word, a label or a sign says so; whose hours hold there."""

from __future__ import annotations

from collections.abc import Sequence

from agents.traits import Door, Hours, Place, TaskWords, Trait
from agents.understanding.readers.words.lexicon import Hit, Line

NOTIONS = {
    "phone": Place.PHONE,
    "computer": Place.COMPUTER,
    "errand": Place.ERRAND,
    "home": Place.HOME,
}
NOUNS = frozenset({"computer"})
VERB_LAST = frozenset({"de", "nl", "ja"})
SIGNS = {"☎": Place.PHONE, "📞": Place.PHONE}


def read_place(words: TaskWords, lines: Sequence[Line]) -> Trait[Place] | None:
    """A label says it plainly; a word of the title may be about something else."""
    for label in words.labels:
        named = label.strip("@#").casefold()
        if named in NOTIONS:
            return Trait(NOTIONS[named], label, 0.9)
    for sign, place in SIGNS.items():
        if sign in words.title:
            return Trait(place, sign, 0.8)
    for line in lines:
        hits = [h for notion in NOTIONS for h in line.all(notion) if _is_meant(line, h)]
        if hits:
            first = min(hits, key=lambda hit: hit.start)
            quote = line.quote(first.start, first.end)
            return Trait(NOTIONS[first.phrase.notion], quote, 0.7)
    return None


def _is_meant(line: Line, hit: Hit) -> bool:
    """A verb says what to do where a thought begins, or, in some languages, where it ends."""
    if hit.phrase.notion in NOUNS:
        return True
    begins = hit.start == 0 or not line.is_word(hit.start - 1)
    ends = hit.end >= len(line.tokens) or not line.is_word(hit.end)
    return begins or (ends and hit.language in VERB_LAST)


def usual_hours(place: Trait[Place] | None, lines: Sequence[Line]) -> Trait[Hours] | None:
    """Of whom has to be called: an office keeps its hours, and people sleep at night."""
    if place is None or place.value is not Place.PHONE:
        return None
    for line in lines:
        office = next(line.all("office_word"), None)
        if office:
            return Trait(Hours(Door.OFFICE), line.quote(office.start, office.end), 0.7)
    return Trait(Hours(Door.PEOPLE), place.quote, 0.6)
