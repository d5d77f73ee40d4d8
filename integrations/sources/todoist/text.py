"""Todoist writes titles and notes in its Markdown; a tip says them in plain words. Pure."""

from __future__ import annotations

import re

from oo.lib.text import lines, one_line

# Todoist itself takes no title longer than 500 characters; more than this is not looked at, so that
# no text, however it is made, costs more than a few milliseconds.
LONGEST_TITLE, LONGEST_NOTE = 2_000, 4_000
TITLE, NOTE = 500, 2_000

_MARKS = frozenset("*_~`[")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)")
# Marks count at the edge of a word only: snake_case, 3*4*5 and addresses stay as they are.
_EMPHASIS = re.compile(
    r"(?<![\w*_~/:])(\*\*\*|___|\*\*|__|~~|\*|_)(?=\S)([^\n]{1,300}?)(?<=\S)\1(?![\w*_~/])"
)
# From the first of a row of marks only: from each of them, a row of n takes n² steps.
_CODE = re.compile(r"(?<!`)(`++)([^`\n]+)\1")


def plain_title(text: str) -> str:
    """One line of words, at most 500 characters; "" when nothing can be read."""
    return one_line(_without_marks(text[:LONGEST_TITLE]), TITLE)


def plain_note(text: str) -> str:
    """Words in lines, at most 2,000 characters."""
    return lines(_without_marks(lines(text[:LONGEST_NOTE], LONGEST_NOTE)), NOTE)


def _without_marks(text: str) -> str:
    if _MARKS.isdisjoint(text):
        return text
    # What stands in code is no Markdown: of these parts, every third is the inside of code.
    parts = _CODE.split(text)
    for place in range(0, len(parts), 3):
        parts[place] = _without_emphasis(_LINK.sub(r"\1", parts[place]))
    return "".join(part for place, part in enumerate(parts) if place % 3 != 1)


def _without_emphasis(text: str) -> str:
    # Emphasis in emphasis, "**_so_**", takes one turn each.
    for _turn in range(3):
        text, count = _EMPHASIS.subn(r"\2", text)
        if not count:
            break
    return text
