"""A text cut into numbers, words and signs: one pass, linear in its length."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

LONGEST_FIELD = 3000  # characters of a field that are read
# A Japanese character is a token of its own: nothing else says where its words end.
_CJK = "\u3005-\u3006\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_PIECE = re.compile(rf"\d+|[{_CJK}]|(?:(?![{_CJK}])[^\W\d_]|[\u0300-\u036f])+|\n|[^\s\ufe0f]")
_MARKS = re.compile("[\u0300-\u036f]+")
# What keyboards put for an apostrophe.
_APOSTROPHES = dict.fromkeys(map(ord, "\u2019\u02bc\u2018\u00b4"), "'")


@dataclass(frozen=True, slots=True)
class Token:
    word: str  # folded
    start: int
    end: int
    number: int | None = None  # up to four digits
    is_accented: bool = False  # as it is written

    @property
    def is_word(self) -> bool:
        return self.number is None and self.word[:1].isalpha()


def fold(word: str) -> str:
    """Without case, accents and width, so that "Sábado" and "SABADO" are one word."""
    if word.isascii():
        return word.lower()
    word = word.translate(_APOSTROPHES)
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", word.casefold()))
    return unicodedata.normalize("NFC", bare)


def tokenise(text: str) -> tuple[Token, ...]:
    return tuple(_token(piece) for piece in _PIECE.finditer(text[:LONGEST_FIELD]))


def _token(piece: re.Match[str]) -> Token:
    word = piece.group()
    number = int(word) if word.isdecimal() and len(word) <= 4 else None
    folded = fold(word)
    is_accented = not word.isascii() and len(folded) < len(unicodedata.normalize("NFD", word))
    return Token(folded, piece.start(), piece.end(), number, is_accented)
