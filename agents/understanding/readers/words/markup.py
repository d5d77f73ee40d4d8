"""Marks of a program, and gaps that nobody filled, in a title that nobody wrote about them."""

from __future__ import annotations

import re

from agents.understanding.readers.words.lexicon import Line

# A tag or a mark of a template: of a program, or of somebody who writes programs.
MARKUP = re.compile(
    r"</?\s*[a-z][\w-]{1,20}(?:\s[^<>]*)?/?> | </?[abipqsu]>"
    r" | \{\{.{0,100}\}\} | [$\#]\{.{0,100}\} | <%.{0,100}%> | \{%.{0,100}%\}"
    r" | \[%.{0,60}%\] | __[A-Z]{3,30}__ | <<\s?[a-z][\w. ]{0,40}>> | \*\|\w{1,40}\|\*"
    r" | %\w{1,30}_\w{1,30}% | @@\w{1,40}@@"  # %DUE_DATE%
    r" | \[/(?:b|i|u|s|url|img|quote|code|size|color|list|spoiler|center)\]"  # of forums
    r" | (?:\\u001b|\\x1b|\\e|\\033|\x1b)\[ | \\r\\n"  # of terminals
    r" | \$\w{3,30}\$ | \#\#\w{2,30}\#\# | \[object\ object\] | \binvalid\ date\b"
    r" | \bfunction\s?\(\) | console\.log\( | =>\s?\{ | \|\s?:?-{3,9}:?\s?\| | !\[\]\("
    r" | \{\s?[\w-]{1,30}:[^{}]{0,80}\}"  # of a style sheet
    r" | ^(?:```|~~~)\w{0,15}$"  # around code
    r" | %3c/?\w"  # "<" in an address
    r" | <!doctype | <\?(?:php|xml) | <!\[cdata\[ | ^<{7}\s | ^>{7}\s",
    re.IGNORECASE | re.VERBOSE,
)
# Gaps of a letter to many: [FIRST_NAME]. One may be a label of the person's own: [WORK].
GAP = re.compile(
    r"\[[A-ZÀ-Þ][A-ZÀ-Þ_ ]{1,30}\] | (?<![/\w])\{(?:\d|[a-zA-Z][\w.]{1,30})\}"
    r" | %\d?\$?[sd@]\b | \b(?:undefined|null|NaN)\b",
    re.VERBOSE,
)
LABELS = re.compile(r"\s*(?:\[[^\[\]]{0,40}\]\s*){1,5}")
WITHIN = frozenset("<[/{%._")  # before a word of a tag
PROGRAMS_OWN = frozenset("{%_")  # a person too writes "cc [NAME]"
TALKING = ("told", "code")
PLAIN_TAG = re.compile(r"<\w{1,12}>")
OPENS, CLOSES = frozenset("[<{%_"), frozenset("]>}%_")
OPENING = 5  # tokens: "Liebe/r {"
MOST_ENTITIES = 2  # a pasted title may have a "&amp;"
ENTITIES = re.compile(r"&(?:[a-z]{2,8}|\#\d{1,6});", re.IGNORECASE)


def find(title: Line) -> str:
    text = title.text
    letter = _letter_to_many(title)
    # Somebody who writes programs talks of marks; no letter to many does.
    if not letter and any(title.word(hit.start - 1) not in WITHIN for hit in title.all(*TALKING)):
        return ""
    if (found := MARKUP.search(text)) and not _is_talked_of(text, found):
        return found.group()
    labels = LABELS.match(text)
    gaps = GAP.findall(text, labels.end() if labels else 0)
    if len(gaps) > 1 or (gaps and "_" in gaps[0]):
        return str(gaps[0])
    entities = ENTITIES.findall(text)
    if len(entities) > MOST_ENTITIES:
        return str(entities[0])
    return letter


def _letter_to_many(title: Line) -> str:
    """A gap behind "Dear" at the start; in capitals within marks of programs, or alone."""
    for hit in title.all("gap"):
        before = title.word(hit.start - 1)
        if before not in OPENS or title.word(hit.end) not in CLOSES:
            continue
        is_big = title.quote(hit.start, hit.end).isupper()
        is_alone = hit.start == 1 and hit.end + 1 == len(title.tokens)
        greeted = any(one.end == hit.start - 1 for one in title.all("greeting"))
        is_opening = greeted and hit.start <= OPENING
        if is_opening or (is_big and (greeted or is_alone or before in PROGRAMS_OWN)):
            return title.quote(hit.start - 1, hit.end + 1)
    return ""


def _is_talked_of(text: str, found: re.Match[str]) -> bool:
    """ "why <br> shows": one tag, as a word among words."""
    is_alone = text.count("<") == 1 and PLAIN_TAG.fullmatch(found.group()) is not None
    return is_alone and text[: found.start()].endswith(" ")
