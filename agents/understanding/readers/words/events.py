"""What kind of entry of a calendar it is, as far as its words say so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from agents.traits import EventKind, EventTraits, EventWords, Noise, Trait
from agents.understanding.readers.words.dates import A_DAY
from agents.understanding.readers.words.durations import Duration, durations
from agents.understanding.readers.words.lexicon import Hit, Line, read_line
from agents.understanding.readers.words.noise import read_noise

FLIGHT = re.compile(r"\b[A-Z]{2} ?\d{2,4}\b")
AIRPORTS = re.compile(r"\b[A-Z]{3} ?[-–→] ?[A-Z]{3}\b")
PLANE = re.compile("[\u2708\U0001f6eb]")
WHEELS = re.compile("[\U0001f690\U0001f697\U0001f698\U0001f699\U0001f68c]")
SLEEPS = re.compile("[\U0001f4a4\U0001f634\U0001f6cc]")
ADDRESS = re.compile(r"://|^\s*[\w-]+(?:\.[\w-]+)+(?:/\S*)?\s*$")
LINK = re.compile(r"https?://\S{1,80}")
LONGEST_CEREMONY = timedelta(hours=36)  # a sabbath
LONGEST_STAY = timedelta(hours=6)
ACRONYMS = frozenset({"ice", "tgv", "ave"})  # trains only in capitals
# In these nobody wants to be spoken to.
CLOSED = frozenset({EventKind.FOCUS, EventKind.DRIVING, EventKind.CEREMONY, EventKind.SLEEP})
NO_LINE = read_line("")
NOT_HELD = frozenset({Noise.ORDER, Noise.ADVERT})  # whoever invites to it, nobody will be there
CARRIED = frozenset({EventKind.DRIVING, EventKind.TRAVEL})  # the way is the entry itself

Found = tuple[EventKind, str, float]  # kind, quote, confidence


def read_event(words: EventWords) -> EventTraits:
    line = read_line(words.title)
    kind = next(_nothing_held(line), None) or next(_kinds(line, words), None)
    quote = _first(line, "undisturbed")
    if kind and not quote and (kind[0] in CLOSED or kind[0] is EventKind.TRAVEL):
        quote = kind[1] if kind[0] in CLOSED else _first(line, "sleep")
    return EventTraits(
        kind=Trait(kind[0], kind[1], kind[2]) if kind else None,
        may_interrupt=_may_interrupt(quote, line),
        leave_by=None if kind and kind[0] in CARRIED else _leave_by(line),
    )


def _may_interrupt(peace: str, line: Line) -> Trait[bool] | None:
    """Not who wants peace; but whoever waits there, as in a waiting room, has free hands."""
    if peace:
        return Trait(False, peace, 0.9)
    waits = next((hit for hit in line.all("waits_there") if _is_so(line, hit)), None)
    return Trait(True, line.quote(waits.start, waits.end), 0.6) if waits else None


def _is_so(line: Line, hit: Hit) -> bool:
    """Neither "don't wait there" nor "waiting room renovation meeting"."""
    denied = any(no.end == hit.start for no in line.all("not", "negated"))
    return not denied and not line.is_word(hit.end)


def _nothing_held(line: Line) -> Iterator[Found]:
    """Whoever invites to something says what it is; a link for a title is an advertisement."""
    if link := LINK.search(line.text):
        yield EventKind.MARKER, link.group(), 0.6
    noise = read_noise(line, NO_LINE)
    if noise and noise.value in NOT_HELD:
        yield EventKind.MARKER, noise.quote, noise.confidence


def _kinds(line: Line, words: EventWords) -> Iterator[Found]:
    """All that could be meant, what is plainest first."""
    text = line.text
    # "Wedding planning", "Thesis committee", "Sleep clinic": people talk about it.
    is_talk = any(line.all("gathering"))
    if not words.is_all_day and words.lasts <= LONGEST_CEREMONY and not is_talk:
        yield from _named(line, EventKind.CEREMONY, "ceremony", 0.8)
    if words.is_all_day or words.lasts > A_DAY:
        yield from _over_days(line, words)
        return
    yield from _named(line, EventKind.DRIVING, "driving", 0.9)
    wheels = WHEELS.search(text)
    if wheels and _first(line, "drive"):
        yield EventKind.DRIVING, wheels.group(), 0.8
    yield from _travel(line, text)
    yield from _named(line, EventKind.FOCUS, "undisturbed", 0.9)
    if not is_talk:
        yield from _named(line, EventKind.FOCUS, "focus", 0.6)
        yield from _asleep(line)
        if asleep := SLEEPS.search(text):
            yield EventKind.SLEEP, asleep.group(), 0.8
    if _is_place(words.location) and not words.is_busy and words.lasts <= LONGEST_STAY:
        # Nobody marked it as busy; but one is there, and not here.
        yield EventKind.MEETING, words.location, 0.4


def _asleep(line: Line) -> Iterator[Found]:
    """ "Ben's nap", "sieste de Léo" is no sleep of the person, and takes no time of theirs."""
    for hit in sorted(line.all("sleep"), key=lambda hit: hit.start):
        before, after = hit.start - 1, hit.end + 1
        is_whose = line.word(before) == "s" and line.word(before - 1) == "'"
        is_of = line.at(hit.end, "of_somebody") is not None and line.is_name(after)
        is_child = line.at(before, "child") or line.at(hit.end, "child")
        kind = EventKind.MARKER if is_whose or is_of or is_child else EventKind.SLEEP
        yield kind, line.quote(hit.start, hit.end), 0.8


def _is_place(location: str) -> bool:
    """Not the address of a page, where anybody can be."""
    return bool(location.strip()) and not ADDRESS.search(location)


def _over_days(line: Line, words: EventWords) -> Iterator[Found]:
    """A whole day, or more than one: a booking over weeks takes no time of its own."""
    if words.is_all_day:
        yield from _named(line, EventKind.HOLIDAY, "public_holiday", 0.9)
        yield from _named(line, EventKind.AWAY, "away", 0.7)
        yield from _named(line, EventKind.AWAY, "undisturbed", 0.7)
    first = line.text.split(maxsplit=1)
    if words.is_all_day and first and words.is_busy and words.lasts >= 2 * A_DAY:
        yield EventKind.AWAY, first[0], 0.4  # busy for days: a journey, a course, a fair
    if first and not words.is_all_day:
        yield EventKind.MARKER, first[0], 0.6


def _travel(line: Line, text: str) -> Iterator[Found]:
    flight, plane = FLIGHT.search(text), PLANE.search(text)
    journey = _first(line, "journey")
    if flight and (AIRPORTS.search(text) or journey or plane):
        yield EventKind.TRAVEL, flight.group(), 0.9
    if journey:
        yield EventKind.TRAVEL, journey, 0.6
    if plane:
        yield EventKind.TRAVEL, plane.group(), 0.6


def _leave_by(line: Line) -> Trait[timedelta] | None:
    """ "30 min way", "tram 25 min": how long before the start somebody has to go."""
    ends = {hit.end: hit for hit in line.all("way")}
    for found in durations(line):
        said = _with_way(line, found, ends.get(found.start))
        if said and len(said) < len(line.tokens):
            return Trait(found.length, line.quote(said.start, said.stop), 0.7)
    return None


def _with_way(line: Line, found: Duration, before: Hit | None) -> range | None:
    after = line.at(found.end, "way")
    if after:
        return range(found.start, after.end)
    return range(before.start, found.end) if before else None


def _named(line: Line, kind: EventKind, notion: str, sure: float) -> Iterator[Found]:
    if quote := _first(line, notion):
        yield kind, quote, sure


def _first(line: Line, notion: str) -> str:
    """The words of the first such phrase, as they stand there; "" without one."""
    hits = sorted(line.all(notion), key=lambda h: h.start)
    quotes = (line.quote(hit.start, hit.end) for hit in hits)
    return next((q for q in quotes if q.isupper() or q.lower() not in ACRONYMS), "")
