"""Shouting, and titles that say nothing but that it presses."""

from __future__ import annotations

import re

from agents.understanding.readers.words.lexicon import Line, read_line

SHOUTED = re.compile(r"\b(\w{3,})\b(?:\W+\1\b){2,}", re.IGNORECASE)  # URGENT URGENT URGENT
_BIG = "[A-ZÀ-ÖØ-ÞĀ-ĮĹ-ŻΑ-ΩА-Я]"
CAPITALS = re.compile(
    rf"\b{_BIG}{{2,}}\b(?:[ ,]{_BIG}{{2,}}\b){{2,}} | \b{_BIG}{{4,}}\s{_BIG}{{4,}}!!", re.VERBOSE
)
SMALL = re.compile(r"[a-z]{3,}")
LOUD_LETTERS, LOUD_SHARE = 12, 0.7
# Two ways to say that it presses, or one that is shouted.
PRESSED = re.compile("!|[\u26a0\u203c\u2757\U0001f525\U0001f6a8]")
DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")  # NOWWWW
NOTHING_SAID = re.compile(r"[\d\W_]*")


def find(title: Line, description: Line) -> str:
    return _shout(title) or _haste(title, description)


def _shout(title: Line) -> str:
    """Three times the same word; or that it presses, in a run of capitals beside small letters or
    nearly all in capitals with a row of "!". Some people write all their rows in capitals.
    """
    text = title.text
    if repeated := SHOUTED.search(text):
        return repeated.group()
    if not title.has("press", "press_more"):
        return ""
    if (capitals := CAPITALS.search(text)) and SMALL.search(text):
        return capitals.group()
    letters = [c for c in text if c.isalpha() and c.lower() != c.upper()]
    if len(letters) < LOUD_LETTERS or text.count("!") < 2:
        return ""
    return text if sum(c.isupper() for c in letters) > LOUD_SHARE * len(letters) else ""


def _haste(title: Line, description: Line) -> str:
    """Nothing but that it presses: no word of what is to be done, in the description neither."""
    said = read_line(DRAWN_OUT.sub(r"\1", title.text)).made_of("press", "press_more")
    if "press" not in said:
        return ""
    if description.text.strip() and not (
        NOTHING_SAID.fullmatch(description.text) or description.made_of("press", "press_more")
    ):
        return ""
    is_loud = PRESSED.search(title.text) or (title.text.isupper() and len(said) > 1)
    is_pressed = said.count("press") > 1 or is_loud
    return title.text if is_pressed else ""
