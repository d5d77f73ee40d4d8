"""What the source of a moment says of due dates and whole days. No database."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from lab.moments.format import EventItem
from lab.moments.source import due_fields, event_signal
from lab.tests.moments import event, moment

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ["Europe/Berlin", "Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kolkata", "America/Denver"]


@pytest.mark.parametrize("zone", ZONES)
def test_dates_and_local_times_float_with_the_person(zone: str) -> None:
    day = date(2026, 3, 29)
    assert due_fields(day, ZoneInfo(zone)) == (day, None, "")
    local = datetime.combine(day, time(2, 30))  # which Berlin skips that day
    assert due_fields(local, ZoneInfo(zone)) == (day, time(2, 30), "")
    assert due_fields(None, ZoneInfo(zone)) == (None, None, "")


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("start", ["2026-03-28T22:00", "2026-10-24T22:00", "2026-07-01T12:00"])
def test_a_moment_stays_that_moment_whatever_the_clock_does(zone: str, start: str) -> None:
    """Hour by hour over both changes of the clock."""
    for hour in range(12):
        due = datetime.fromisoformat(start).replace(tzinfo=UTC) + timedelta(hours=hour)
        day, clock, name = due_fields(due, ZoneInfo(zone))
        assert day is not None
        assert clock is not None
        assert datetime.combine(day, clock, ZoneInfo(name)).astimezone(UTC) == due


def test_a_moment_is_told_by_the_clock_of_the_person() -> None:
    due = datetime.fromisoformat("2026-09-22T15:00:00+02:00")
    lisbon = ZoneInfo("Europe/Lisbon")
    assert due_fields(due, lisbon) == (date(2026, 9, 22), time(14), "Europe/Lisbon")


def test_the_second_of_two_hours_is_told_in_utc() -> None:
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    assert due_fields(first, BERLIN) == (date(2026, 10, 25), time(2, 30), "Europe/Berlin")
    assert due_fields(second, BERLIN) == (date(2026, 10, 25), time(1, 30), "UTC")


def one_event(**fields: Any) -> EventItem:
    return moment(events=[event(**fields)]).events[0]


def test_whole_days_are_those_that_are_written_wherever_the_person_is() -> None:
    item = one_event(
        start="2026-02-16T00:00:00-07:00", end="2026-02-19T00:00:00-07:00", all_day=True
    )
    signal = event_signal(item, BERLIN)

    assert (signal.starts_on, signal.ends_on) == (date(2026, 2, 16), date(2026, 2, 19))
    assert signal.starts_at == datetime(2026, 2, 16, tzinfo=BERLIN)
    assert signal.ends_at == datetime(2026, 2, 19, tzinfo=BERLIN)


def test_a_day_that_ends_where_it_starts_is_one_day() -> None:
    signal = event_signal(one_event(start="2026-03-29", end="2026-03-29", all_day=True), BERLIN)
    assert signal.ends_on == date(2026, 3, 30)
    assert signal.ends_at.astimezone(UTC) - signal.starts_at.astimezone(UTC) == timedelta(hours=23)
