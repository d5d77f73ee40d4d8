"""Our reading of rules against RFC 5545, 3.3.10, taken literally: every moment is asked every part.

Slow and simple, and without a line of what it checks. Weeks begin on Monday here; the other
beginnings are compared with dateutil.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.ical.limits import Budget, SkipEntry
from integrations.ical.rules import build_rule
from integrations.tests.test_ical import entry, read, starts
from integrations.tests.test_ical_hostile import OLD

START = datetime(2026, 3, 2, 9, 30)
QUARTERS = (0, 15, 30, 45)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
SIZES = ("SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY")
Parts = dict[str, str]


def period(freq: str, at: datetime) -> int:
    """Which one since some beginning: rules count them by their interval."""
    passed = at - datetime(2024, 1, 1)  # a Monday
    seconds = passed.days * 86_400 + passed.seconds
    return {
        "YEARLY": at.year,
        "MONTHLY": at.year * 12 + at.month,
        "WEEKLY": passed.days // 7,
        "DAILY": passed.days,
        "HOURLY": seconds // 3600,
        "MINUTELY": seconds // 60,
        "SECONDLY": seconds,
    }[freq]


def listed(parts: Parts, name: str) -> list[int]:
    return [int(each) for each in parts.get(name, "").split(",") if each]


def is_in(numbers: list[int], place: int, length: int) -> bool:
    return any(each in (place, place - length - 1) for each in numbers)


def weeks_of(year: int) -> int:
    return date(year, 12, 28).isocalendar().week


def fits_days(parts: Parts, at: datetime) -> bool:
    year, week, _ = at.isocalendar()
    length = date(at.year, 12, 31).timetuple().tm_yday
    checks: dict[str, Callable[[list[int]], bool]] = {
        "BYMONTH": lambda n: at.month in n,
        "BYWEEKNO": lambda n: is_in(n, week, weeks_of(year)),
        "BYYEARDAY": lambda n: is_in(n, at.timetuple().tm_yday, length),
        "BYMONTHDAY": lambda n: is_in(n, at.day, monthrange(at.year, at.month)[1]),
    }
    return all(check(listed(parts, name)) for name, check in checks.items() if name in parts)


def fits_weekday(parts: Parts, at: datetime) -> bool:
    """Ordinals count the days of that name in the month, or in the year."""
    is_year = parts["FREQ"] == "YEARLY" and "BYMONTH" not in parts
    first = at.replace(month=1 if is_year else at.month, day=1)
    last = 366 if is_year else 31
    same = [
        day
        for day in (first + timedelta(n) for n in range(last))
        if day.weekday() == at.weekday()
        and day.year == at.year
        and (is_year or day.month == at.month)
    ]
    place = same.index(at)
    names = {f"{sign}{number}" for number in (place + 1,) for sign in ("", "+")}
    names |= {"", str(place - len(same))}
    return any(
        each in {n + DAYS[at.weekday()] for n in names} for each in parts["BYDAY"].split(",")
    )


def as_start(parts: Parts, at: datetime) -> bool:
    """What the rule leaves open is as in the first occurrence."""
    size = SIZES.index(parts["FREQ"])
    for unit, name in enumerate(("SECOND", "MINUTE", "HOUR")):
        numbers = listed(parts, f"BY{name}")
        if numbers and getattr(at, name.lower()) not in numbers:
            return False
        if (
            not numbers
            and size > unit
            and getattr(at, name.lower()) != getattr(START, name.lower())
        ):
            return False
    named = {"BYDAY", "BYMONTHDAY", "BYYEARDAY"} & set(parts)
    if named or size < SIZES.index("WEEKLY"):
        return True
    if size == SIZES.index("WEEKLY") or "BYWEEKNO" in parts:
        return at.weekday() == START.weekday()
    return at.day == START.day and (
        size < SIZES.index("YEARLY") or "BYMONTH" in parts or at.month == START.month
    )


def literally(text: str, last: datetime) -> list[datetime]:
    parts = dict(each.split("=") for each in text.split(";"))
    freq, interval = parts["FREQ"], int(parts.get("INTERVAL", 1))
    found: list[datetime] = []
    for number, moments in groupby(quarters(last), key=lambda at: period(freq, at)):
        if (number - period(freq, START)) % interval:
            continue
        inside = [at for at in moments if as_start(parts, at) and fits_days(parts, at)]
        inside = [at for at in inside if "BYDAY" not in parts or fits_weekday(parts, at)]
        places = listed(parts, "BYSETPOS")
        found += [
            at for n, at in enumerate(inside, 1) if not places or is_in(places, n, len(inside))
        ]
    found = [at for at in found if at >= START]
    return [at for at in found[: int(parts.get("COUNT", len(found)))] if at <= last]


def quarters(last: datetime) -> Iterator[datetime]:
    """Of whole years for days, from the first day on for hours: nothing happens between them."""
    first = datetime(2026, 1, 1)
    end = datetime(last.year + 1, 1, 1)
    for n in range((end - first).days):
        for quarter in range(96):
            yield first + timedelta(days=n, minutes=15 * quarter)


def some(name: str, numbers: st.SearchStrategy[int]) -> st.SearchStrategy[str]:
    lists = st.lists(numbers, min_size=1, max_size=3, unique=True)
    return lists.map(lambda found: f"{name}={','.join(map(str, found))}")


def signed(most: int) -> st.SearchStrategy[int]:
    return st.integers(-most, most).filter(bool)


MONTH, MONTHDAY = some("BYMONTH", st.integers(1, 12)), some("BYMONTHDAY", signed(31))
HOUR, MINUTE = some("BYHOUR", st.integers(0, 23)), some("BYMINUTE", st.sampled_from(QUARTERS))
PLACES = some("BYSETPOS", signed(3))
WEEKDAY = st.sampled_from(DAYS).map("BYDAY={}".format)
NTH = st.tuples(signed(5), st.sampled_from(DAYS)).map(lambda each: f"BYDAY={each[0]}{each[1]}")
YEARDAY, WEEK = some("BYYEARDAY", signed(366)), some("BYWEEKNO", signed(53))
PARTS = {
    "YEARLY": [MONTH, MONTHDAY, HOUR, PLACES, WEEKDAY | NTH, YEARDAY, WEEK],
    "MONTHLY": [MONTH, MONTHDAY, HOUR, PLACES, WEEKDAY | NTH],
    "WEEKLY": [MONTH, HOUR, MINUTE, PLACES, WEEKDAY],
    "DAILY": [MONTH, MONTHDAY, HOUR, MINUTE, PLACES, WEEKDAY],
    "HOURLY": [MONTH, MONTHDAY, HOUR, MINUTE, PLACES, WEEKDAY],
    "MINUTELY": [MONTH, MONTHDAY, HOUR, MINUTE, WEEKDAY],
    "SECONDLY": [MONTH, HOUR, MINUTE, WEEKDAY],
}
INTERVALS = {
    "HOURLY": st.integers(1, 50),
    "MINUTELY": st.integers(1, 200).map(lambda n: 15 * n),
    "SECONDLY": st.integers(1, 200).map(lambda n: 900 * n),
}


@st.composite
def rules(draw: st.DrawFn, freq: str) -> str:
    chosen = draw(st.lists(st.sampled_from(PARTS[freq]), max_size=3, unique=True))
    words = [draw(each) for each in chosen]
    if any("WEEKNO" in word for word in words):  # ordinals make no sense with it, says the RFC
        words = [word for word in words if not word.startswith("BYDAY")]
    interval = draw(INTERVALS.get(freq, st.integers(1, 4)))
    count = draw(st.sampled_from(["", ";COUNT=1", ";COUNT=7"]))
    return ";".join([f"FREQ={freq}", f"INTERVAL={interval}", *words]) + count


@pytest.mark.parametrize("freq", sorted(PARTS))
@given(data=st.data(), days=st.integers(0, 280))
@settings(max_examples=15, deadline=None)
def test_a_rule_means_what_the_rfc_says(freq: str, data: st.DataObject, days: int) -> None:
    text, low = data.draw(rules(freq)), START + timedelta(days)
    high = low + timedelta(days=20)
    expected = [at for at in literally(text, high) if at >= low]
    try:
        found = build_rule(text, START, Budget()).between(low, high)
    except SkipEntry:
        by_day = [len(list(each)) for _, each in groupby(expected, key=datetime.date)]
        assert max(by_day, default=0) > 24
    else:
        assert found == expected


@pytest.mark.parametrize(
    ("rule", "hours"),
    [
        (
            "FREQ=HOURLY;INTERVAL=6;BYMINUTE=0,30",
            ["09:00", "09:30", "15:00", "15:30", "21:00", "21:30"],
        ),
        ("FREQ=MINUTELY;INTERVAL=720", ["09:00", "21:00"]),
        ("FREQ=SECONDLY;INTERVAL=43200", ["09:00", "21:00"]),
        ("FREQ=HOURLY;INTERVAL=12;BYMINUTE=0,10,20;BYSETPOS=-1", ["09:00", "09:20", "21:20"]),
        ("FREQ=MINUTELY;INTERVAL=1;COUNT=3", ["09:00", "09:01", "09:02"]),
        ("FREQ=MINUTELY;BYHOUR=10;BYMINUTE=15", ["09:00", "10:15"]),
        ("FREQ=MINUTELY;UNTIL=20260303T090100Z", ["09:00", "09:01"]),
    ],
)
def test_what_steps_often_is_read_as_long_as_it_is_not_often(rule: str, hours: list[str]) -> None:
    """The start is an occurrence even where its rule does not name it."""
    lines = entry("UID:a", "DTSTART:20260303T090000Z", f"RRULE:{rule}")
    assert [each[6:] for each in starts(lines) if each.startswith("03-03")] == hours


@pytest.mark.parametrize("freq", ["MINUTELY", "SECONDLY;INTERVAL=60", "SECONDLY;BYSECOND=0"])
def test_thousands_of_rules_that_step_often_are_refused_at_their_first_day(freq: str) -> None:
    rule = entry(*OLD, f"RRULE:FREQ={freq}")
    reading = read(*[rule.replace("UID:old", f"UID:{n}") for n in range(500)])
    assert not reading.events
    assert sum(reading.skipped.values()) == 500
