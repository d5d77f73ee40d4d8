"""Whole days in all the ways in which programs write them, and what only looks like one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from integrations.tests.test_ical import AT, BERLIN, NEW_YORK, entry, only, read

TOKYO = ZoneInfo("Asia/Tokyo")
MARK = "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE"
ONE_DAY = (date(2026, 3, 3), date(2026, 3, 4))


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK, TOKYO])
@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART:20260303T000000", "DTEND:20260304T000000"),
        ("DTSTART:20260303T000000Z", "DTEND:20260304T000000Z"),
        ("DTSTART:20260303T000000", "DTEND;VALUE=DATE:20260304"),
        ("DTSTART;TZID=Asia/Tokyo:20260303T000000", "DTEND;TZID=Asia/Tokyo:20260304T000000"),
        ("DTSTART;TZID=Asia/Tokyo:20260303T000000", "DURATION:P1D"),
        ("DTSTART;TZID=Asia/Tokyo:20260303T000000", "DURATION:PT24H"),
        ("DTSTART;TZID=America/Lima:20260303T000100", "DTEND;TZID=America/Lima:20260303T235900"),
        ("DTSTART:20260303T000000", "DTEND:20260303T235900"),
        ("DTSTART:20260303T000000", "DTEND:20260303T235959"),
        ("DTSTART:20260303T000100", "DTEND:20260304T000100"),
        (MARK, "DTSTART:20260303T000000"),
        (
            MARK,
            "DTSTART;TZID=Europe/Paris:20260303T090000",
            "DTEND;TZID=Europe/Paris:20260303T170000",
        ),
        ("X-FUNAMBOL-ALLDAY:1", "DTSTART:20260303T080000", "DTEND:20260303T170000"),
        ("DTSTART;VALUE=DATE:20260303",),
        ("DTSTART:20260303",),
        ("DTSTART;VALUE=DATE:20260303T000000",),
        ("DTSTART;VALUE=DATE:20260303", "DURATION:PT8H"),
        ("DTSTART;VALUE=DATE:20260303", "DURATION:PT0S"),
        ("DTSTART;VALUE=DATE:20260303", "DURATION:PT24H"),
        ("DTSTART;VALUE=DATE:20260303", "DTEND:20260303T170000"),
        ("DTSTART;VALUE=DATE:20260303", "DTEND:20260304T000000"),
    ],
)
def test_a_day_is_a_day_wherever_the_person_is(lines: tuple[str, ...], zone: ZoneInfo) -> None:
    event = only("UID:a", *lines, zone=zone)
    assert (event.starts_on, event.ends_on) == ONE_DAY
    assert event.starts_at == datetime(2026, 3, 3, tzinfo=zone).astimezone(UTC)
    assert event.ends_at == datetime(2026, 3, 4, tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize("mark", [MARK, "SUMMARY:no mark"])
def test_midnight_of_the_person_in_utc_is_their_day(mark: str) -> None:
    event = only("UID:a", "DTSTART:20260302T230000Z", "DTEND:20260303T230000Z", mark)
    assert (event.starts_on, event.ends_on) == ONE_DAY


@pytest.mark.parametrize("day", ["20260329", "20261025"])
def test_a_day_of_23_or_25_hours_is_one(day: str) -> None:
    at = datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC)
    lines = (f"DTSTART:{day}T000000", f"DTEND:{int(day) + 1}T000000")
    (event,) = read(entry("UID:a", *lines), at=at).events
    assert (event.starts_on, event.ends_on) == (at.date(), at.date().replace(day=at.day + 1))


@pytest.mark.parametrize(
    ("end", "after"),
    [("20260306T170000", 7), ("20260304T090000", 5), ("20260306T000000", 6)],
)
def test_what_lasts_for_days_is_of_the_days_that_it_touches(end: str, after: int) -> None:
    event = only("UID:a", "DTSTART:20260303T090000", f"DTEND:{end}")
    assert (event.starts_on, event.ends_on) == (date(2026, 3, 3), date(2026, 3, after))


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("20260303T000000", "20260303T000000"),
        ("20260303T000000", "20260303T083000"),
        ("20260303T220000", "20260304T060000"),
        ("20260303T000000", "20260303T230000"),
        ("20260303T003000", "20260303T235900"),
        ("20260303T090000", "20260304T085900"),
    ],
)
def test_what_has_hours_keeps_them(start: str, end: str) -> None:
    event = only("UID:a", f"DTSTART:{start}", f"DTEND:{end}", "X-MICROSOFT-CDO-ALLDAYEVENT:FALSE")
    assert (event.starts_on, event.ends_on) == (None, None)


def test_each_day_of_a_series_written_with_times_is_a_day() -> None:
    zone = ";TZID=Asia/Tokyo"
    lines = (f"DTSTART{zone}:20260303T000000", f"DTEND{zone}:20260304T000000")
    events = read(entry("UID:a", *lines, "RRULE:FREQ=DAILY;COUNT=3"), at=AT).events
    assert [event.starts_on for event in events] == [date(2026, 3, day) for day in (3, 4, 5)]
