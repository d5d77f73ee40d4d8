"""Who waits for a task, and what can go on once it is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agents.traits import Trait
from agents.understanding.readers.words.lexicon import Hit, Line
from agents.understanding.readers.words.neighbours import (
    A_DAY_OR_TIME,
    NEAR,
    find_near,
    has_subject,
    name_before,
)

DENIALS = ("non", "no", "ne", "nao", "niet", "nicht")  # of what goes on: "senza non parte"
FAR = 10  # tokens between "can't" and "without it"
HELD_UP, WANTED = 0.8, 0.6  # how surely somebody waits; see agents.timing.needs


def read_waits(lines: Sequence[Line]) -> Trait[str] | None:
    """Who is named right before the words, if it begins with a capital; certain, where they are
    held up until it is done.
    """
    for line in lines:
        for start, end, confidence in _waits(line):
            who = name_before(line, start)
            return Trait(who, line.quote(start - bool(who), end), confidence)
    return None


def _waits(line: Line) -> Iterator[tuple[int, int, float]]:
    """The tokens that say it, and how surely."""
    for start, end in _held_up(line):
        yield start, end, HELD_UP
    for reads in (_wants, _asks_again, _is_owed):
        for start, end in reads(line):
            yield start, end, WANTED


def _held_up(line: Line) -> Iterator[tuple[int, int]]:
    for hit in line.all("held_up", "cannot_start", "idle"):
        own = line.at(hit.start, "cannot") if hit.phrase.notion == "held_up" else None
        # "can't get in till they reset my login"
        is_own = own is not None and not has_subject(line, own) and any(_until_then(line, hit))
        if not is_own:
            yield hit.start, hit.end
    yield from _cannot_otherwise(line)
    for hit in line.all("cannot"):
        # "can't finish till the letter comes": the person's own hands are tied
        if has_subject(line, hit):
            yield from ((hit.start, end) for end in _until_then(line, hit))
    standing = [(hit.start, hit.end) for hit in line.all("standing")]
    for start, end in (*_stops(line), *standing):
        if _somebody(line, start):
            yield start, end


def _wants(line: Line) -> Iterator[tuple[int, int]]:
    for hit in line.all("waits_word"):
        is_asked = any(line.at(i, "when") for i in range(hit.start - NEAR, hit.start))
        if line.number(hit.end) is None and not line.at(hit.end, "hour_word") and not is_asked:
            yield hit.start, hit.end  # but "wants two nights", "ask when she wants it"
    for hit in line.all("pursues"):
        yield hit.start, hit.end


def _asks_again(line: Line) -> Iterator[tuple[int, int]]:
    """ "rings every day", "has asked 3x", "she keeps popping in"."""
    for hit in line.all("calls_on"):
        often = _how_often(line, hit)
        if hit.start > 0 and often is not None:  # at the start it is an order: "llama otra vez"
            yield min(hit.start, often.start), max(hit.end, often.stop)
    for hit in line.all("message_word"):
        number, is_counted = line.number(hit.start - 2), line.at(hit.start - 1, "ordinal")
        if is_counted and number is not None and number > 1:  # "3rd message she's left"
            yield hit.start - 2, hit.end
    for hit in line.all("keeps"):
        if _somebody(line, hit.start) and line.word(hit.end).endswith("ing"):
            yield hit.start, hit.end + 1


def _how_often(line: Line, hit: Hit) -> range | None:
    """The tokens near `hit` that say so."""
    for i in range(max(0, hit.start - NEAR), hit.end + NEAR):
        if i in range(hit.start, hit.end):
            continue
        if often := line.at(i, "again_and_again"):
            return range(often.start, often.end)
        if line.number(i) is not None and (often := line.at(i + 1, "times")):
            return range(i, often.end)
    return None


def _is_owed(line: Line) -> Iterator[tuple[int, int]]:
    for hit in line.all("owes"):
        if answer := find_near(line, hit, "an_answer"):
            yield hit.start, answer.end


def _stops(line: Line) -> Iterator[tuple[int, int]]:
    """ "no payment goes out til it's in", "baler dead till then", "senza non parte"."""
    for hit in line.all("meanwhile"):
        stops = line.all("stands_still", "nothing_goes", "cannot")
        yield from (
            _from_to(hit, stop)
            for stop in stops
            if 0 <= max(stop.start - hit.end, hit.start - stop.end) <= FAR
        )
    for hit in line.all("otherwise"):
        stops = line.all("stands_still")
        yield from (
            _from_to(hit, stop)
            for stop in stops
            if 0 <= stop.start - hit.end <= FAR or stop.end == hit.start
        )
    for hit in line.all("without_bare"):
        if line.word(hit.end) in DENIALS:
            yield hit.start, hit.end + 1


def _from_to(one: Hit, other: Hit) -> tuple[int, int]:
    return min(one.start, other.start), max(one.end, other.end)


def _somebody(line: Line, start: int) -> bool:
    """A pronoun or a name right before: who stands there, and not what."""
    return line.at(start - 1, "they") is not None or name_before(line, start) != ""


def _cannot_otherwise(line: Line) -> Iterator[tuple[int, int]]:
    """ "otherwise they can't order", "they can't order without it"."""
    for hit in line.all("they_cannot"):
        for other in line.all("otherwise"):
            if hit.end <= other.start <= hit.end + NEAR or other.end <= hit.start <= other.end + 1:
                yield _from_to(hit, other)


def _until_then(line: Line, hit: Hit) -> Iterator[int]:
    """Where "they can't lay till he knows", "can't put the power on without it" ends."""
    until = find_near(line, hit, "until_then", reach=FAR)
    # What comes then is no day and no number.
    if until and line.is_word(until.end) and not line.at(until.end, *A_DAY_OR_TIME):
        yield until.end + 1
    for without in line.all("without_it"):
        if hit.end <= without.start <= hit.end + FAR:
            yield without.end


def read_unblocks(lines: Sequence[Line]) -> Trait[str] | None:
    for line in lines:
        for start, end in _goes_on(line):
            quote = line.quote(start, end)
            return Trait(quote, quote, 0.5)
    return None


def _goes_on(line: Line) -> Iterator[tuple[int, int]]:
    for hit in line.all("unblocks_word", "cannot_start", "can_go_on"):
        yield hit.start, hit.end
    for hit in line.all("then"):
        if can := find_near(line, hit, "can"):
            yield hit.start, can.end
    if not any(_held_up(line)):  # or it is somebody who cannot go on
        yield from _stops(line)
        yield from ((hit.start, hit.end) for hit in line.all("standing"))
    for hit in line.all("enables"):
        if line.is_name(hit.end):  # "damit Karin": without a name it says little
            yield hit.start, hit.end + 1
