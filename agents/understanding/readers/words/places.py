"""Where a task can be done, as far as a word, a label or a sign says so; whose hours hold there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from agents.traits import Door, Hours, Place, TaskWords, Trait
from agents.understanding.readers.words.lexicon import Hit, Line, load, read_line

NOTIONS = {
    "phone": Place.PHONE,
    "computer": Place.COMPUTER,
    "errand": Place.ERRAND,
    "home": Place.HOME,
}
LISTS = {f"{notion}_list": place for notion, place in NOTIONS.items()}
NOUNS = frozenset({"computer"})
ALSO_VERBS = frozenset({("was",)})  # Dutch laundry; other languages begin and end with it
VERB_LAST = frozenset({"de", "nl", "ja"})
SIGNS = {"☎": Place.PHONE, "📞": Place.PHONE}


def read_place(words: TaskWords, lines: Sequence[Line]) -> Trait[Place] | None:
    """A label says it plainly; a word of the title may be about something else.

    A project or section comes last: "Home" is a part of a life more often than a place.
    """
    return (
        next(_listed(words.labels), None)
        or _said(words, lines)
        or next((p for p in _listed(_kept_in(words)) if p.value is not Place.HOME), None)
    )


def _kept_in(words: TaskWords) -> tuple[str, str]:
    return words.project, words.section


def _listed(names: Sequence[str]) -> Iterator[Trait[Place]]:
    """Of the names that are nothing but the name of a place."""
    for name in names:
        bare = name.strip("@# \t")
        if bare.casefold() in NOTIONS:
            yield Trait(NOTIONS[bare.casefold()], name, 0.9)
            continue
        line = read_line(bare)
        hit = line.at(0, *LISTS)
        if hit and hit.end == len(line.tokens):
            yield Trait(LISTS[hit.phrase.notion], name, 0.9)


def _said(words: TaskWords, lines: Sequence[Line]) -> Trait[Place] | None:
    for sign, place in SIGNS.items():
        if sign in words.title:
            return Trait(place, sign, 0.8)
    for line in lines:
        wishes = {hit.end for hit in line.all("wish")}
        hits = [h for n in NOTIONS for h in line.all(n) if _is_meant(line, h, wishes)]
        if light := next(line.all("daylight"), None):
            return Trait(Place.OUTDOORS, line.quote(light.start, light.end), 0.7)
        if hits:
            first = min(hits, key=lambda hit: hit.start)
            quote = line.quote(first.start, first.end)
            return Trait(NOTIONS[first.phrase.notion], quote, 0.7)
    return None


def _is_meant(line: Line, hit: Hit, wishes: set[int]) -> bool:
    """A verb says what to do where a thought begins, or, in some languages, where it ends."""
    if hit.phrase.notion in NOUNS:
        return True
    if hit.phrase.words in ALSO_VERBS:
        return len(line.tokens) == 1 or line.word(hit.start - 1) == "de"
    begins = not line.is_word(hit.start - 1) or hit.start in wishes  # "please call"
    ends = hit.end >= len(line.tokens) or not line.is_word(hit.end)
    return begins or (ends and hit.language in VERB_LAST)


def usual_hours(place: Trait[Place] | None, lines: Sequence[Line]) -> Trait[Hours] | None:
    """Of whom has to be called: an office keeps its hours, and people sleep at night."""
    if place is None or place.value is not Place.PHONE:
        return None
    for line in lines:
        office = _office(line)
        if office:
            return Trait(Hours(Door.OFFICE), office, 0.7)
    return Trait(Hours(Door.PEOPLE), place.quote, 0.6)


def _office(line: Line) -> str:
    """The first word for an office, or one put together with such a word: "Finanzamt"."""
    hit = min(line.all("office_word"), key=lambda h: h.start, default=None)
    if hit:
        return line.quote(hit.start, hit.end)
    for i, token in enumerate(line.tokens):
        if token.word.endswith(_endings()) and not line.at(i, "no_office"):
            quote = line.quote(i, i + 1)
            if quote[0].isupper():
                return quote
    return ""


@cache
def _endings() -> tuple[str, ...]:
    phrases = (phrase for found in load().values() for phrase in found)
    return tuple(p.words[0] for p in phrases if p.notion == "office_ending")
