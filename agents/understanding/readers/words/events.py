"""What kind of entry of a calendar it is, as far as its words say so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.traits import EventKind, EventTraits, EventWords, Trait
from agents.understanding.readers.words.lexicon import Line, read_line
from agents.understanding.readers.words.tokens import LONGEST_FIELD

FLIGHT = re.compile(r"\b[A-Z]{2} ?\d{2,4}\b")
AIRPORTS = re.compile(r"\b[A-Z]{3} ?[-–→] ?[A-Z]{3}\b")
WHEELS = re.compile("[\U0001f690\U0001f697\U0001f698\U0001f699\U0001f68c]")
# In these nobody wants to be spoken to.
CLOSED = frozenset({EventKind.FOCUS, EventKind.DRIVING, EventKind.CEREMONY, EventKind.SLEEP})

Found = tuple[EventKind, str, float]  # kind, quote, confidence


def read_event(words: EventWords) -> EventTraits:
    line = read_line(words.title)
    kind = next(_kinds(line, words), None)
    quote = _first(line, "undisturbed")
    if kind and not quote and (kind[0] in CLOSED or kind[0] is EventKind.TRAVEL):
        quote = kind[1] if kind[0] in CLOSED else _first(line, "sleep")
    return EventTraits(
        kind=Trait(kind[0], kind[1], kind[2]) if kind else None,
        may_interrupt=Trait(False, quote, 0.9) if quote else None,
    )


def _kinds(line: Line, words: EventWords) -> Iterator[Found]:
    """All that could be meant, what is plainest first."""
    text = words.title[:LONGEST_FIELD]
    if words.is_all_day:
        yield from _named(line, EventKind.HOLIDAY, "public_holiday", 0.9)
        yield from _named(line, EventKind.AWAY, "away", 0.7)
        return
    yield from _named(line, EventKind.DRIVING, "driving", 0.9)
    wheels = WHEELS.search(text)
    if wheels and _first(line, "drive"):
        yield EventKind.DRIVING, wheels.group(), 0.8
    yield from _named(line, EventKind.CEREMONY, "ceremony", 0.8)
    flight, journey = FLIGHT.search(text), _first(line, "journey")
    if flight and (AIRPORTS.search(text) or journey):
        yield EventKind.TRAVEL, flight.group(), 0.9
    if journey:
        yield EventKind.TRAVEL, journey, 0.6
    yield from _named(line, EventKind.FOCUS, "undisturbed", 0.9)
    yield from _named(line, EventKind.FOCUS, "focus", 0.6)
    yield from _named(line, EventKind.SLEEP, "sleep", 0.8)


def _named(line: Line, kind: EventKind, notion: str, sure: float) -> Iterator[Found]:
    if quote := _first(line, notion):
        yield kind, quote, sure


def _first(line: Line, notion: str) -> str:
    """The words of the first such phrase, as they stand there; "" without one."""
    hit = min(line.all(notion), key=lambda h: h.start, default=None)
    return line.quote(hit.start, hit.end) if hit else ""
