"""Our reading of rules against two others: dateutil's, and a naive walk over days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr  # type: ignore[import-untyped]
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from integrations import ical
from integrations.ical.limits import Budget
from integrations.ical.rules import build_rule

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
START = datetime(2026, 3, 2, 9, 30)


def part(name: str, numbers: st.SearchStrategy[int], most: int = 3) -> Any:
    some = st.lists(numbers, min_size=1, max_size=most, unique=True)
    return some.map(lambda found: f"{name}={','.join(map(str, found))}")


def signed(most: int) -> st.SearchStrategy[int]:
    return st.integers(-most, most).filter(bool)


WEEKDAYS = st.lists(st.sampled_from(DAYS), min_size=1, unique=True).map(
    lambda days: f"BYDAY={','.join(days)}"
)
NTH = st.tuples(signed(5), st.sampled_from(DAYS)).map(lambda pair: f"BYDAY={pair[0]}{pair[1]}")
PARTS: dict[str, list[Any]] = {
    "YEARLY": [
        part("BYMONTH", st.integers(1, 12)),
        part("BYMONTHDAY", signed(31)),
        part("BYYEARDAY", signed(366)),
        WEEKDAYS | NTH,
        part("BYSETPOS", signed(3)),
        WEEKDAYS.flatmap(lambda d: part("BYWEEKNO", signed(53)).map(lambda w: f"{w};{d}")),
    ],
    "MONTHLY": [
        part("BYMONTH", st.integers(1, 12)),
        part("BYMONTHDAY", signed(31)),
        WEEKDAYS | NTH,
        part("BYSETPOS", signed(3)),
    ],
    "WEEKLY": [WEEKDAYS, part("BYMONTH", st.integers(1, 12)), part("BYHOUR", st.integers(0, 23))],
    "DAILY": [WEEKDAYS, part("BYMONTHDAY", signed(31)), part("BYMINUTE", st.integers(0, 59))],
    "HOURLY": [WEEKDAYS, part("BYHOUR", st.integers(0, 23))],
}


@st.composite
def rules(draw: st.DrawFn) -> str:
    freq = draw(st.sampled_from(sorted(PARTS)))
    chosen = draw(st.lists(st.sampled_from(PARTS[freq]), max_size=2, unique=True))
    words = [draw(each) for each in chosen]
    text = ";".join([f"FREQ={freq}", f"INTERVAL={draw(st.integers(1, 4))}", *words])
    assume(text.count("BYDAY") < 2)
    ends = draw(st.sampled_from(["", ";COUNT=5", ";COUNT=40", ";UNTIL=20270115T093000"]))
    return text + draw(st.sampled_from(["", ";WKST=SU", ";WKST=WE"])) + ends


@given(rules(), st.integers(0, 700))
@settings(max_examples=400, deadline=None)
def test_a_rule_means_what_dateutil_says_it_means(text: str, days: int) -> None:
    low = START + timedelta(days)
    high = low + timedelta(32)
    # A rule that stays silent would send dateutil to the year 9999: UNTIL does not stop it.
    assume(_is_lively(text))
    theirs = rrulestr(text, dtstart=START).between(low, high, inc=True)
    assert build_rule(text, START, Budget()).between(low, high) == theirs


def _is_lively(text: str) -> bool:
    bare = text.partition(";COUNT")[0].partition(";UNTIL")[0]
    ours = build_rule(bare, START, Budget())
    return bool(ours.between(datetime(2028, 3, 1), datetime(2037, 3, 1)))


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
@given(
    first=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)),
    weekdays=st.sets(st.integers(0, 6), min_size=1),
    interval=st.integers(1, 3),
    hours=st.integers(0, 22),
    is_daily=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_a_series_is_what_a_walk_over_the_days_finds(
    zone: str, first: datetime, weekdays: set[int], interval: int, hours: int, is_daily: bool
) -> None:
    first = first.replace(microsecond=0, second=0)
    if not is_daily:
        weekdays.add(first.weekday())
    here, at = ZoneInfo(zone), first.replace(tzinfo=UTC) + timedelta(days=20)
    by = f"BYDAY={','.join(DAYS[day] for day in sorted(weekdays))}"
    rule = (
        f"FREQ=DAILY;INTERVAL={interval}" if is_daily else f"FREQ=WEEKLY;INTERVAL={interval};{by}"
    )
    text = (
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\n"
        f"DTSTART;TZID={zone}:{first:%Y%m%dT%H%M%S}\nDURATION:PT{hours}H\nRRULE:{rule};INTERVAL={interval}\n"
        "END:VEVENT\nEND:VCALENDAR\n"
    )
    monday = first - timedelta(first.weekday())
    expected = []
    for passed in range(60):
        clock = first + timedelta(passed)
        weeks = (clock.date() - monday.date()).days // 7
        fits = (
            passed % interval == 0
            if is_daily
            else (weeks % interval == 0 and clock.weekday() in weekdays)
        )
        start = clock.replace(tzinfo=here)
        end = (clock + timedelta(hours=hours)).replace(tzinfo=here)
        low, high = at - timedelta(days=1), at + timedelta(days=31)
        touches = end.astimezone(UTC) > low or (not hours and start == low)
        if fits and touches and start.astimezone(UTC) < high:
            expected.append(start.astimezone(UTC))
    found = [event.starts_at for event in ical.read(text.encode(), at=at, zone=here).events]
    assert found == sorted(expected)
