"""What missing a task costs, and whether it is meant to be done at all."""

from __future__ import annotations

from collections.abc import Sequence

from agents.traits import Stakes, Trait
from agents.understanding.readers.words.lexicon import Hit, Line

STAKES = (("danger", Stakes.HEALTH, 0.9), ("health", Stakes.HEALTH, 0.7),
          ("money", Stakes.MONEY, 0.7))  # fmt: skip
RECIPES = frozenset({"rezept", "receta", "receita", "ricetta", "recept"})


def read_stakes(lines: Sequence[Line]) -> Trait[Stakes] | None:
    """Surest is what is dangerous: gas, or water that comes."""
    for notion, stakes, confidence in STAKES:
        for line in lines:
            hit = next((h for h in line.all(notion) if not _is_recipe(line, h)), None)
            if hit:
                return Trait(stakes, line.quote(hit.start, hit.end), confidence)
    return None


def _is_recipe(line: Line, hit: Hit) -> bool:
    """In many languages one word is a prescription and a recipe: only a way out tells."""
    is_open = hit.phrase.words[0] in RECIPES
    return is_open and not any(line.hits.get(n) for n in ("errand", "phone", "office_word"))


def read_someday(lines: Sequence[Line], kept: Sequence[Line]) -> Trait[bool] | None:
    """Where it is kept, how it begins or ends, or what is said of it: "maybe" in the middle of a
    note says little.

    kept  the names of its project, section and labels
    """
    for place in kept:
        if any(place.all("someday", "later_on")):
            return Trait(True, place.text, 0.9)
    for line in lines:
        if later := next(line.all("later_on"), None) or _pleasant(line):
            return Trait(True, line.quote(later.start, later.end), 0.6)
    title = lines[0]
    found = title.at(0, "someday") or _idea(title)
    found = found or _at_the_end(title)
    if found is None or _is_a_title(title, found):
        return None
    return Trait(True, title.quote(found.start, found.end), 0.6)


def _idea(title: Line) -> Hit | None:
    """ "idea: a stall at the gate"."""
    hit = title.at(0, "idea")
    return hit if hit and title.word(hit.end) == ":" else None


def _at_the_end(title: Line) -> Hit | None:
    """ "paint the shed, maybe", "un jour..."."""
    rest = len(title.tokens)
    while rest > 0 and not title.is_word(rest - 1) and title.number(rest - 1) is None:
        rest -= 1
    return next((hit for hit in title.all("someday") if hit.end == rest and hit.start > 0), None)


def _pleasant(line: Line) -> Hit | None:
    """ "would be lovely to scan the slides"."""
    hits = line.all("would_be")
    return next((hit for hit in hits if line.at(hit.end, "pleasant")), None)


def _is_a_title(title: Line, hit: Hit) -> bool:
    """ "Maybe Baby tickets"; in German every noun has a capital."""
    is_first = hit.start == 0 and hit.phrase.notion == "someday"
    return is_first and hit.language != "de" and title.is_name(hit.end)
