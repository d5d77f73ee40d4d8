"""Files that are broken or made to do harm. Every bound is a count, so nothing here is timed."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations import ical
from integrations.ical import Skip, limits
from integrations.ical.limits import Budget, SkipEntry
from integrations.ical.rules import build_rule
from integrations.tests.test_ical import DAILY, ONE, calendar, entry, read

BERLIN = ZoneInfo("Europe/Berlin")
OLD = ("UID:old", "DTSTART:19000101T000000Z")
SIXTY = ",".join(map(str, range(60)))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>Sign in</html>",
        b"\x00\xff" * 50,
        b"BEGIN:VEVENT\r\nDTSTART:20260303T090000Z\r\nEND:VEVENT\r\n",
        calendar(entry(*ONE)).replace(b"END:VCALENDAR", b""),
    ],
)
def test_what_is_no_whole_calendar_is_refused(data: bytes) -> None:
    with pytest.raises(ical.NotACalendar):
        ical.read(data, at=datetime(2026, 3, 2, tzinfo=UTC), zone=BERLIN)


@pytest.mark.parametrize(
    "data",
    [
        b" " * (limits.MAX_BYTES + 1),
        calendar("BEGIN:VEVENT\r\nEND:VEVENT\r\n" * limits.MAX_COMPONENTS),
        b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\n" * 50,
    ],
)
def test_what_is_too_big_is_refused(data: bytes) -> None:
    with pytest.raises(ical.TooBig):
        ical.read(data, at=datetime(2026, 3, 2, tzinfo=UTC), zone=BERLIN)


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (("UID:x",), Skip.UNREADABLE),
        (("UID:x", "DTSTART:soon"), Skip.UNREADABLE),
        (("UID:x", "DTSTART:20260399T000000"), Skip.UNREADABLE),
        ((*ONE, "RRULE:FREQ=SOMETIMES"), Skip.BAD_RULE),
        ((*ONE, "RRULE:FREQ=DAILY;INTERVAL=0"), Skip.BAD_RULE),
        ((*ONE, "RRULE:FREQ=DAILY;UNTL=20260401"), Skip.BAD_RULE),
        ((*OLD, "RRULE:FREQ=SECONDLY"), Skip.TOO_FREQUENT),
        ((*OLD, "RRULE:FREQ=MINUTELY"), Skip.TOO_FREQUENT),
        ((*OLD, f"RRULE:FREQ=DAILY;BYMINUTE={SIXTY};BYSECOND={SIXTY}"), Skip.TOO_FREQUENT),
        ((*OLD, "DURATION:P400D", "RRULE:FREQ=DAILY"), Skip.TOO_LONG),
        ((*ONE, "RDATE:" + ",".join(["20260303T090000Z"] * 2_001)), Skip.TOO_MANY),
        ((*ONE, "EXDATE:" + "x" * 50_000), Skip.TOO_LONG),
    ],
)
def test_one_bad_entry_is_counted_and_the_others_are_read(
    lines: tuple[str, ...], why: Skip
) -> None:
    good = entry("UID:good", "DTSTART:20260304T090000Z")
    reading = read(entry(*lines), good)
    assert "good" in {event.external_id for event in reading.events}
    assert reading.skipped == {why: 1}


@pytest.mark.parametrize(
    ("line", "end"),
    [
        ("DTEND:bogus", "09:00"),
        ("DTEND:20260399T100000Z", "09:00"),
        ("DTEND;VALUE=PERIOD:20260303T090000Z/PT1H", "09:00"),
        ("DURATION:bogus", "09:00"),
        ("DURATION:P999999999W", "09:00"),
        ("DTEND:bogus\r\nDURATION:PT1H", "10:00"),
        ("DTEND:20260303T240000Z", "00:00"),
        ("DTEND:2026-03-03T24:00Z", "00:00"),
    ],
)
def test_an_end_that_cannot_be_read_is_none_and_the_meeting_stays(line: str, end: str) -> None:
    reading = read(entry("UID:a", "DTSTART:20260303T090000Z", line))
    (event,) = reading.events
    assert (f"{event.starts_at:%H:%M}", f"{event.ends_at:%H:%M}") == ("09:00", end)
    assert reading.skipped == {}


@pytest.mark.parametrize(
    ("line", "days"),
    [
        ("EXDATE:garbage", [3, 4, 5]),
        ("EXDATE;TZID=Europe/Berlin:garbage,20260304T090000", [3, 5]),
        ("EXDATE;TZID=Europe/Berlin:20260304T090000,garbage", [3, 5]),
        ("EXDATE:20260304T080000Z,,20260399T080000Z\r\nEXDATE:garbage", [3, 5]),
        ("RDATE:20260310T080000Z,garbage", [3, 4, 5, 10]),
        ("RDATE:garbage", [3, 4, 5]),
        ("RDATE;VALUE=PERIOD:20260310T080000Z/bogus,20260311T080000Z/PT1H", [3, 4, 5, 11]),
    ],
)
def test_of_dates_only_those_are_left_out_that_cannot_be_read(line: str, days: list[int]) -> None:
    reading = read(entry(*DAILY, line))
    assert [event.starts_at.day for event in reading.events] == days
    assert reading.skipped == {}


@pytest.mark.parametrize("near", ["UNTIL =20260304", "UNTIL= 20260304 ", " until = 2026-03-04"])
@pytest.mark.parametrize("hour", ["", "T0900Z", "T090000", "T240000", "T09:00:00Z", "T0900"])
def test_the_end_of_a_rule_may_be_written_roughly(near: str, hour: str) -> None:
    rule = f"RRULE:FREQ=DAILY;{near.rstrip()}{hour};INTERVAL=1"
    assert [event.starts_at.day for event in read(entry(*DAILY[:2], rule)).events][:3] == [3, 4]


def test_an_end_of_a_rule_that_is_empty_is_none() -> None:
    assert len(read(entry(*DAILY[:2], "RRULE:FREQ=DAILY;UNTIL= ;COUNT=3")).events) == 3


@pytest.mark.parametrize("name", ["SUMMARY", "LOCATION"])
def test_a_text_without_an_end_does_not_take_the_meeting_along(name: str) -> None:
    (event,) = read(entry(*ONE, f"{name}:{'x' * 50_000}")).events
    assert event.title + event.location == "x" * limits.MAX_TEXT


def test_a_name_without_an_end_is_none() -> None:
    (event,) = read(entry(*ONE, f'SUMMARY;X="{"x" * 50_000}":Review')).events
    assert event.title == ""


def test_a_rule_that_never_matches_costs_no_more_than_its_window() -> None:
    budget = Budget()
    start = datetime(1900, 1, 1)
    rule = build_rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", start, budget)
    assert rule.between(datetime(2026, 1, 1), datetime(2026, 3, 1)) == []
    assert budget._left["days"] > limits.MAX_DAYS - 60


def test_counting_from_the_past_is_paid_for() -> None:
    start, budget = datetime(1000, 1, 1), Budget()
    rule = build_rule("FREQ=DAILY;COUNT=900000", start, budget)
    with pytest.raises(SkipEntry):
        rule.between(datetime(2026, 1, 1), datetime(2026, 3, 1))


def test_a_zone_that_would_take_forever_is_no_zone() -> None:
    for rule in ("FREQ=SECONDLY", "FREQ=DAILY", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"):
        zone = (
            "BEGIN:VTIMEZONE\r\nTZID:Slow\r\nBEGIN:STANDARD\r\nDTSTART:16010101T000000\r\n"
            f"TZOFFSETFROM:+0300\r\nTZOFFSETTO:+0300\r\nRRULE:{rule}\r\nEND:STANDARD\r\n"
            "END:VTIMEZONE"
        )
        events = read(zone, entry("UID:a", "DTSTART;TZID=Slow:20260303T090000")).events
        assert events[0].starts_at.hour == 8  # nine o'clock where the person is


def test_no_more_than_2000_occurrences_come_out_and_the_rest_is_counted() -> None:
    rules = [entry(f"UID:{n}", "DTSTART:20260101T000000Z", "RRULE:FREQ=HOURLY") for n in range(4)]
    reading = read(*rules)
    assert len(reading.events) == 2_000
    assert reading.skipped[Skip.TOO_MANY] > 0


def test_a_component_with_a_mistyped_end_does_not_swallow_the_rest() -> None:
    reading = read("BEGIN:VTODO", "UID:t", "END:VTOOD", entry(*ONE))
    assert len(reading.events) == 1


LINE = st.one_of(
    st.sampled_from(
        [
            "BEGIN:VEVENT",
            "END:VEVENT",
            "BEGIN:VALARM",
            "END:VALARM",
            "UID:a",
            "DTSTART:20260303T090000Z",
            "DTSTART;VALUE=DATE:20260303",
            "DTEND;TZID=Nowhere:20260303T100000",
            "DURATION:-P1D",
            "RRULE:FREQ=WEEKLY;BYDAY=MO,-1TU;BYSETPOS=-1",
            "RRULE:FREQ=YEARLY;UNTIL=20260303",
            "RDATE;VALUE=PERIOD:20260303T090000Z/PT1H",
            "EXDATE:20260303",
            "RECURRENCE-ID;RANGE=THISANDFUTURE:20260303T090000Z",
            "X-WR-TIMEZONE:Mars/Olympus",
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=40),
)


@given(st.lists(LINE, max_size=30))
@settings(max_examples=150, deadline=None)
def test_whatever_is_inside_a_calendar_it_is_read_or_refused_as_one(lines: list[str]) -> None:
    try:
        reading = read(*lines)
    except (ical.NotACalendar, ical.TooBig):
        return
    for event in reading.events:
        assert event.ends_at >= event.starts_at
        assert len(event.occurrence) <= 40
        assert "\x00" not in event.title + event.external_id + event.location


def test_thousands_of_changes_to_series_of_one_uid_are_asked_about_only_so_often() -> None:
    cores = [
        entry("UID:a", f"SUMMARY:{n}", f"DTSTART:200001{n:02}T090000Z", "RRULE:FREQ=DAILY;COUNT=2")
        for n in range(1, 29)
    ]
    change = entry("UID:a", "RECURRENCE-ID:20260303T080000Z", "DTSTART:20260303T090000Z")
    assert len(read(*cores, *[change] * (limits.MAX_ASKED // 20 + 10)).events) == 1


def test_a_series_that_is_moved_again_and_again_is_left_out() -> None:
    series = entry(*OLD[1:], "UID:a", "RRULE:FREQ=DAILY")
    moves = [
        entry(
            "UID:a",
            f"RECURRENCE-ID;RANGE=THISANDFUTURE:2001{n // 28 + 1:02}{n % 28 + 1:02}",
            ONE[1],
        )
        for n in range(limits.MAX_FUTURE + 1)
    ]
    reading = read(series, *moves)
    assert (reading.events, reading.skipped) == ((), {Skip.TOO_MANY: limits.MAX_FUTURE + 2})
