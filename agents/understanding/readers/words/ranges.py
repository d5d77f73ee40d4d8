"""Days of the week and ranges of times, as tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from agents.traits import WEEK
from agents.understanding.readers.words.clocks import NOON, Clock, read_clock, read_digits
from agents.understanding.readers.words.lexicon import Line

SHOP_DAYS = frozenset(range(6))
OFFICE_DAYS = frozenset(range(5))
DASHES = "-‐‑–—−~〜～"
LETTERS = ("LMXJVSD", "L..JVSD", "L..GVSD", "M...F..", "月火水木金土日")
# Each with whether its letters are seldom anything else.
COLLEGE_DAYS = {"M": (0, False), "T": (1, False), "Tu": (1, True), "W": (2, False),
                "Th": (3, True), "R": (3, False), "F": (4, False)}  # fmt: skip
COLLEGE_WORDS = {"MWF": (0, 2, 4), "MW": (0, 2), "TTh": (1, 3), "TuTh": (1, 3)}
MOST_ITEMS = 7
NIGHT = 6 * 60  # a range that begins before it, and that nothing marks, is one of the afternoon


@dataclass(frozen=True, slots=True)
class Days:
    days: frozenset[int]
    end: int
    is_range: bool = False


def read_days(line: Line, i: int, *, is_behind: bool = False) -> Days | None:
    """Days from token i on: one, a range, a list of both, or a word for several.

    is_behind  their times stand before them
    """
    days: frozenset[int] = frozenset()
    found, is_range = None, False
    for _ in range(MOST_ITEMS):
        item = _item(line, i)
        if item is None:
            break
        days, is_range = days | item.days, is_range or item.is_range or found is not None
        found = Days(days, item.end, is_range)
        joint = line.past(item.end, "joint")
        if joint == item.end and not line.at(joint, "day", "day_short"):
            break  # "Mon Wed Fri" needs none
        if is_behind and found.is_range and _is_of_next(line, joint):
            break
        i = joint
    return found


def _is_of_next(line: Line, i: int) -> bool:
    """ "9–5 Mon–Fri, Sat 10–2": the last day has times of its own, which none other follows."""
    item = _item(line, i)
    ranges = read_ranges(line, item.end) if item else None
    return ranges is not None and _item(line, past_on(line, ranges[1])) is None


def is_counted(line: Line, i: int) -> bool:
    """ "5 working days" are a length; "8-5 working days" are none."""
    is_range = line.word(i - 2) != "" and line.word(i - 2) in DASHES
    is_unit = line.at(i, "working_day_unit") is not None
    return is_unit and line.number(i - 1) is not None and not is_range


def _item(line: Line, i: int) -> Days | None:
    group = line.at(i, "weekdays", "workdays", "weekend", "daily")
    if group and not is_counted(line, i):
        return Days(_GROUPS[group.phrase.notion], group.end, True)
    letters = _letters(line, i) or _college_days(line, i)
    if letters:
        return letters
    first = line.at(i, "day", "day_short")
    if first is None or _is_on(line, i):
        return None
    end = _past_dot(line, first.end)
    to = past_to(line, end)
    last = line.at(line.past(to, "article"), "day", "day_short") if to > end else None
    if last is None:
        return Days(frozenset({first.value}), end)
    return Days(_between(first.value, last.value), _past_dot(line, last.end), True)


def _is_on(line: Line, i: int) -> bool:
    """ "di lunedì": what is a Tuesday elsewhere stands before a day here."""
    on = line.at(i, "on")
    day = line.at(on.end, "day") if on else None
    return on is not None and day is not None and on.language == day.language


_GROUPS = {"weekdays": OFFICE_DAYS, "workdays": SHOP_DAYS, "weekend": WEEK - OFFICE_DAYS,
           "daily": WEEK}  # fmt: skip


def _letters(line: Line, i: int) -> Days | None:
    """ "L–S": a day of one letter only counts in a range, both ends in capitals; small ones do
    where they end what is said ("9–14 h, l-v").
    """
    if not line.word(i + 1) or line.word(i + 1) not in DASHES or i + 2 >= len(line.tokens):
        return None
    one, two = line.quote(i, i + 1), line.quote(i + 2, i + 3)
    if len(one) != 1 or len(two) != 1 or not one.isalpha() or not two.isalpha():
        return None
    if one.islower() and two.islower() and _ends(line, i + 3) and not line.is_word(i - 1):
        one, two = one.upper(), two.upper()
    for letters in LETTERS:
        if one in letters and two in letters:
            return Days(_between(letters.index(one), letters.index(two)), i + 3, True)
    return None


def _college_days(line: Line, i: int) -> Days | None:
    """ "T/Th", "MWF": as American colleges write them. "M/F" and "T/F" are other things."""
    whole = line.quote(i, i + 1) if i < len(line.tokens) else ""
    if whole in COLLEGE_WORDS:
        return Days(frozenset(COLLEGE_WORDS[whole]), i + 1, True)
    days, end = [], i
    while end < len(line.tokens) and (day := COLLEGE_DAYS.get(line.quote(end, end + 1))):
        days.append(day)
        end += 1
        if line.word(end) != "/" or not line.touches(end + 1):
            break
        end += 1
    said = {number for number, _ in days}
    is_sure = len(said) > 2 or any(is_long for _, is_long in days) or said == {0, 2}
    return Days(frozenset(said), end, True) if len(said) > 1 and is_sure else None


def _ends(line: Line, i: int) -> bool:
    return not line.is_word(i) or line.at(i, "only") is not None


def _between(first: int, last: int) -> frozenset[int]:
    return frozenset((first + k) % 7 for k in range((last - first) % 7 + 1))


def _past_dot(line: Line, i: int) -> int:
    return i + 1 if line.word(i) == "." and line.touches(i) else i


def past_to(line: Line, i: int) -> int:
    """The token after a dash or a word for "to"."""
    word = line.word(i)
    return i + 1 if word and word in DASHES else line.past(i, "to")


def past_on(line: Line, i: int) -> int:
    """What stands before a day: "on", "on the". "No" is such a word in Portuguese only."""
    on = line.at(i, "on")
    is_no = on is not None and line.at(i, "not") and line.languages["pt"] <= line.languages["en"]
    return i if is_no else line.past(line.past(i, "on"), "article")


def past_filler(line: Line, i: int) -> int:
    while line.word(i) and line.word(i) in ":,;(：、はの":
        i += 1
    return i


def is_a_time(line: Line, i: int) -> bool:
    """A number that could be one: not "15 min"."""
    return line.number(i) is not None and line.at(i + 1, "minute_unit") is None


def read_range(line: Line, i: int) -> tuple[Clock, Clock] | None:
    """Two times with a dash between; an end that is not after the start is of the afternoon."""
    at = line.past(line.past(i, "from"), "clock_at")
    first = (read_digits(line, at) if _is_digital(line, at) else None) or read_clock(line, at)
    if first is None:
        return None
    to = past_to(line, first.end)
    if to == first.end and line.at(i, "between") and line.is_word(to):
        to = line.past(to, "joint")  # "between 12 and 2"
    last = _end_of_range(line, to, at) if to > first.end else None
    if last is None:
        return None
    if last.minutes == first.minutes and (first.is_fixed or last.is_fixed):
        return None  # "vendredi 12 à midi"; "8-8" is a day
    if last.is_fixed and not first.is_fixed and first.minutes + NOON < last.minutes < 1440:
        first = first.afternoon(NOON - 1) if _is_pm(line, last) else first
    if last.minutes <= first.minutes < last.minutes + NOON:
        last = last.afternoon(NOON - 1)
    return _of_the_day(line, first, last)


def _end_of_range(line: Line, i: int, start: int) -> Clock | None:
    """Four digits only behind four digits: "0730-1900"."""
    i = line.past(line.past(i, "clock_at"), "article")
    digits = read_digits(line, i) if _is_digital(line, start) else None
    return digits or read_clock(line, i)


def _is_digital(line: Line, i: int) -> bool:
    """Four digits twice, one of which begins with a zero, or with a unit: others are years."""
    to = past_to(line, i + 1)
    if to == i + 1 or read_digits(line, i) is None or read_digits(line, to) is None:
        return False
    return "0" in (line.word(i)[0], line.word(to)[0]) or line.at(to + 1, "oclock") is not None


def _of_the_day(line: Line, first: Clock, last: Clock) -> tuple[Clock, Clock]:
    """ "2–5" is of the afternoon, if nothing says that these are times of the night."""
    units = (line.at(clock.end - 1, "oclock") for clock in (first, last))
    is_open = not (first.is_fixed or last.is_fixed or any(units))
    if is_open and 60 <= first.minutes < min(NIGHT, last.minutes) and last.minutes <= NIGHT + 120:
        return first.afternoon(NOON - 1), last.afternoon(NOON - 1)
    return first, last


def _is_pm(line: Line, clock: Clock) -> bool:
    return any(hit.end == clock.end for hit in line.all("pm"))


def read_ranges(line: Line, i: int) -> tuple[list[tuple[time, time]], int, bool] | None:
    """ "9–12, 14–18 Uhr": the ranges, the token after them, and whether one is surely of times."""
    ranges: list[tuple[Clock, Clock]] = []
    end, is_marked = i, False
    for _ in range(MOST_ITEMS):
        pair = read_range(line, i)
        if pair is None:
            break
        pair = _later(pair, ranges[-1][1]) if ranges else pair
        ranges.append(pair)
        end, is_marked = pair[1].end, is_marked or pair[0].is_marked or pair[1].is_marked
        i = _past_and(line, line.past(past_filler(line, end), "joint"))
        i = line.past(i, "joint")  # ", and"
        if i == end and not (is_marked and line.number(i) is not None):
            break  # "9h–12h 14h–18h" needs no more
    return ([(a.time, b.time) for a, b in ranges], end, is_marked) if ranges else None


def _past_and(line: Line, i: int) -> int:
    """ "8–12.30 u. 14–18": not the Dutch hour, where a number follows."""
    dot = i + 1 if line.word(i - 1) == "u" and line.word(i) == "." else i
    return dot if line.number(dot) is not None else i


def _later(pair: tuple[Clock, Clock], previous: Clock) -> tuple[Clock, Clock]:
    """ "9–11.30 & 1–4": what comes behind a range is later."""
    first, last = pair
    if first.minutes < previous.minutes <= first.minutes + NOON and not first.is_fixed:
        first = first.afternoon(NOON - 1)
        last = last.afternoon(NOON - 1) if last.minutes <= first.minutes else last
    return first, last
