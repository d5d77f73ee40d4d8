"""What looks like hours and is none: somebody's shift, a party, text for a sign."""

from __future__ import annotations

from datetime import time

from agents.traits import Span
from agents.understanding.readers.words.bounds import VERB_LAST
from agents.understanding.readers.words.doors import Found
from agents.understanding.readers.words.lexicon import Hit, Line

MOST_BETWEEN = 3  # tokens between a party and its day: "meeting with Ann Mon 3–5"
FURTHEST = 6  # and between a word for writing and what it is written on
SHORTEST = 60  # minutes: what is as short on one day is an appointment
CUTS = ".,;:!?()\n"


def is_written(line: Line) -> bool:
    """ "poster: Sat 9–12", "change hours on the website to 9–5": text for others to read."""
    if any(line.all("written")):
        return True
    pairs = ((verb, thing) for verb in line.all("writes") for thing in line.all("lettered"))
    return any(_belong(line, verb, thing) for verb, thing in pairs)


def _belong(line: Line, verb: Hit, thing: Hit) -> bool:
    is_last = verb.start > thing.start and verb.language in VERB_LAST
    first, second = (thing, verb) if is_last else (verb, thing)
    is_near = 0 <= second.start - first.end <= FURTHEST
    return is_near and not _is_cut(line, first.end, second.start)


def _is_cut(line: Line, start: int, end: int) -> bool:
    return any(line.word(i) in CUTS for i in range(start, end))


def is_occasion(line: Line, found: Found) -> bool:
    """ "shift Sat 8–4", "3–5 pm meeting", "babysit for Jo Fri 6–10": it takes place then."""
    is_once = len(found.spans) == 1 and len(found.spans[0].days) == 1
    most = MOST_BETWEEN if is_once else 0
    for hit in line.all("occasion"):
        start = hit.end + (line.word(hit.end) == ":")
        is_before = 0 <= found.start - start <= most and not _is_cut(line, start, found.start)
        if is_before or hit.start == found.end or hit.start < found.start < hit.end:
            return True
    if any(_denies(line, hit, found.start) for hit in line.all("not", "never")):
        return True  # "no parking Mon–Fri 8–6"
    return is_once and _is_short(found.spans[0]) and not _is_usual(line, found)


def _denies(line: Line, hit: Hit, start: int) -> bool:
    """Words alone stand between, and not "no, 9–5"."""
    between = range(hit.end, start)
    return 0 < len(between) < MOST_BETWEEN and all(line.is_word(i) for i in between)


def _is_short(span: Span) -> bool:
    start, end = (60 * at.hour + at.minute for at in (span.start, span.end))
    return span.end != time() and 0 < end - start <= SHORTEST


def _is_usual(line: Line, found: Found) -> bool:
    """ "only Tue 9–10", "Frau Kern, dienstags 9–10": of every week."""
    said = range(found.start - MOST_BETWEEN, found.end + 1)
    notions = ("only", "only_after", "there", "reached", "open", "counter", "office_word")
    if any(line.at(i, *notions) for i in said):
        return True
    days = (line.at(i, "day") for i in range(found.start, found.end))
    return any(day and line.word(day.start).endswith("s") for day in days)
