"""The few words of each language that carry a notion, and where they stand in a line."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from agents.understanding.readers.words.tokens import LONGEST_FIELD, Token, tokenise

FOLDER = Path(__file__).with_name("languages")
# Lists by position; the variants of one are parted by |.
NUMBERED = ("day", "day_short", "month", "hour_word", "and_half_word")
FIRST_UNPARTED = "\u3005"  # characters from here on: see tokens.py
NOTHING = "nothing"  # a phrase in which no other is looked for


@dataclass(frozen=True, slots=True)
class Phrase:
    words: tuple[str, ...]
    notion: str
    value: int
    language: str
    accented: tuple[bool, ...]  # of each word, as the list writes it


@dataclass(frozen=True, slots=True)
class Hit:
    phrase: Phrase
    start: int  # of its first token
    end: int  # after its last

    @property
    def value(self) -> int:
        return self.phrase.value

    @property
    def language(self) -> str:
        return self.phrase.language


@dataclass(frozen=True, slots=True)
class Line:
    """One field of a row, cut up. Nothing that is read crosses from one to the next.

    languages  how many letters of its words belong to each: long words tell more
    """

    text: str
    tokens: tuple[Token, ...]
    hits: dict[str, dict[int, Hit]]
    languages: Counter[str]

    def word(self, i: int) -> str:
        return self.tokens[i].word if 0 <= i < len(self.tokens) else ""

    def number(self, i: int) -> int | None:
        return self.tokens[i].number if 0 <= i < len(self.tokens) else None

    def is_word(self, i: int) -> bool:
        return 0 <= i < len(self.tokens) and self.tokens[i].is_word

    def is_name(self, i: int) -> bool:
        """A word that begins with a capital."""
        return self.is_word(i) and self.text[self.tokens[i].start].isupper()

    def touches(self, i: int) -> bool:
        """Token i follows the one before it with no space between."""
        return 0 < i < len(self.tokens) and self.tokens[i - 1].end == self.tokens[i].start

    def is_glued(self, i: int) -> bool:
        """Token i is the rest of one word of letters and digits: "w17h", "Y0u". Not where words are
        not parted by spaces at all.
        """
        if not self.touches(i):
            return False
        before, after = self.word(i - 1)[-1:], self.word(i)[:1]
        return before.isalnum() and after.isalnum() and max(before, after) < FIRST_UNPARTED

    def at(self, i: int, *notions: str) -> Hit | None:
        """The first of these notions that begins at token i."""
        found = (self.hits[n].get(i) for n in notions if n in self.hits)
        return next((hit for hit in found if hit), None)

    def all(self, *notions: str) -> Iterator[Hit]:
        for notion in notions:
            yield from self.hits.get(notion, {}).values()

    def has(self, *notions: str) -> bool:
        return any(self.hits.get(notion) for notion in notions)

    def made_of(self, *notions: str) -> list[str]:
        """Those that its words are, in order; none if any word is not of them."""
        found: list[str] = []
        i = 0
        while i < len(self.tokens):
            hits = [hit for n in notions if (hit := self.at(i, n))]
            hit = max(hits, key=lambda h: h.end, default=None)
            if hit is None and self.is_word(i):
                return []
            if hit:
                found.append(hit.phrase.notion)
            i = hit.end if hit else i + 1
        return found

    def past(self, i: int, *notions: str) -> int:
        """The token after such a phrase, if one begins at i; else i."""
        hit = self.at(i, *notions)
        return hit.end if hit else i

    def quote(self, start: int, end: int) -> str:
        return self.text[self.tokens[start].start : self.tokens[end - 1].end]


def language_of(lines: Sequence[Line]) -> str:
    """That of which they have the most; "" where they have no word that we know."""
    counts = sum((line.languages for line in lines), Counter[str]())
    return max(counts, key=lambda language: counts[language], default="")


def read_line(text: str) -> Line:
    text = text[:LONGEST_FIELD]
    tokens = tokenise(text)
    hits: dict[str, dict[int, Hit]] = {}
    lexicon, blind = load(), 0
    for i in range(len(tokens)):
        found = [p for p in lexicon.get(tokens[i].word, ()) if _fits(p, tokens, i)]
        blind = max([blind, *(i + len(p.words) for p in found if p.notion == NOTHING)])
        for phrase in found:
            end = i + len(phrase.words)
            if end > blind:
                hits.setdefault(phrase.notion, {}).setdefault(i, Hit(phrase, i, end))
    languages = Counter[str]()
    for hit in (hit for of_notion in hits.values() for hit in of_notion.values()):
        languages[hit.language] += sum(map(len, hit.phrase.words))
    return Line(text, tokens, hits, languages)


def _fits(phrase: Phrase, tokens: tuple[Token, ...], i: int) -> bool:
    """Who writes no accents is understood; who writes one means it: "só" is not "So"."""
    if i + len(phrase.words) > len(tokens):
        return False
    return all(
        tokens[i + k].word == word and (accented or not tokens[i + k].is_accented)
        for k, (word, accented) in enumerate(zip(phrase.words, phrase.accented, strict=True))
    )


@cache
def load() -> dict[str, tuple[Phrase, ...]]:
    """By first word, the longest phrase first."""
    table: dict[str, list[Phrase]] = {}
    for file in sorted(FOLDER.glob("*.toml")):
        for phrase in _phrases(
            file.name.split(".")[0], tomllib.loads(file.read_text(encoding="utf-8"))
        ):
            table.setdefault(phrase.words[0], []).append(phrase)
    return {k: tuple(sorted(v, key=lambda p: -len(p.words))) for k, v in table.items()}


def _phrases(language: str, data: dict[str, Any]) -> Iterator[Phrase]:
    for notion, texts in data.items():
        for value, text in enumerate(texts):
            for one in text.split("|") if notion in NUMBERED else [text]:
                tokens = tokenise(one)
                words = tuple(token.word for token in tokens)
                accented = tuple(token.is_accented for token in tokens)
                yield Phrase(words, notion, value, language, accented)
