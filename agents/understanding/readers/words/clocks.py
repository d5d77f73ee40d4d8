"""Times of day, as tokens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import time

from agents.understanding.readers.words.lexicon import Hit, Line

NOON, DAY = 12 * 60, 24 * 60
# What an hour in words may stand behind, and the most tokens that such a phrase has.
MARKS = ("clock_at", "close", "until", "by", "before", "after", "from_then")
LONGEST_MARK = 4
# Minutes from the hour that is named, before it ("Viertel vor 5") and behind it ("6 y media").
PARTS_BEFORE = {"quarter_to": -15, "quarter_past": 15, "half_to": -30, "half_past": 30,
                "three_quarters": -15}  # fmt: skip
PARTS_BEHIND = {"and_half": 30, "and_quarter": 15, "less_quarter": -15}
PAIRS = ("-", "–")
SMALL = 7 * 60 + 59  # up to here an hour that nothing marks is one of the afternoon


@dataclass(frozen=True, slots=True)
class Clock:
    minutes: int  # of the day, 0..1440
    end: int  # the token after it
    is_marked: bool = False  # something says that this number is a time
    is_fixed: bool = False  # it cannot be of the other half of the day

    @property
    def time(self) -> time:
        return time(*divmod(self.minutes % DAY, 60))

    def afternoon(self, latest: int = SMALL) -> Clock:
        """Twelve hours later, if it is small enough and nothing says which half is meant."""
        if self.is_fixed or not 60 <= self.minutes <= latest:
            return self
        return Clock(self.minutes + NOON, self.end, self.is_marked, True)


def read_clock(line: Line, i: int) -> Clock | None:
    """The time that begins at token i."""
    named = line.at(i, "noon", "midnight")
    if named:
        minutes = NOON if named.phrase.notion == "noon" else DAY
        return Clock(minutes, named.end, True, True)
    half = line.at(i, "am_before", "pm_before")
    start = half.end if half else i
    plain = _hour(line, start)
    if plain is None:
        return None
    if line.touches(plain.end) and (ish := line.at(plain.end, "ish")):
        plain = replace(plain, end=ish.end)  # "3ish pm"
    if half:
        return _halved(plain, plain.end, half.phrase.notion == "pm_before")
    after = line.at(plain.end, "am", "pm")
    if after:
        return _halved(plain, after.end, after.phrase.notion == "pm")
    letter = _letter(line, plain)
    return _halved(plain, plain.end + 1, letter == "p") if letter else plain


def _letter(line: Line, clock: Clock) -> str:
    """ "8:30a-4:30p", "9a–5p": a letter that is no word of its own, behind minutes or in a pair."""
    letter, i = line.word(clock.end), clock.end
    if letter not in ("a", "p") or not line.touches(i):
        return ""
    is_pair = letter == "a" and line.word(i + 1) in PAIRS
    is_pair = is_pair or (letter == "p" and line.word(i - 2) in PAIRS and line.word(i - 3) == "a")
    return letter if is_pair or (clock.is_marked and line.word(i - 2) in (":", ".")) else ""


def _halved(clock: Clock, end: int, is_pm: bool) -> Clock | None:
    if clock.minutes > NOON + 59 and not is_pm:
        return None
    minutes = clock.minutes
    if minutes <= NOON + 59:
        minutes = minutes % NOON + (NOON if is_pm else 0)
    return Clock(minutes, end, True, True)


def _hour(line: Line, i: int) -> Clock | None:
    if spoken := _parted(line, i) or _spoken(line, i):
        return spoken
    hour = line.number(i)
    if hour is None or hour > 24 or line.tokens[i].end - line.tokens[i].start > 2:
        return None
    if line.touches(i) and line.word(i - 1) in "./:_" and line.number(i - 2) is not None:
        return None  # the middle of a date, a fraction or a longer number
    return _after(line, i, hour)


def _parted(line: Line, i: int) -> Clock | None:
    """ "quarter to 8", "halb sieben", "sei e mezza": parts of an hour, in words."""
    before = _part_before(line, i)
    hour = _hour_alone(line, before.end if before else i)
    if hour is None:
        return None
    hours, end = hour
    if before:
        return _part_of(hours, PARTS_BEFORE[before.phrase.notion], line.past(end, "oclock"))
    behind = line.at(end, *PARTS_BEHIND)
    if behind is None or (line.is_word(behind.end) and not _is_marked_before(line, i)):
        return None  # "2 y media tazas"
    return _part_of(hours, PARTS_BEHIND[behind.phrase.notion], behind.end)


def _part_before(line: Line, i: int) -> Hit | None:
    """ "half 6" is 6:30 in English and 5:30 in Dutch: that of which the line has more."""
    hits = [hit for notion in PARTS_BEFORE if (hit := line.at(i, notion))]
    return max(hits, key=lambda hit: line.languages[hit.language], default=None)


def _part_of(hour: int, minutes: int, end: int) -> Clock | None:
    total = 60 * hour + minutes
    if 0 < total < 60:
        total += NOON  # "halb eins" is of the day
    return Clock(total, end, True, total >= NOON) if total <= DAY else None


def _hour_alone(line: Line, i: int) -> tuple[int, int] | None:
    """By its number or its name, with the token after it; nothing that goes on as a time."""
    if named := line.at(i, "hour_word"):
        return named.value + 1, named.end
    number = line.number(i)
    if number is None or not 1 <= number <= 24 or len(line.word(i)) > 2:
        return None
    goes_on = line.word(i + 1) in (":", ".") and line.touches(i + 2) and line.number(i + 2)
    return None if goes_on else (number, i + 1)


def _spoken(line: Line, i: int) -> Clock | None:
    """ "at seven", "all'una": the name of a number is an hour only behind a word that says so, or
    with its unit behind."""
    named = line.at(i, "hour_word")
    if named is None:
        return None
    clock = _whole(line, named.end, 60 * (named.value + 1), False, False)
    is_hour = clock is not None and (clock.is_marked or _is_marked_before(line, i))
    return clock if is_hour else None


def _is_marked_before(line: Line, i: int) -> bool:
    hits = (line.at(i - back, mark) for back in range(1, LONGEST_MARK + 1) for mark in MARKS)
    return any(hit is not None and hit.end == i for hit in hits)


def _after(line: Line, i: int, hour: int) -> Clock | None:
    sign, minute = line.word(i + 1), _minute(line, i + 2)
    is_colon = sign in (":", "：")
    is_zero = line.word(i)[:1] == "0"
    if minute is not None and (is_colon or sign == ".") and line.touches(i + 2):
        marked = is_colon or (hour > 12 and (minute > 12 or minute == 0))
        return _whole(line, i + 3, hour * 60 + minute, marked, is_zero or hour == 0)
    if sign in (".", ",") and line.touches(i + 2) and line.number(i + 2) is not None:
        return None  # a decimal
    return _whole(line, i + 1, hour * 60, False, is_zero)


def _whole(line: Line, i: int, minutes: int, marked: bool, fixed: bool) -> Clock | None:
    """With the unit that may follow, and the minutes that may follow the unit."""
    unit = line.at(i, "oclock")
    if unit is None:
        return Clock(minutes, i, marked, fixed or minutes >= NOON) if minutes <= DAY else None
    end = unit.end
    minute = _minute(line, end) if minutes % 60 == 0 else None
    if minute is not None and not line.at(end + 1, "oclock", "minute"):
        minutes, end = minutes + minute, end + 1
    elif minute is not None and line.at(end + 1, "minute") and line.word(end + 1) == "分":
        minutes, end = minutes + minute, end + 2
    if line.word(end) == "半":
        minutes, end = minutes + 30, end + 1
    return Clock(minutes, end, True, fixed or minutes >= NOON) if minutes <= DAY else None


def _minute(line: Line, i: int) -> int | None:
    number = line.number(i)
    return number if number is not None and number < 60 and len(line.word(i)) == 2 else None


def read_digits(line: Line, i: int) -> Clock | None:
    """ "0730", "1900": four digits, which may be a year as well."""
    number = line.number(i)
    if number is None or len(line.word(i)) != 4:
        return None
    hour, minute = divmod(number, 100)
    if hour > 24 or minute > 59 or minute % 5:
        return None
    return Clock(60 * hour + minute, line.past(i + 1, "oclock"), True, True)
