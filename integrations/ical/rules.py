"""Recurrence rules (RFC 5545, 3.3.10), read for a window only.

dateutil walks from the first occurrence, and a rule that never
matches (30 February) walks to the year 9999. Here a rule without COUNT costs what its window
costs, and one with COUNT is charged to a budget for every day that it looks at.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice, product
from math import prod

from integrations.ical.limits import MAX_A_DAY, Budget, Skip, SkipEntry

DAY = timedelta(days=1)
WEEKDAYS = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
BYDAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
# Those that go by steps of so many seconds, whatever the day.
STEPS = {"HOURLY": 3600, "MINUTELY": 60, "SECONDLY": 1}
FREQUENCIES = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY", *STEPS)
SECONDS_A_DAY = 24 * 3600
LEAST_STEP_S = 60
MAX_INTERVAL = 1_000_000
# Bounds of each list of numbers, and whether it counts from the end too.
NUMBERS = {
    "BYMONTH": (1, 12, False),
    "BYWEEKNO": (1, 53, True),
    "BYYEARDAY": (1, 366, True),
    "BYMONTHDAY": (1, 31, True),
    "BYHOUR": (0, 23, False),
    "BYMINUTE": (0, 59, False),
    "BYSECOND": (0, 60, False),
    "BYSETPOS": (1, 366, True),
}
CLOCK = ("BYHOUR", "BYMINUTE", "BYSECOND")
KNOWN = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", *NUMBERS}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule on a wall clock: every moment in it is naive. `numbers` are the BY lists."""

    freq: str
    start: datetime
    interval: int
    count: int | None
    until: datetime | None
    wkst: int
    weekdays: frozenset[tuple[int, int]]  # (0 for each, or which one of the period; weekday)
    numbers: dict[str, tuple[int, ...]]
    budget: Budget

    def between(self, after: datetime, before: datetime) -> list[datetime]:
        """Occurrences from `after` to `before`, both included, in order.

        Raises SkipEntry when there are more than MAX_A_DAY on one of the days.
        """
        low, high = max(after, self.start), min(before, self.until or before)
        if low > high:
            return []
        if self.count is None:
            found: Iterator[datetime] = self._moments(low.date(), high.date())
        else:
            every = self._moments(self.start.date(), high.date())
            found = islice((moment for moment in every if moment >= self.start), self.count)
        kept: list[datetime] = []
        for moment in found:
            if moment > high:
                break
            if moment >= low:
                kept.append(moment)
                if len(kept) > MAX_A_DAY and kept[-MAX_A_DAY - 1].date() == moment.date():
                    raise SkipEntry(Skip.TOO_FREQUENT)
        return kept

    def _moments(self, first: date, last: date) -> Iterator[datetime]:
        places = self.numbers["BYSETPOS"]
        for days in self._periods(first, last):
            self.budget.spend("days", len(days))
            for moments in self._steps(days) if self.freq in STEPS else [self._moments_of(days)]:
                yield from _places(moments, places) if places else moments

    def _moments_of(self, days: list[date]) -> list[datetime]:
        """Of a period of one day or more."""
        numbers = self.numbers
        clocks = [
            time(*each)
            for each in product(numbers["BYHOUR"], numbers["BYMINUTE"], numbers["BYSECOND"])
        ]
        fitting = (day for day in days if self._fits(day))
        return [datetime.combine(day, clock) for day in fitting for clock in clocks]

    def _steps(self, days: list[date]) -> Iterator[list[datetime]]:
        """Of each hour, minute or second in these days that the rule steps on."""
        unit = STEPS[self.freq]
        step, start = unit * self.interval, self.start
        begins = start - timedelta(seconds=(start.minute * 60 + start.second) % unit)
        for day in filter(self._fits, days):
            midnight = datetime.combine(day, time())
            missed = (begins - midnight).days * SECONDS_A_DAY + (begins - midnight).seconds
            self.budget.spend("days", SECONDS_A_DAY // step // MAX_A_DAY)
            for second in range(missed % step, SECONDS_A_DAY, step):
                clocks = self._clocks(second // 3600, second // 60 % 60, second % 60)
                yield [datetime.combine(day, clock) for clock in clocks]

    def _clocks(self, hour: int, minute: int, second: int) -> list[time]:
        """What lists limit, and what they spread within one step."""
        hours, unit = self.numbers["BYHOUR"], STEPS[self.freq]
        minutes, seconds = self.numbers["BYMINUTE"], self.numbers["BYSECOND"]
        if hours and hour not in hours:
            return []
        if unit <= 60:
            minutes = (minute,) if not minutes or minute in minutes else ()
        if unit == 1:
            seconds = (second,) if not seconds or second in seconds else ()
        return [time(hour, *each) for each in product(minutes, seconds)]

    def _periods(self, first: date, last: date) -> Iterator[list[date]]:
        if self.freq == "YEARLY":
            return self._years(first, last)
        if self.freq == "MONTHLY":
            return self._months(first, last)
        if self.freq == "WEEKLY":
            monday = self.start.date() - timedelta((self.start.weekday() - self.wkst) % 7)
            return _every(monday, 7 * self.interval, 7, first, last)
        step = 1 if self.freq in STEPS else self.interval
        return _every(self.start.date(), step, 1, first, last)

    def _years(self, first: date, last: date) -> Iterator[list[date]]:
        months = sorted(self.numbers["BYMONTH"]) or list(range(1, 13))
        year = first.year + (self.start.year - first.year) % self.interval
        for each in range(year, last.year + 1, self.interval):
            yield [day for month in months for day in _month(each, month)]

    def _months(self, first: date, last: date) -> Iterator[list[date]]:
        start = self.start.year * 12 + self.start.month - 1
        month = first.year * 12 + first.month - 1
        month += (start - month) % self.interval
        for each in range(month, last.year * 12 + last.month, self.interval):
            yield _month(each // 12, each % 12 + 1)

    def _fits(self, day: date) -> bool:
        numbers = self.numbers
        if numbers["BYMONTH"] and day.month not in numbers["BYMONTH"]:
            return False
        if numbers["BYMONTHDAY"] and not _is_in(
            numbers["BYMONTHDAY"], day.day, monthrange(day.year, day.month)[1]
        ):
            return False
        if numbers["BYYEARDAY"] and not _is_in(
            numbers["BYYEARDAY"], day.timetuple().tm_yday, _year_days(day.year)
        ):
            return False
        if numbers["BYWEEKNO"] and not _is_in(numbers["BYWEEKNO"], *_week(day, self.wkst)):
            return False
        return not self.weekdays or self._is_weekday(day)

    def _is_weekday(self, day: date) -> bool:
        weekday = day.weekday()
        if (0, weekday) in self.weekdays:
            return True
        if self.freq == "YEARLY" and not self.numbers["BYMONTH"]:
            place, length = day.timetuple().tm_yday - 1, _year_days(day.year)
        else:
            place, length = day.day - 1, monthrange(day.year, day.month)[1]
        from_end = -((length - 1 - place) // 7) - 1
        return bool({(place // 7 + 1, weekday), (from_end, weekday)} & self.weekdays)


def build_rule(text: str, start: datetime, budget: Budget, *, is_dates: bool = False) -> Rule:
    """The rule as it is written after `RRULE:`, on the wall clock of `start`.

    UNTIL must be on that clock already. Raises SkipEntry for what is unreadable or too frequent.

    is_dates    of a series of whole days: what the rule says of hours means nothing
    """
    parts = _parts(text)
    if is_dates:
        parts = {name: value for name, value in parts.items() if name not in CLOCK}
    if parts.get("RSCALE") == "GREGORIAN" and parts.get("SKIP", "OMIT") == "OMIT":
        parts = {name: value for name, value in parts.items() if name not in ("RSCALE", "SKIP")}
    freq = parts.get("FREQ", "")
    interval, count = _number(parts, "INTERVAL", 1), _number(parts, "COUNT", -1)
    if freq not in FREQUENCIES or not 1 <= interval <= MAX_INTERVAL or set(parts) - KNOWN:
        raise SkipEntry(Skip.BAD_RULE)
    numbers = {name: _numbers(parts.get(name, ""), *NUMBERS[name]) for name in NUMBERS}
    weekdays = _weekdays(parts.get("BYDAY", ""), ordinals=freq in ("YEARLY", "MONTHLY"))
    if STEPS.get(freq, LEAST_STEP_S) * interval < LEAST_STEP_S:
        raise SkipEntry(Skip.TOO_FREQUENT)
    _fill_days(freq, start, numbers, weekdays)
    _fill_clock(freq, start, numbers)
    return Rule(
        freq=freq,
        start=start,
        interval=interval,
        count=None if count < 0 else count,  # Apple writes COUNT=-1 for no end
        until=_until(parts.get("UNTIL", "")),
        wkst=WEEKDAYS.get(parts.get("WKST", "MO"), 0),
        weekdays=weekdays or _start_weekday(freq, start, numbers),
        numbers=numbers,
        budget=budget,
    )


def _parts(text: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in text.strip().upper().split(";") if part.strip()]
    return {name.strip(): value.strip() for name, _, value in pairs if not name.startswith("X-")}


def _number(parts: dict[str, str], name: str, default: int) -> int:
    text = parts.get(name, "")
    if not text:
        return default
    if not re.fullmatch(r"[+-]?\d{1,9}", text):
        raise SkipEntry(Skip.BAD_RULE)
    return int(text)


def _numbers(text: str, low: int, high: int, signed: bool) -> tuple[int, ...]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not all(re.fullmatch(r"[+-]?\d{1,3}", word) for word in words):
        raise SkipEntry(Skip.BAD_RULE)
    numbers = sorted({int(word) for word in words})
    if not all(low <= (abs(number) if signed else number) <= high for number in numbers):
        raise SkipEntry(Skip.BAD_RULE)
    return tuple(numbers)


def _weekdays(text: str, *, ordinals: bool) -> frozenset[tuple[int, int]]:
    found = [BYDAY.fullmatch(word.strip()) for word in text.split(",") if word.strip()]
    if not all(found):
        raise SkipEntry(Skip.BAD_RULE)
    return frozenset(
        (int(match[1] or 0) if ordinals else 0, WEEKDAYS[match[2]]) for match in found if match
    )


def _until(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%S" if "T" in text else "%Y%m%d")
    except ValueError:
        raise SkipEntry(Skip.BAD_RULE) from None


def _fill_days(
    freq: str,
    start: datetime,
    numbers: dict[str, tuple[int, ...]],
    weekdays: frozenset[tuple[int, int]],
) -> None:
    """What the rule leaves open about the day is as in the first occurrence."""
    named = numbers["BYWEEKNO"] or numbers["BYYEARDAY"] or numbers["BYMONTHDAY"] or weekdays
    if named or freq not in ("YEARLY", "MONTHLY"):
        return
    numbers["BYMONTHDAY"] = (start.day,)
    if freq == "YEARLY" and not numbers["BYMONTH"]:
        numbers["BYMONTH"] = (start.month,)


def _start_weekday(
    freq: str, start: datetime, numbers: dict[str, tuple[int, ...]]
) -> frozenset[tuple[int, int]]:
    named = numbers["BYYEARDAY"] or numbers["BYMONTHDAY"]
    if (freq == "WEEKLY" or numbers["BYWEEKNO"]) and not named:
        return frozenset({(0, start.weekday())})
    return frozenset()


def _fill_clock(freq: str, start: datetime, numbers: dict[str, tuple[int, ...]]) -> None:
    unit = STEPS.get(freq, SECONDS_A_DAY)
    # A leap second is none of our clocks' business.
    numbers["BYSECOND"] = tuple(sorted({min(second, 59) for second in numbers["BYSECOND"]}))
    if unit > 1:
        numbers["BYSECOND"] = numbers["BYSECOND"] or (start.second,)
    if unit > 60:
        numbers["BYMINUTE"] = numbers["BYMINUTE"] or (start.minute,)
    if unit > 3600:
        numbers["BYHOUR"] = numbers["BYHOUR"] or (start.hour,)
        clocks = (numbers[name] for name in CLOCK)
        if prod(map(len, clocks)) > MAX_A_DAY:
            raise SkipEntry(Skip.TOO_FREQUENT)


def _places(moments: list[datetime], places: tuple[int, ...]) -> list[datetime]:
    picked = {place - 1 if place > 0 else len(moments) + place for place in places}
    return [moment for index, moment in enumerate(moments) if index in picked]


def _every(base: date, step: int, length: int, first: date, last: date) -> Iterator[list[date]]:
    """Periods of `length` days, every `step` days from `base`, that touch first to last."""
    missed = (first - base).days - length
    start = base + timedelta(max(0, missed // step) * step)
    while start <= last:
        yield [start + timedelta(n) for n in range(length)]
        if (last - start).days < step:
            return
        start += timedelta(step)


def _month(year: int, month: int) -> list[date]:
    return [date(year, month, day) for day in range(1, monthrange(year, month)[1] + 1)]


def _year_days(year: int) -> int:
    return 365 + (monthrange(year, 2)[1] == 29)


def _is_in(numbers: tuple[int, ...], place: int, length: int) -> bool:
    return place in numbers or place - length - 1 in numbers


def _week(day: date, wkst: int) -> tuple[int, int]:
    """The number of the week, and how many its year has; a week belongs to its fourth day."""
    middle = day + timedelta(3 - (day.weekday() - wkst) % 7)
    last = date(middle.year, 12, 28)
    last += timedelta(3 - (last.weekday() - wkst) % 7)
    return (middle.timetuple().tm_yday - 1) // 7 + 1, (last.timetuple().tm_yday - 1) // 7 + 1
