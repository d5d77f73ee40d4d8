"""What a task waits for, who waits for it, and what is lost without it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from agents.traits import Blocked, Stakes, TaskWords, Trait
from agents.understanding.readers.words.dates import A_DAY, read_day
from agents.understanding.readers.words.durations import Duration, durations
from agents.understanding.readers.words.hours import DASHES
from agents.understanding.readers.words.lexicon import Hit, Line

NEAR = 4  # tokens between "when" and "is back", or "results" and "come on"
FAR = 10  # between "can't" and "without it"
HELD_UP, WANTED = 0.8, 0.6  # how surely somebody waits; see agents.timing.needs
THIRD_PERSON = ("es", "fr", "it", "pt")  # whose lists of "cannot" hold no "I cannot"
STAKES = (("danger", Stakes.HEALTH, 0.9), ("health", Stakes.HEALTH, 0.7),
          ("money", Stakes.MONEY, 0.7))  # fmt: skip
RECIPES = frozenset({"rezept", "receta", "receita", "ricetta", "recept"})
A_DAY_OR_TIME = ("day", "day_short", "month", "today", "tomorrow", "noon", "midnight", "article")
MOST_UNMARKED = timedelta(hours=5)  # "14 h" is a clock


def read_blocked(lines: Sequence[Line], added_on: date | None) -> Trait[Blocked] | None:
    for line in lines:
        for read in (_opens, _results, _away, _waiting, _held_back, _called):
            found = next(read(line, added_on), None)
            if found:
                return found
    return None


def _opens(line: Line, added_on: date | None) -> Iterator[Trait[Blocked]]:
    for hit in line.all("opens", "not_before"):
        day = read_day(line, hit.end, added_on, hit.language)
        if day:
            yield Trait(Blocked(until=day.first), line.quote(hit.start, day.end), 0.8)


def _results(line: Line, added_on: date | None) -> Iterator[Trait[Blocked]]:
    """ "results come on the 9th"."""
    for hit in line.all("results"):
        comes = _near(line, hit, "arrive")
        if comes is None:
            continue
        day = read_day(line, comes.end, added_on, hit.language)
        until, end = (day.first, day.end) if day else _of_month(line, comes.end, added_on)
        if until:
            yield Trait(Blocked(until, by=line.quote(hit.start, hit.end)),
                        line.quote(hit.start, end), 0.7)  # fmt: skip


def _of_month(line: Line, i: int, added_on: date | None) -> tuple[date | None, int]:
    """ "the 9th", "9.", "9": the next such day."""
    i = line.past(i, "article")
    number, end = line.number(i), line.past(i + 1, "ordinal")
    if added_on is None or number is None or not 1 <= number <= 31 or line.is_word(end):
        return None, i
    for ahead in range(62):  # two months hold every number
        if added_on.toordinal() + ahead > date.max.toordinal():
            break
        if (added_on + ahead * A_DAY).day == number:
            return added_on + ahead * A_DAY, end
    return None, i


def _away(line: Line, _added_on: date | None) -> Iterator[Trait[Blocked]]:
    """ "when Karin is back", "cuando vuelva Ana"."""
    for hit in line.all("when"):
        back = _near(line, hit, "back")
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


def _near(line: Line, hit: Hit, notion: str) -> Hit | None:
    found = (line.at(i, notion) for i in range(hit.end, hit.end + NEAR))
    return next((one for one in found if one), None)


def _waiting(line: Line, _added_on: date | None) -> Iterator[Trait[Blocked]]:
    for hit in line.all("wait_for"):
        start = line.past(hit.end, "article")
        end = min(start + 1, len(line.tokens))
        if line.is_word(start):
            by = line.quote(start, end)
            yield Trait(Blocked(by=by), line.quote(hit.start, end), 0.7)


def _held_back(line: Line, added_on: date | None) -> Iterator[Trait[Blocked]]:
    """ "can't finish till the letter comes", "can't book till Friday"."""
    for hit in line.all("cannot"):
        until = _near(line, hit, "until_then")
        if until is None or _has_subject(line, hit):
            continue
        if day := read_day(line, until.end, added_on, hit.language):
            yield Trait(Blocked(until=day.first), line.quote(hit.start, day.end), 0.7)
            continue
        start = line.past(until.end, "article")
        end = next(
            i for i in range(start, start + NEAR + 1) if i == start + NEAR or not line.is_word(i)
        )
        if end > start and not line.at(start, *A_DAY_OR_TIME):
            by = line.quote(start, end)
            yield Trait(Blocked(by=by), line.quote(hit.start, end), 0.7)


def _called(line: Line, _added_on: date | None) -> Iterator[Trait[Blocked]]:
    """ "he'll ring me": until then there is nothing to do."""
    for hit in line.all("will_call"):
        said = line.quote(hit.start, hit.end)
        yield Trait(Blocked(by=_name_before(line, hit.start)), said, 0.6)


def read_waits(lines: Sequence[Line]) -> Trait[str] | None:
    """Who is named right before the words, if it begins with a capital; certain, where they are
    held up until it is done.
    """
    for line in lines:
        for start, end, confidence in _waits(line):
            who = _name_before(line, start)
            return Trait(who, line.quote(start - bool(who), end), confidence)
    return None


def _waits(line: Line) -> Iterator[tuple[int, int, float]]:
    """The tokens that say it, and how surely."""
    for hit in line.all("held_up", "cannot_start"):
        yield hit.start, hit.end, HELD_UP
    for hit in line.all("cannot"):
        # "can't finish till the letter comes": the person's own hands are tied
        if _has_subject(line, hit):
            yield from ((hit.start, end, HELD_UP) for end in _until_then(line, hit))
    for hit in line.all("waits_word"):
        if line.number(hit.end) is None and not line.at(hit.end, "hour_word"):
            yield hit.start, hit.end, WANTED  # but "wants two nights"


def _until_then(line: Line, hit: Hit) -> Iterator[int]:
    """Where "they can't lay till he knows", "can't put the power on without it" ends."""
    until = _near(line, hit, "until_then")
    # What comes then is no day and no number.
    if until and line.is_word(until.end) and not line.at(until.end, *A_DAY_OR_TIME):
        yield until.end + 1
    for without in line.all("without_it"):
        if hit.end <= without.start <= hit.end + FAR:
            yield without.end


def _has_subject(line: Line, hit: Hit) -> bool:
    """Somebody else than the person cannot: by the word before, or by the form of the verb."""
    before = hit.start - 1
    is_other = line.is_word(before) and not line.at(before, "self")
    return is_other or hit.language in THIRD_PERSON


def _name_before(line: Line, start: int) -> str:
    i = start - 1
    if not line.is_word(i):
        return ""
    word = line.quote(i, i + 1)
    return word if word[:1].isupper() else ""


def read_unblocks(lines: Sequence[Line]) -> Trait[str] | None:
    for line in lines:
        for hit in line.all("unblocks_word", "cannot_start"):
            quote = line.quote(hit.start, hit.end)
            return Trait(quote, quote, 0.5)
        for hit in line.all("enables"):
            if line.is_name(hit.end):  # "damit Karin": without a name it says little
                quote = line.quote(hit.start, hit.end + 1)
                return Trait(quote, quote, 0.5)
    return None


def read_effort(title: Line, description: Line) -> Trait[timedelta] | None:
    """In the title where nothing goes on behind; a description may tell of anything later on."""
    if any(title.all("left_alone")):
        return None  # "put the chickpeas to soak (12 h)"
    for line, least in ((title, len(title.tokens)), (description, 1)):
        not_here = {h.end for h in line.all("no_effort", "clock_at", "on", "from", "to", "by",
                                            "until", "after", "before")}  # fmt: skip
        for found in durations(line):
            if found.start < least and found.start not in not_here and _is_effort(line, found):
                return Trait(found.length, line.quote(found.start, found.end), 0.7)
    return None


def _is_effort(line: Line, found: Duration) -> bool:
    before = line.word(found.start - 1)
    after = line.at(found.end, "before", "after", "of_the_past")
    is_range = bool(before) and before in DASHES
    if after or (found.could_be_a_clock and (is_range or found.length > MOST_UNMARKED)):
        return False
    is_alone = before == "(" and line.word(found.end) == ")"
    if found.could_be_a_clock and not is_alone:
        return found.end == len(line.tokens)
    return found.start == 0 or not line.is_word(found.end)


def read_stakes(lines: Sequence[Line]) -> Trait[Stakes] | None:
    """Surest is what is dangerous: gas, or water that comes."""
    for notion, stakes, confidence in STAKES:
        for line in lines:
            hit = next((h for h in line.all(notion) if not _is_recipe(line, h)), None)
            if hit:
                return Trait(stakes, line.quote(hit.start, hit.end), confidence)
    return None


def _is_recipe(line: Line, hit: Hit) -> bool:
    """In many languages one word is a prescription and a recipe: only a way out tells."""
    is_open = hit.phrase.words[0] in RECIPES
    return is_open and not any(line.hits.get(n) for n in ("errand", "phone", "office_word"))


def read_someday(words: TaskWords, lines: Sequence[Line]) -> Trait[bool] | None:
    """Where it is kept, or how it begins: "maybe" in the middle of a note says little."""
    for place in (words.project, words.section, *words.labels):
        line = next((one for one in lines if one.text == place), None)
        if line and any(line.all("someday")):
            return Trait(True, place, 0.9)
    first = lines[0].at(0, "someday") if lines else None
    return Trait(True, lines[0].quote(first.start, first.end), 0.6) if first else None
