"""What a task waits for: until then the person can do nothing about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import TypeAlias

from agents.traits import Blocked, Trait
from agents.understanding.readers.words.dates import (
    Day,
    next_of_number,
    read_day,
    read_number_behind,
)
from agents.understanding.readers.words.hours import DASHES
from agents.understanding.readers.words.lexicon import Hit, Line
from agents.understanding.readers.words.neighbours import (
    A_DAY_OR_TIME,
    NEAR,
    end_of_name,
    find_near,
    has_subject,
    name_before,
)

FAR = 8  # between who has it and until when
Read: TypeAlias = Callable[[Line, date | None], Iterator[Trait[Blocked]]]


def read_blocked(lines: Sequence[Line], added_on: date | None) -> Trait[Blocked] | None:
    is_asked = any(any(line.all("contacting", "phone")) for line in lines)
    for line in lines:
        for read in PLAIN if is_asked else (*PLAIN, *STILL):
            found = next(read(line, added_on), None)
            if found:
                return found
    return None


def _opens(line: Line, added_on: date | None) -> Iterator[Trait[Blocked]]:
    # Who closes at noon and reopens on Tuesday is open until then.
    is_shut = any(line.all("shut"))
    for hit in line.all("opens", "not_before", *(("reopens",) if is_shut else ())):
        day = read_day(line, hit.end, added_on, hit.language)
        numbered = None if day else _of_month(line, hit.end, added_on)
        if numbered and line.at(numbered.end - 1, "ordinal"):
            day = numbered
        if day:
            yield Trait(Blocked(until=day.first), line.quote(hit.start, day.end), 0.8)


def _results(line: Line, added_on: date | None) -> Iterator[Trait[Blocked]]:
    """ "results come on the 9th"."""
    for hit in line.all("results"):
        comes = find_near(line, hit, "arrive")
        if comes is None:
            continue
        day = read_day(line, comes.end, added_on, hit.language)
        day = day or _of_month(line, comes.end, added_on)
        if day:
            yield Trait(Blocked(day.first, by=line.quote(hit.start, hit.end)),
                        line.quote(hit.start, day.end), 0.7)  # fmt: skip


def _of_month(line: Line, i: int, added_on: date | None) -> Day | None:
    """ "the 9th", "9.", "9": the next such day."""
    i = line.past(i, "article")
    number, end = line.number(i), line.past(i + 1, "ordinal")
    if added_on is None or number is None or line.is_word(end):
        return None
    return next_of_number(number, added_on, end)


def _away(line: Line, _added_on: date | None) -> Iterator[Trait[Blocked]]:
    """ "when Karin is back", "cuando vuelva Ana"."""
    for hit in line.all("when"):
        back = find_near(line, hit, "back")
        if back is None:
            continue
        is_behind = back.start == hit.end
        begin = back.end if is_behind else hit.end
        start = line.past(begin, "article")
        end = start + 1 if is_behind else back.start
        said = max(end, back.end)
        is_named = start > begin or line.is_name(start)  # "when it is back" names nobody
        is_whole = start < end <= len(line.tokens) and all(map(line.is_word, range(start, end)))
        if is_named and is_whole:
            yield Trait(Blocked(by=line.quote(start, end)), line.quote(hit.start, said), 0.7)


def _waiting(line: Line, _added_on: date | None) -> Iterator[Trait[Blocked]]:
    for hit in line.all("wait_for"):
        start = line.past(hit.end, "article")
        end = min(start + 1, len(line.tokens))
        if line.is_word(start) and not line.at(start, "me"):
            by = line.quote(start, end)
            yield Trait(Blocked(by=by), line.quote(hit.start, end), 0.7)


def _held_back(line: Line, added_on: date | None) -> Iterator[Trait[Blocked]]:
    """ "can't finish till the letter comes", "can't book till Friday"."""
    for hit in line.all("cannot"):
        until = find_near(line, hit, "until_then")
        if until is None or has_subject(line, hit):
            continue
        if day := read_day(line, until.end, added_on, hit.language):
            yield Trait(Blocked(until=day.first), line.quote(hit.start, day.end), 0.7)
            continue
        start = line.past(until.end, "article")
        end = end_of_name(line, start)
        if end > start and not line.at(start, *A_DAY_OR_TIME):
            by = line.quote(start, end)
            yield Trait(Blocked(by=by), line.quote(hit.start, end), 0.7)


def _called(line: Line, _added_on: date | None) -> Iterator[Trait[Blocked]]:
    """ "he'll ring me": until then there is nothing to do."""
    for hit in line.all("will_call"):
        said = line.quote(hit.start, hit.end)
        yield Trait(Blocked(by=name_before(line, hit.start)), said, 0.6)


def _pending(line: Line, _added_on: date | None) -> Iterator[Trait[Blocked]]:
    """ "(pending Julie's measurements)", "WF: Karen", "BLOCKED pour footings"."""
    for hit in line.all("pending", "parked"):
        start = line.past(hit.end + (line.word(hit.end) == ":"), "article")
        is_plain = hit.phrase.notion == "pending" or _is_remark(line, hit)
        if line.at(hit.start, "can_go_on"):
            continue  # "all blocked on this"
        if is_plain and not line.at(start, "me") and not line.at(hit.end, "meanwhile"):
            end = end_of_name(line, start)
            by = line.quote(start, end) if end > start else ""
            yield Trait(Blocked(by=by), line.quote(hit.start, max(hit.end, end)), 0.7)


def _is_remark(line: Line, hit: Hit) -> bool:
    """Not "pending tray" and "blocked drain": in capitals, before a colon, or behind a sign."""
    is_shouted = line.quote(hit.start, hit.end).isupper()
    is_behind = hit.start > 0 and not line.is_word(hit.start - 1)
    return is_shouted or is_behind or line.word(hit.end) == ":"


def _taken(line: Line, added_on: date | None) -> Iterator[Trait[Blocked]]:
    """ "Tom's got the drill till Thursday", "ladder lent to the neighbour until 30 April"."""
    for hit in line.all("taken_until"):
        before = range(max(0, hit.start - NEAR), hit.start)
        # "we're away till Friday" are those who write; "off after till Monday" is for later.
        if any(line.at(i, "self") for i in before) or line.at(hit.end, "after"):
            continue
        for until in line.all("until_day"):
            day = _day_behind(line, until, added_on)
            if day and hit.end <= until.start <= hit.end + FAR:
                by = name_before(line, hit.start)
                yield Trait(Blocked(day.first, by), line.quote(hit.start, day.end), 0.6)


def _day_behind(line: Line, until: Hit, added_on: date | None) -> Day | None:
    day = read_day(line, until.end, added_on, until.language)
    return day or read_number_behind(line, until, added_on)


def _not_yet(line: Line, added_on: date | None) -> Iterator[Trait[Blocked]]:
    """ "bloods not back", "plaster not dry before Saturday"."""
    for hit in line.all("not_yet"):
        if line.number(hit.end) is not None:
            continue  # "fehlen noch 6"
        start = line.past(hit.end, "before", "until_day")
        days = (read_day(line, i, added_on, hit.language) for i in range(start, start + FAR))
        day = next((found for found in days if found), None)
        end = day.end if day else hit.end
        by = name_before(line, hit.start)
        yield Trait(Blocked(day.first if day else None, by), line.quote(hit.start, end), 0.7)


def _not_happened(line: Line, _added_on: date | None) -> Iterator[Trait[Blocked]]:
    """ "Paul hasn't yet given his ok", "first coat still tacky"."""
    for first, then in (("yet", "happened"), ("still_so", "not_ready")):
        for hit in line.all(first):
            if found := find_near(line, hit, then):
                by = name_before(line, hit.start)
                yield Trait(Blocked(by=by), line.quote(hit.start, found.end), 0.6)
    for hit in line.all("still_so"):
        # "my cousin's still driving it"
        if hit.language == "en" and line.word(hit.end).endswith("ing") and _is_now(line, hit):
            yield Trait(Blocked(), line.quote(hit.start, hit.end + 1), 0.6)
    for hit in line.all("yet"):
        acted = find_near(line, hit, "acted")
        if acted and not any(line.at(i, "self_has") for i in range(hit.start - 2, acted.start)):
            by = name_before(line, hit.start)
            yield Trait(Blocked(by=by), line.quote(hit.start, acted.end), 0.6)


def _is_now(line: Line, hit: Hit) -> bool:
    """Somebody else is doing it: "'s still using", "are still using"."""
    return line.word(hit.start - 1) in ("s", "is", "are", "re") and hit.start > 1


def _no_use(line: Line, added_on: date | None) -> Iterator[Trait[Blocked]]:
    """ "no point till the frost is gone", "no go before the report comes"."""
    for hit in line.all("no_use"):
        until = find_near(line, hit, "until_then", "before", "until_day")
        if until is None:
            continue
        day = _day_behind(line, until, added_on)
        start = line.past(until.end, "article")
        end = day.end if day else end_of_name(line, start)
        by = "" if day or end == start else line.quote(start, end)
        yield Trait(Blocked(day.first if day else None, by), line.quote(hit.start, end), 0.6)


def _has_not(line: Line, _added_on: date | None) -> Iterator[Trait[Blocked]]:
    """ "the head hasn't said yes", "Rev. Hughes to confirm hymns first"."""
    for hit in line.all("has_not", "still_has_to"):
        if line.word(hit.end) != "been" and has_subject(line, hit):
            by = name_before(line, hit.start)
            yield Trait(Blocked(by=by), line.quote(hit.start, min(hit.end + 1, len(line.tokens))),
                        0.6)  # fmt: skip
    for hit in line.all("must_first"):
        if has_subject(line, hit) and (first := find_near(line, hit, "first")):
            by = name_before(line, hit.start)
            yield Trait(Blocked(by=by), line.quote(hit.start, first.end), 0.6)


def _weather(line: Line, added_on: date | None) -> Iterator[Trait[Blocked]]:
    """ "too frosty till about 20 May"."""
    for hit in line.all("too_wet"):
        until = find_near(line, hit, "until_day")
        day = _day_behind(line, until, added_on) if until else None
        end = day.end if day else hit.end
        yield Trait(Blocked(day.first if day else None), line.quote(hit.start, end), 0.6)


def _back_on(line: Line, added_on: date | None) -> Iterator[Trait[Blocked]]:
    """ "client in Portugal, back 9/3": behind a sign, or it is what one brings back."""
    for hit in line.all("back_on"):
        day = read_day(line, hit.end, added_on, hit.language)
        if day and hit.start > 0 and line.word(hit.start - 1) in (",", *DASHES):
            yield Trait(Blocked(until=day.first), line.quote(hit.start, day.end), 0.6)


def _as_soon_as(line: Line, _added_on: date | None) -> Iterator[Trait[Blocked]]:
    """ "sow when the ground is dry", "once the counts come in"."""
    for hit in line.all("as_soon_as"):
        start = line.past(hit.end, "article")
        if hit.start == 0 or not line.is_word(start) or line.at(start, "self", "me"):
            continue
        for i in range(start + 1, start + FAR):
            if found := line.at(i, "happened", "then_does"):
                by = line.quote(start, min(found.start, end_of_name(line, start)))
                yield Trait(Blocked(by=by), line.quote(hit.start, found.end), 0.6)


def _elsewhere(line: Line, _added_on: date | None) -> Iterator[Trait[Blocked]]:
    """ "statement - with counsel", "mower's in the shop"."""
    for hit in line.all("elsewhere"):
        if hit.start > 0 and not line.at(hit.end, "meanwhile"):
            yield Trait(Blocked(by=name_before(line, hit.start)),
                        line.quote(hit.start, hit.end), 0.6)  # fmt: skip


# What says that somebody has to be waited for, whatever the task is; and what is a reason to ask
# for it, where that is the task.
PLAIN: tuple[Read, ...] = (_opens, _results, _away, _waiting, _held_back, _called, _pending, _taken)
STILL: tuple[Read, ...] = (
    _not_yet, _not_happened, _no_use, _has_not, _weather, _back_on, _as_soon_as, _elsewhere
)  # fmt: skip
