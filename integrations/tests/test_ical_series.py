"""Series as programs write them: careless keys, exceptions in any spelling, an hour twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from integrations import ical
from integrations.base import EventSignal
from integrations.ical import Skip
from integrations.ical.blocks import read_calendars
from integrations.ical.entries import build_entry
from integrations.ical.limits import Budget
from integrations.ical.series import Expander
from integrations.ical.values import Place
from integrations.ical.zones import Zones
from integrations.tests.test_ical import AT, BERLIN, NEW_YORK, calendar, entry, read, starts

PLACE = Place(Zones([]), BERLIN, None, frozenset(), frozenset())
TOKYO = ZoneInfo("Asia/Tokyo")
AUTUMN = datetime(2026, 10, 20, 12, tzinfo=UTC)  # Berlin's clocks go back on the 25th
SPRING = datetime(2026, 3, 25, 12, tzinfo=UTC)


def meeting(title: str, start: str, *lines: str) -> str:
    return entry("UID:feed", f"SUMMARY:{title}", f"DTSTART:{start}", *lines)


def titles(*parts: str) -> list[str]:
    return [event.title for event in read(*parts).events]


# ---- one UID for all ----------------------------------------------------------------------------


def only_one(reading: ical.Reading) -> EventSignal:
    (event,) = reading.events
    return event


@pytest.mark.parametrize(
    "odd",
    [
        meeting("d", "20260306T090000Z", "SEQUENCE:7"),
        meeting("d", "20260306T090000Z", "RRULE:FREQ=WEEKLY;COUNT=1"),
        meeting("d", "20260306T090000Z", "RDATE:20260306T090000Z"),
        meeting("d", "20260306T090000Z", "RECURRENCE-ID:20260306T090000Z"),
        meeting("d", "20260305T090000Z"),
        meeting("d", "20260306T090000Z", "EXDATE:20260309T090000Z"),
        entry("UID:feed", "SUMMARY:d", "DTSTART;VALUE=DATE:20260306"),
    ],
)
def test_every_moment_of_a_feed_with_one_uid_is_kept(odd: str) -> None:
    plain = [
        meeting(title, f"2026030{day}T090000Z") for title, day in zip("abc", (3, 4, 5), strict=True)
    ]
    for parts in ([*plain, odd], [odd, *reversed(plain)]):
        reading = read(*parts)
        assert sorted(event.title for event in reading.events) == ["a", "b", "c", "d"]
        assert len({(e.external_id, e.occurrence) for e in reading.events}) == 4
        assert not reading.skipped


def test_meetings_that_begin_together_keep_their_keys_in_any_order() -> None:
    pair = [meeting(title, "20260303T090000Z") for title in "ab"]
    one, two = (
        {e.title: e.external_id for e in read(*order).events} for order in (pair, pair[::-1])
    )
    assert one == two
    assert one["a"] != one["b"]


def test_an_occurrence_is_changed_in_the_series_that_has_it() -> None:
    change = meeting("moved", "20260310T120000Z", "RECURRENCE-ID:20260310T150000Z")
    one = meeting("one", "20260303T090000Z", "RRULE:FREQ=WEEKLY;COUNT=2")
    two = meeting("two", "20260303T150000Z", "RRULE:FREQ=WEEKLY;COUNT=2")
    assert titles(change, one, two) == ["one", "two", "one", "moved"]


def test_a_series_that_was_moved_is_not_there_twice() -> None:
    rule = "RRULE:FREQ=WEEKLY;COUNT=2"
    old = meeting("a", "20260303T090000Z", rule, "SEQUENCE:1")
    new = meeting("a", "20260303T100000Z", rule, "SEQUENCE:2")
    reading = read(new, old)
    assert [event.starts_at.hour for event in reading.events] == [10, 10]
    assert reading.skipped == {Skip.SUPERSEDED: 1}


# ---- whole days and what is said of one of them -------------------------------------------------

SAID = [
    ";VALUE=DATE:20260304",
    ":20260304",
    ":20260304T000000",
    ":20260304T000000Z",
    ":20260304T090000",
    ";TZID=Asia/Tokyo:20260304T000000",
    ";TZID=America/New_York:20260304T000000",
    ";TZID=Pacific/Kiritimati:20260304T000000",
    ";VALUE=DATE;TZID=America/New_York:20260304",
]
WRITTEN = [
    ("DTSTART;VALUE=DATE:20260303",),
    ("DTSTART:20260303T000000", "DTEND:20260304T000000"),
    ("DTSTART;TZID=Asia/Tokyo:20260303T000000", "DURATION:P1D"),
    ("DTSTART:20260303T000000Z", "DTEND:20260304T000000Z"),
]


def days(*parts: str, zone: ZoneInfo = BERLIN) -> list[int]:
    events = read(*parts, zone=zone).events
    assert all(event.starts_on for event in events)
    return [event.starts_on.day for event in events if event.starts_on]


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK, TOKYO])
@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize("lines", WRITTEN)
def test_what_is_said_of_a_day_means_that_day(
    lines: tuple[str, ...], said: str, zone: ZoneInfo
) -> None:
    series = ("UID:a", *lines, "RRULE:FREQ=DAILY;COUNT=3")
    change = entry("UID:a", f"RECURRENCE-ID{said}", "DTSTART;VALUE=DATE:20260320")
    assert days(entry(*series, f"EXDATE{said}"), zone=zone) == [3, 5]
    assert days(entry("UID:a", *lines, f"RDATE{said}"), zone=zone) == [3, 4]
    assert days(entry(*series), change, zone=zone) == [3, 5, 20]


def test_midnight_of_the_person_in_utc_is_taken_out_of_days() -> None:
    lines = ("UID:a", "DTSTART;VALUE=DATE:20260303", "RRULE:FREQ=DAILY;COUNT=3")
    assert days(entry(*lines, "EXDATE:20260303T230000Z")) == [3, 5]


def test_days_end_where_until_ends_whatever_its_hour() -> None:
    for until in ("20260304", "20260304T000000", "20260303T230000Z", "20260304T000000Z"):
        rule = f"RRULE:FREQ=DAILY;UNTIL={until}"
        assert days(entry("UID:a", "DTSTART;VALUE=DATE:20260303", rule)) == [3, 4]


def test_hours_in_the_rule_of_days_mean_nothing() -> None:
    rule = "RRULE:FREQ=DAILY;COUNT=3;BYHOUR=9,10;BYMINUTE=30;BYSECOND=0,30"
    assert days(entry("UID:a", "DTSTART;VALUE=DATE:20260303", rule)) == [3, 4, 5]


def test_an_extra_period_of_a_series_has_its_own_end() -> None:
    rdate = "RDATE;VALUE=PERIOD:20260305T090000Z/20260305T093000Z,20260306T090000Z/PT2H"
    events = read(entry("UID:a", "DTSTART:20260303T090000Z", "DURATION:PT1H", rdate)).events
    assert [(e.ends_at - e.starts_at).seconds // 60 for e in events] == [60, 30, 120]


# ---- hours, days and the night in which the clock goes back --------------------------------------


@pytest.mark.parametrize(
    ("at", "length", "ends"),
    [
        (AUTUMN, "PT8H", "05:00"),
        (AUTUMN, "PT24H", "21:00"),
        (AUTUMN, "P1D", "22:00"),
        (SPRING, "PT8H", "07:00"),
        (SPRING, "P1D", "22:00"),
        (SPRING, "P1DT1H", "23:00"),
        (AUTUMN, "P1W", "22:00"),
    ],
)
@pytest.mark.parametrize("rule", ["SUMMARY:once", "RRULE:FREQ=DAILY"])
def test_hours_are_exact_and_days_are_of_the_wall(
    at: datetime, length: str, ends: str, rule: str
) -> None:
    day = "20261024" if at is AUTUMN else "20260328"
    lines = (f"DTSTART;TZID=Europe/Berlin:{day}T220000", f"DURATION:{length}", rule)
    text = calendar(entry("UID:a", *lines))
    core = build_entry(read_calendars(text)[0].blocks[0], PLACE)
    expander = Expander(BERLIN, at, at + timedelta(days=7), Budget())
    first = min((found.start, found.end) for found in expander.expand([core]))
    assert isinstance(first[1], datetime)
    assert f"{first[1].astimezone(BERLIN):%H:%M}" == ends


def test_an_end_that_is_said_stays_on_the_wall() -> None:
    zone = ";TZID=Europe/Berlin"
    lines = (f"DTSTART{zone}:20261023T220000", f"DTEND{zone}:20261024T060000")
    events = read(entry("UID:a", *lines, "RRULE:FREQ=DAILY;COUNT=3"), at=AUTUMN).events
    assert [f"{e.ends_at.astimezone(BERLIN):%d %H}" for e in events] == ["24 06", "25 06", "26 06"]


@pytest.mark.parametrize("named", ["X-WR-TIMEZONE:Europe/Berlin", "X-OTHER:1"])
@pytest.mark.parametrize("hour", ["00", "01"])
def test_both_hours_of_the_night_are_told_apart(named: str, hour: str) -> None:
    """Half past two comes twice: 00:30 and 01:30 in UTC."""
    lines = ("UID:a", f"DTSTART:20261025T{hour}3000Z", "DURATION:PT45M")
    for rule in ("SUMMARY:once", "RRULE:FREQ=DAILY;COUNT=1"):
        event = only_one(read(named, entry(*lines, rule), at=AUTUMN))
        assert f"{event.starts_at:%H:%M}" == f"{hour}:30"
        assert event.ends_at - event.starts_at == timedelta(minutes=45)


def test_what_is_moved_or_added_in_the_second_hour_stays_there() -> None:
    series = ("UID:a", "DTSTART;TZID=Europe/Berlin:20261024T023000", "RRULE:FREQ=DAILY;COUNT=3")
    assert starts(entry(*series, "RDATE:20261025T013000Z"), at=AUTUMN) == [
        "10-24 00:30",
        "10-25 00:30",
        "10-25 01:30",
        "10-26 01:30",
    ]
    assert len(starts(entry(*series, "EXDATE:20261025T013000Z"), at=AUTUMN)) == 3
    assert len(starts(entry(*series, "EXDATE:20261025T003000Z"), at=AUTUMN)) == 2


def test_an_end_in_the_second_hour_does_not_swap_with_its_start() -> None:
    lines = ("UID:a", "DTSTART:20261025T004500Z", "DTEND:20261025T011500Z")
    event = only_one(read("X-WR-TIMEZONE:Europe/Berlin", entry(*lines), at=AUTUMN))
    assert (f"{event.starts_at:%H:%M}", f"{event.ends_at:%H:%M}") == ("00:45", "01:15")


def test_this_and_future_reaches_into_the_window_from_outside() -> None:
    """Moved by two weeks, an occurrence before the window is inside of it."""
    series = entry("UID:a", "DTSTART:20260202T090000Z", "RRULE:FREQ=WEEKLY;COUNT=3")
    future = ("RECURRENCE-ID;RANGE=THISANDFUTURE:20260209T090000Z", "DTSTART:20260223T090000Z")
    change = entry("UID:a", *future)
    assert starts(series, change, at=AT) == ["03-02 09:00"]


def test_a_yearly_day_is_the_same_date_in_every_zone() -> None:
    rule = entry("UID:a", "DTSTART;VALUE=DATE:19900310", "RRULE:FREQ=YEARLY")
    for zone in (BERLIN, NEW_YORK, TOKYO):
        assert only_one(read(rule, zone=zone)).starts_on == date(2026, 3, 10)
