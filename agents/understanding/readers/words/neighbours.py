"""What stands beside a notion: another one, a name, whoever does it."""

from __future__ import annotations

from agents.understanding.readers.words.lexicon import Hit, Line

NEAR = 4  # tokens between "when" and "is back", or "results" and "come on"
MOST_WORDS = 3  # of a name
A_DAY_OR_TIME = ("day", "day_short", "month", "today", "tomorrow", "noon", "midnight", "article")
QUOTES = "\"“„«‚‘'"
THIRD_PERSON = ("es", "fr", "it", "pt")  # whose lists of "cannot" hold no "I cannot"


def find_near(line: Line, hit: Hit, *notions: str, reach: int = NEAR) -> Hit | None:
    """The first of them that begins right behind `hit`, or some tokens later."""
    found = (line.at(i, *notions) for i in range(hit.end, hit.end + reach))
    return next((one for one in found if one), None)


def has_subject(line: Line, hit: Hit) -> bool:
    """Somebody else than the person cannot: by the word before, by the form of the verb, or since
    somebody is quoted.
    """
    before = hit.start - 1
    is_other = line.is_word(before) and not line.at(before, "self")
    is_quoted = line.word(before) != "" and line.word(before) in QUOTES
    return is_other or is_quoted or hit.language in THIRD_PERSON


def name_before(line: Line, start: int) -> str:
    """The word before token `start`, if it begins with a capital; "" otherwise."""
    return line.quote(start - 1, start) if line.is_name(start - 1) else ""


def end_of_name(line: Line, start: int) -> int:
    """The token behind at most so many words from `start` on."""
    end = start
    while end < start + MOST_WORDS and line.is_word(end):
        end += 1
    return end
