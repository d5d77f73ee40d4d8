"""Days, as words name them, counted from the day on which the task was added."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from agents.understanding.readers.words.clocks import read_clock
from agents.understanding.readers.words.lexicon import Hit, Line

A_DAY = timedelta(days=1)
YEARS = range(2000, 2100)
WEEKS_AHEAD = 9
LONGEST_WAIT = 62  # days to the next 31st
LONGEST_CLOCK = 5  # tokens
MIDDLE = 15  # of a month
SATURDAY = 5
# Behind which a number is that of a day, and of hours where they are many: "hasta las 3".
ARTICLES = frozenset({"le", "au", "el", "del", "il", "al", "o", "ao", "do", "dia"})
ENGLISH = {1: "st", 2: "nd", 3: "rd"}  # endings of numbers, by their last digit
UNITS = ("hour_unit", "minute_unit", "day_unit", "week_unit", "month_unit", "oclock", "hour_word")
SHORT = 3  # letters of a day that is cut short and still no other word, but for these
OTHER_WORDS = {"sun", "sat", "mon", "mar", "mer", "dom", "gio", "seg", "ter", "sex", "sam", "don",
               "din", "zat", "zon", "vrij"}  # fmt: skip
APOSTROPHES = ("'", "\u2019")
CALLS_FOR_A_DAY = ("by", "before", "until", "expires", "close", "on", "end_of_day")
# Of "5/12" the nearer day is meant where it is this near and the other that far.
NEAR, FAR = timedelta(days=31), timedelta(days=90)
DAY_FIRST = (("set",),)  # settembre, never before its day: "set 2 alarms"


@dataclass(frozen=True, slots=True)
class Day:
    """A day, or the first and last of several: "August", "Easter"."""

    first: date
    last: date
    end: int  # the token after it
    is_of_week: bool = False  # nothing but its name
    is_of_month: bool = False  # nothing but its number


def read_day(line: Line, i: int, added_on: date | None, language: str = "") -> Day | None:
    """The day that begins at token i. `language` says in which order "3/4" is."""
    behind_on = line.past(i, "on")
    for start in dict.fromkeys((i, behind_on, line.past(behind_on, "article"))):
        if found := _read_day(line, start, added_on, language):
            return found
    return None


def _read_day(line: Line, i: int, added_on: date | None, language: str) -> Day | None:
    for read in (_iso, _japanese, _dotted, _slashed, _dashed, _day_month, _month_day):
        found = read(line, i, language)
        if found:
            day, month, year, end = found
            on = _next(day, month, year, added_on)
            return Day(on, on, end) if on else None
    if added_on is None:
        return None
    return _either(line, i, added_on) or _named(line, i, added_on, language)


def read_month(line: Line, i: int, added_on: date | None) -> Day | None:
    """A month alone, "August" or "8月": the next one that is not over."""
    hit = line.at(i, "month")
    number, end = (hit.value + 1, hit.end) if hit else (_month_of_kanji(line, i), i + 2)
    if number is None or added_on is None:
        return None
    year = line.number(line.past(end, "of"))
    if year in YEARS:
        end = line.past(end, "of") + 1
    else:
        year = added_on.year + (number < added_on.month)
    first = date(year or 1, number, 1)
    return Day(first, _end_of(first), end)


def easter(year: int) -> date:
    """Western Easter Sunday: the "anonymous" Gregorian computation (Meeus/Jones/Butcher)."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), f = divmod(b, 4), (b + 8) // 25
    h = (19 * a + b - d - (b - f + 1) // 3 + 15) % 30
    i, k = divmod(c, 4)
    extra = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * extra) // 451
    month, day = divmod(h + extra - 7 * m + 114, 31)
    return date(year, month, day + 1)


