"""Text that somebody else wrote, made fit for one line of a page and for a database. Pure."""

from __future__ import annotations

import re

# Controls, line separators, and halves of surrogate pairs, which PostgreSQL does not store.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_CONTROL_BUT_NEWLINE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
# They turn the direction of whatever follows, on the page as well, so that a title can read as
# something else. Letters of languages that are written from right to left need none of them.
_STEERING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")
# What is looked at, in multiples of what is kept: what is removed makes room for what follows.
_LOOKED_AT = 4


def one_line(text: str, longest: int) -> str:
    """Words with single spaces between them, at most `longest` characters."""
    words = _CONTROL.sub(" ", _STEERING.sub("", text[: _LOOKED_AT * longest]))
    return " ".join(words.split())[:longest].rstrip()


def lines(text: str, longest: int) -> str:
    """As `one_line`, but line breaks and spaces stay as they are."""
    kept = text[: _LOOKED_AT * longest].replace("\r\n", "\n")
    return _CONTROL_BUT_NEWLINE.sub(" ", _STEERING.sub("", kept)).strip()[:longest].rstrip()


def storable(text: str) -> str:
    """For keys, which must stay what they are: without what no database stores."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode()
