"""Rows that nobody wrote for the person: to a program, by a program, shouting, advertising.

Others can write into a shared project, and invite. Such a row must not become the one thing that
matters by being marked urgent. It is no guard: whatever it says stays in its own row anyway.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agents.traits import Noise, Trait
from agents.understanding.readers.words import adverts, debris, markup, orders, shouts
from agents.understanding.readers.words.lexicon import Line, read_line
from agents.understanding.readers.words.places import VERB_LAST

# Words of somebody else: an own title says what is to be done with them.
QUOTED = re.compile(
    r"""(?:(?<=[\s(])|^)(?:"[^"\n]{1,200}"|'[^'\n]{1,200}'(?!\w))
      | “[^”\n]{1,200}” | «[^»\n]{1,200}»
      | „[^“”\n]{1,200}[“”] | 「[^」\n]{1,200}」""",
    re.VERBOSE,
)
SAID_ABOUT = frozenset(":-–—")  # “You have won” – delete it
LONGEST_QUOTE = 120  # characters


def read_noise(title: Line, description: Line) -> Trait[Noise] | None:
    """What the row is instead of a note; None for what a person may have written."""
    own = [_without_quoted(line) for line in (title, description)]
    for noise, quote, confidence in _noises(title, description, own):
        return Trait(noise, quote.strip()[:LONGEST_QUOTE].strip(), confidence)
    return None


def _noises(
    title: Line, description: Line, own: Sequence[Line]
) -> Iterator[tuple[Noise, str, float]]:
    is_told = _is_told(title)
    for line, bare in zip((title, description), own, strict=True):
        if order := _order(bare, is_told=is_told and line is title):
            yield Noise.ORDER, _as_written(order, bare, line), 0.8
    text = title.text
    if left := debris.find(title, description, is_told=is_told):
        yield Noise.DEBRIS, left, 0.9 if left == text else 0.8
    if not (is_told or _is_reported(title)) and (advert := adverts.find(*own)):
        written = _as_written(_as_written(advert, own[0], title), own[1], description)
        yield Noise.ADVERT, written, 0.7
    if shout := shouts.find(*own):
        yield Noise.SHOUT, _as_written(shout, own[0], title), 0.8
    if mark := markup.find(own[0]):
        yield Noise.MARKUP, _as_written(mark, own[0], title), 0.6


def _order(line: Line, *, is_told: bool) -> str:
    """A mark of its own is one wherever it stands."""
    return orders.find_marked(line.text) or ("" if is_told else orders.find(line))


def _without_quoted(line: Line) -> Line:
    """Blanks for what is quoted, where somebody says something before it or what to do with it."""
    first = QUOTED.search(line.text)
    if not first:
        return line
    rest = read_line(QUOTED.sub(lambda quoted: " " * len(quoted.group()), line.text))
    before, behind = line.text[: first.start()], line.text[first.end() :].lstrip()
    is_own = any(map(str.isalpha, before)) or behind[:1] in SAID_ABOUT or rest.has("told")
    return rest if is_own else line


def _as_written(quote: str, bare: Line, line: Line) -> str:
    """With what was blanked in it."""
    at = bare.text.find(quote) if bare is not line else -1
    return line.text[at : at + len(quote)] if at >= 0 else quote


def _is_reported(title: Line) -> bool:
    """ "The bank rang: …": somebody else's words in the person's own; no advert says "they"."""
    return any(
        title.is_word(hit.start - 1) and not title.at(hit.start - 1, "we_or_you")
        for hit in title.all("reported")
    )


def _is_told(title: Line) -> bool:
    """ "Write a test for …", "… testen": the person's own hand, whatever it is about."""
    last = len(title.tokens)
    is_called = any(hit.end == last for hit in title.all("demand"))  # "jetzt bestellen"
    return any(
        hit.start == 0 or (hit.end == last and hit.language in VERB_LAST and not is_called)
        for hit in title.all("told")
    )