def _make(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _next(day: int, month: int, year: int | None, added_on: date | None) -> date | None:
    """Without a year, the first such day on or after `added_on`."""
    if year is not None:
        year += 2000 if year < 100 else 0
        return _make(year, month, day) if year in YEARS else None
    if added_on is None:
        return None
    for ahead in range(9):  # the longest wait for a 29 February
        found = _make(min(added_on.year + ahead, 9999), month, day)
        if found and found >= added_on:
            return found
    return None


_Parts = tuple[int, int, int | None, int]


def _parts(day: int | None, month: int | None, year: int | None, end: int) -> _Parts | None:
    if day is None or month is None or not 1 <= day <= 31 or not 1 <= month <= 12:
        return None
    return day, month, year, end


def _year(line: Line, i: int) -> tuple[int | None, int]:
    """A year of four digits at i, behind "of" or a comma if there is one."""
    at = line.past(i, "of")
    at = at + 1 if line.word(at) == "," else at
    number = line.number(at)
    return (number, at + 1) if number in YEARS else (None, i)


def _iso(line: Line, i: int, _language: str) -> _Parts | None:
    if line.number(i) in YEARS and line.word(i + 1) == "-" == line.word(i + 3):
        return _parts(line.number(i + 4), line.number(i + 2), line.number(i), i + 5)
    return None


def _month_of_kanji(line: Line, i: int) -> int | None:
    number = line.number(i)
    return number if line.word(i + 1) == "月" and number and number <= 12 else None


def _japanese(line: Line, i: int, language: str) -> _Parts | None:
    if line.word(i + 1) == "年":
        rest = _japanese(line, i + 2, language)
        return (rest[0], rest[1], line.number(i), rest[3]) if rest else None
    if line.word(i + 3) == "日":
        return _parts(line.number(i + 2), _month_of_kanji(line, i), None, i + 4)
    return None


def _dotted(line: Line, i: int, _language: str) -> _Parts | None:
    """ "31.1.", "31.01.2027", "31.1": two digits without a dot behind could be minutes."""
    if line.word(i + 1) != "." or not line.touches(i + 1):
        return None
    day, month = line.number(i), line.number(i + 2)
    if line.word(i + 3) == "." and line.touches(i + 3):
        year = line.number(i + 4) if line.touches(i + 4) or line.number(i + 4) in YEARS else None
        return _parts(day, month, year, i + 4 + (year is not None))
    is_sure = line.touches(i + 2) and (len(line.word(i + 2)) == 1 or (day or 0) > 24)
    return _parts(day, month, None, i + 3) if is_sure else None


def _slashed(line: Line, i: int, language: str) -> _Parts | None:
    """ "3/4" is read where the language says which is the month, or the numbers do."""
    if line.word(i + 1) != "/" or not line.touches(i + 2):
        return None
    one, two = line.number(i) or 0, line.number(i + 2) or 0
    year, end = None, i + 3
    if line.word(end) == "/" and line.number(end + 1) is not None:
        year, end = line.number(end + 1), end + 2
    if language in ("", "en") and one <= 12 and two <= 12 and one != two:
        return None
    is_month_first = language == "ja" or (language in ("", "en") and two > 12)
    return _parts(two, one, year, end) if is_month_first else _parts(one, two, year, end)


def _dashed(line: Line, i: int, _language: str) -> _Parts | None:
    """ "30-06": two digits each; "9-12" are hours, and so may "08-10" be."""
    is_dashed = line.word(i + 1) == "-" != line.word(i + 3) and line.touches(i + 2)
    if not is_dashed or len(line.word(i)) != 2 or len(line.word(i + 2)) != 2:
        return None
    day = line.number(i) or 0
    return _parts(day, line.number(i + 2), None, i + 3) if day > 24 else None


def _either(line: Line, i: int, added_on: date) -> Day | None:
    """ "expires 5/12", written on 9 May: nobody says which is the month, but one is near."""
    if line.word(i + 1) != "/" or not line.touches(i + 2) or line.word(i + 3) == "/":
        return None
    one, two = line.number(i) or 0, line.number(i + 2) or 0
    if not (1 <= one <= 12 and 1 <= two <= 12):
        return None
    days = (_next(one, two, None, added_on), _next(two, one, None, added_on))
    near, far = sorted(day for day in days if day) if all(days) else (None, None)
    if near is None or far is None or near - added_on > NEAR or far - added_on < FAR:
        return None
    return Day(near, near, i + 3)


def _day_month(line: Line, i: int, _language: str) -> _Parts | None:
    """ "12 May", "12. Mai", "1er mai", "12th of May", "30 de setembro de 2026"."""
    if line.number(i) is None:
        return None
    at = line.past(i + 1, "ordinal")
    at = at + 1 if line.word(at) in (".", "º", "°") else at
    month = line.at(line.past(at, "of"), "month")
    if month is None:
        return None
    year, end = _year(line, line.past(month.end, "dot"))
    return _parts(line.number(i), month.value + 1, year, end)


def _month_day(line: Line, i: int, _language: str) -> _Parts | None:
    month = line.at(i, "month")
    if month is None or line.number(month.end) is None or month.phrase.words in DAY_FIRST:
        return None
    end = line.past(month.end + 1, "ordinal")
    if line.at(end, "minute", "oclock", "am", "pm"):
        return None
    year, end = _year(line, end)
    return _parts(line.number(month.end), month.value + 1, year, end)


def _named(line: Line, i: int, added_on: date, language: str) -> Day | None:
    hit = line.at(i, "end_of_month", "end_of_year", "today", "tomorrow", "christmas", "easter",
                  "new_year")  # fmt: skip
    if hit:
        first, last = _special(hit.phrase.notion, added_on)
        return Day(first, last, hit.end)
    month = _part_of_month(line, i, added_on)
    return month or _weekday(line, i, added_on, language)


def _special(notion: str, added_on: date) -> tuple[date, date]:
    if notion == "easter":
        sunday = easter(added_on.year)
        if sunday < added_on:
            sunday = easter(added_on.year + 1)
        return sunday - 2 * A_DAY, sunday + A_DAY  # Good Friday to Easter Monday
    if notion == "christmas":
        eve = _next(24, 12, None, added_on) or added_on
        return eve, eve + 2 * A_DAY
    day = {
        "end_of_month": _end_of(added_on),
        "end_of_year": date(added_on.year, 12, 31),
        "new_year": date(added_on.year, 12, 31),
        "today": added_on,
        "tomorrow": added_on + A_DAY,
    }[notion]
    return day, day


def _end_of(day: date) -> date:
    return (day.replace(day=28) + 4 * A_DAY).replace(day=1) - A_DAY


def _part_of_month(line: Line, i: int, added_on: date) -> Day | None:
    ends, middle = line.at(i, "end_of"), line.at(i, "middle_of")
    part = ends or middle
    at = part.end + (line.word(part.end) == "-") if part else i  # "mi-juin"
    month = read_month(line, at, added_on)
    if month is None:
        return None
    if middle:
        on = month.first.replace(day=MIDDLE)
        return Day(on, on, month.end)
    if ends:
        return Day(month.last, month.last, month.end)
    if line.word(month.end) == "末":
        return Day(month.last, month.last, month.end + 1)
    return None


def _weekday(line: Line, i: int, added_on: date, language: str) -> Day | None:
    """The first such day on or after `added_on`."""
    if weekend := line.at(i, "weekend"):
        on = added_on + timedelta(days=(SATURDAY - added_on.weekday()) % 7)
        return Day(on, on, weekend.end, is_of_week=True)
    hit = line.at(i, "day") or line.at(i, "day_short")
    if hit is None or (hit.phrase.notion == "day_short" and not _is_short_day(line, hit, language)):
        return None
    if dated := _dated(line, hit.end, added_on):
        return dated
    on = added_on + timedelta(days=(hit.value - added_on.weekday()) % 7)
    numbered = _numbered(line, hit.end, on)
    if numbered is None:
        return Day(on, on, hit.end, is_of_week=True)
    return Day(numbered, numbered, hit.end + 1)


def _dated(line: Line, i: int, added_on: date) -> Day | None:
    """ "Thursday 21 May", "jueves, 21 de mayo": the date says it all."""
    found = _day_month(line, i + 1 if line.word(i) == "," else i, "")
    on = _next(found[0], found[1], found[2], added_on) if found else None
    return Day(on, on, found[3]) if on and found else None


def _numbered(line: Line, i: int, first: date) -> date | None:
    """ "viernes 27": which of the next ones; up to twelve it could be an hour as well."""
    number = line.number(i)
    if number is None or not 1 <= number <= 31 or line.at(i + 1, "oclock", "am", "pm"):
        return None
    if line.word(i + 1) in (":", ".") and line.touches(i + 2) and line.number(i + 2) is not None:
        return None  # "viernes 17:00"
    days = (first + timedelta(weeks=week) for week in range(WEEKS_AHEAD))
    found = next((day for day in days if day.day == number), None)
    return found if found and (number > 12 or found == first) else None


def read_number_of_day(line: Line, i: int, added_on: date | None) -> Day | None:
    """ "the 18th", "il 18": the next day of that number, behind words that say that a day comes."""
    number, end = line.number(i), line.past(i + 1, "ordinal")
    if added_on is None or number is None or not 1 <= number <= 31:
        return None
    if line.word(end) in (":", "%", "/", ".") and line.touches(end):
        return None
    if line.is_word(end) and not line.at(end, "clock_at", "joint"):
        return None  # "20 días", "4 h"
    return next_of_number(number, added_on, end)


def is_ordinal(line: Line, i: int) -> bool:
    """ "24th", "26e", and not "4nd", which is "and"."""
    number, ending = line.number(i), line.at(i + 1, "ordinal")
    if number is None or ending is None or not line.touches(i + 1):
        return False
    if ending.language != "en":
        return True
    is_teen = number // 10 % 10 == 1
    return line.word(i + 1) == ("th" if is_teen else ENGLISH.get(number % 10, "th"))


def read_number_behind(line: Line, hit: Hit, added_on: date | None) -> Day | None:
    """ "by the 30th", "bis 19.", "avant le 30", "fino al 25": a number that its language writes as
    that of a day, behind a word for "until", "before" or "on".
    """
    i = line.past(line.past(hit.end, "on"), "article")
    number = line.number(i)
    if added_on is None or number is None or not 1 <= number <= 31:
        return None
    if hit.language == "de":
        is_day = line.word(i + 1) == "." and line.touches(i + 1) and line.number(i + 2) is None
        is_floor = line.is_name(i + 2)  # "bis 3. Stock": every noun has a capital
        return next_of_number(number, added_on, i + 2) if is_day and not is_floor else None
    is_until = hit.phrase.notion != "on"
    if is_ordinal(line, i) and is_until:
        return next_of_number(number, added_on, line.past(i + 1, "ordinal"))
    if i == hit.end and hit.phrase.words[-1] not in ARTICLES:
        return None
    if is_until and line.is_word(i + 1) and not line.at(i + 1, *UNITS):
        return next_of_number(number, added_on, i + 1)
    return read_number_of_day(line, i, added_on)


def next_of_number(number: int, added_on: date, end: int) -> Day | None:
    """The first day of that number, on or after `added_on`; `end` as in Day."""
    days = (added_on + timedelta(days=n) for n in range(LONGEST_WAIT))
    on = next((day for day in days if day.day == number), None)
    return Day(on, on, end, is_of_month=True) if on else None


def _is_short_day(line: Line, hit: Hit, language: str) -> bool:
    """Whether "do" or "mar" is a day: beside a time of day, or in capitals where no word follows;
    behind a word that calls for a day. Of three letters that are no other word, always.
    """
    if line.number(hit.start - 1) is not None and not _is_behind_a_clock(line, hit.start):
        return False  # "3 Mon."
    is_cut = line.word(hit.end) == "." and line.touches(hit.end) and line.is_word(hit.end + 1)
    if is_cut and len(line.word(hit.start)) < SHORT:
        return False  # "Fr. Behrens"
    if line.is_glued(hit.start) or line.is_glued(hit.end) or line.word(hit.end) in APOSTROPHES:
        return False  # "Di' che", "LX&Wo7"
    at = line.past(hit.end, "clock_at")
    clock = read_clock(line, at)  # "Mi um 8", "wo 7u"
    if (clock and (clock.is_marked or at > hit.end)) or _is_behind_a_clock(line, hit.start):
        return True
    if by := line.at(hit.end, "by"):
        until = read_clock(line, line.past(by.end, "clock_at"))
        return _is_capital(line, hit.start) or bool(until and until.is_marked)
    word = line.word(hit.start)
    is_long = len(word) >= SHORT and hit.language == language
    is_called_for = _ends_before(line, hit.start, *CALLS_FOR_A_DAY)
    if is_long and is_called_for:
        return True
    is_plain = (is_long and word not in OTHER_WORDS) or _is_capital(line, hit.start)
    return not line.is_word(hit.end) and (is_called_for or is_plain)


def _is_behind_a_clock(line: Line, i: int) -> bool:
    clocks = (read_clock(line, k) for k in range(max(0, i - LONGEST_CLOCK), i))
    return any(clock is not None and clock.is_marked and clock.end == i for clock in clocks)


def _ends_before(line: Line, i: int, *notions: str) -> bool:
    return any(hit.end == i for hit in line.all(*notions))


def _is_capital(line: Line, i: int) -> bool:
    return line.text[line.tokens[i].start].isupper()
