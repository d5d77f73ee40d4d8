from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from integrations.base import EventSignal
from integrations.sources.google_calendar.wire import Window, key_of, read_entries, read_entry
from integrations.tests.google_calendar import entry
from tests.clock import BERLIN, NOON

WINDOW = Window(NOON - timedelta(days=1), NOON + timedelta(days=31), BERLIN)
ME = {"email": "alice@example.org", "self": True, "responseStatus": "accepted"}
BOB = {"email": "bob@example.org", "displayName": "Bob", "responseStatus": "needsAction"}
ROOM = {"email": "room@example.org", "resource": True, "responseStatus": "accepted"}


def read(**fields: Any) -> EventSignal:
    signal = read_entry(entry(**fields), BERLIN)
    assert signal is not None
    return signal


def at(written: str, zone: str = "UTC") -> dict[str, str]:
    return {"dateTime": written, "timeZone": zone}


def test_a_whole_entry_is_read() -> None:
    signal = read(
        location="Room 2",
        htmlLink="https://www.google.com/calendar/event?eid=abc",
        updated="2026-05-01T08:00:00.000Z",
        organizer={"email": "alice@example.org", "self": True},
        attendees=[ME, BOB, ROOM, {**BOB, "responseStatus": "declined"}],
    )
    assert signal == EventSignal(
        external_id="e1",
        occurrence="",
        title="Stand-up",
        location="Room 2",
        starts_at=datetime(2026, 5, 5, 11, tzinfo=UTC),
        ends_at=datetime(2026, 5, 5, 11, 30, tzinfo=UTC),
        attendees=2,
        organises=True,
        url="https://www.google.com/calendar/event?eid=abc",
        updated_at=datetime(2026, 5, 1, 8, tzinfo=UTC),
    )


def test_days_begin_at_midnight_where_the_person_lives() -> None:
    signal = read(start={"date": "2026-05-06"}, end={"date": "2026-05-08"})
    assert (signal.starts_on, signal.ends_on) == (date(2026, 5, 6), date(2026, 5, 8))
    assert signal.starts_at == datetime(2026, 5, 6, tzinfo=BERLIN)
    assert signal.ends_at == datetime(2026, 5, 8, tzinfo=BERLIN)


def test_a_time_without_an_offset_is_of_the_zone_that_is_named() -> None:
    signal = read(start=at("2026-05-06T09:00:00", "America/New_York"), end=None)
    there = ZoneInfo("America/New_York")
    assert signal.starts_at == signal.ends_at == datetime(2026, 5, 6, 9, tzinfo=there)


@pytest.mark.parametrize("zone", ["", "Mars/Base", "../etc/passwd", 7])
def test_a_zone_that_is_none_is_the_persons(zone: object) -> None:
    signal = read(start={"dateTime": "2026-05-06T09:00:00", "timeZone": zone})
    assert signal.starts_at == datetime(2026, 5, 6, 9, tzinfo=BERLIN)


def test_an_end_before_the_start_is_the_start() -> None:
    signal = read(end=at("2026-05-01T09:00:00Z"))
    assert signal.ends_at == signal.starts_at


@pytest.mark.parametrize(
    ("fields", "is_busy"),
    [
        ({}, True),
        ({"transparency": "opaque"}, True),
        ({"transparency": "transparent"}, False),
        ({"status": "tentative"}, True),
        ({"eventType": "default"}, True),
        ({"eventType": "focusTime"}, True),
        ({"eventType": "outOfOffice"}, True),
        ({"eventType": "fromGmail"}, True),
        ({"eventType": "workingLocation"}, False),
        ({"eventType": "birthday"}, False),
        ({"eventType": ["birthday"]}, True),
    ],
)
def test_who_is_busy(fields: dict[str, Any], is_busy: bool) -> None:
    assert read(**fields).is_busy is is_busy


def test_of_an_entry_that_only_shows_its_time_there_is_no_title() -> None:
    busy = entry()
    del busy["summary"]
    signal = read_entry(busy, BERLIN)
    assert signal
    assert (signal.title, signal.attendees, signal.organises) == ("", None, False)


def test_who_has_no_guests_organises_nothing() -> None:
    assert not read(organizer={"self": True}).organises
    assert not read(organizer={"self": False}, attendees=[ME, BOB]).organises


def test_guests_that_are_kept_back_are_not_counted() -> None:
    assert read(attendees=[ME], attendeesOmitted=True).attendees is None


def test_nobodys_name_or_address_is_handed_on() -> None:
    told = repr(read(attendees=[ME, BOB], organizer=BOB, creator=BOB))
    assert "bob" not in told.lower()
    assert "alice" not in told


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "http://www.google.com/", "data:text/html,x", "", None, 7]
)
def test_only_https_leads_anywhere(address: object) -> None:
    assert read(htmlLink=address).url == ""


def test_hostile_text_is_one_line_that_can_be_stored() -> None:
    signal = read(summary="Lunch\0\u202eat\nnoon\ud800", location="\x07" + "x" * 9_000)
    assert signal.title == "Lunch at noon"
    assert len(signal.location) == 500


@pytest.mark.parametrize(
    "odd",
    [
        None,
        "e1",
        [],
        {},
        entry(""),
        entry(start=None),
        entry(start={"date": "soon"}),
        entry(start={"date": "0001-01-01"}),
        entry(start=at("9999-12-31T23:59:59Z")),
        entry(start=at("2026-13-45T99:00:00Z")),
        entry(7),  # type: ignore[arg-type]
    ],
)
def test_an_odd_entry_is_left_out_and_the_others_are_read(odd: object) -> None:
    found = read_entries([odd, entry("e2")], WINDOW)
    assert set(found.events) == {("e2", "")}


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("abc123", ("abc123", "")),
        ("abc123_20260505T090000Z", ("abc123", "20260505T090000Z")),
        ("abc123_20260505", ("abc123", "20260505")),
        ("abc_R20260505T090000_20260512T090000Z", ("abc_R20260505T090000", "20260512T090000Z")),
        ("_6tlnaqrle5p6cpb4dhmjhphf", ("_6tlnaqrle5p6cpb4dhmjhphf", "")),
        ("", None),
    ],
)
def test_an_occurrence_is_named_by_its_id(name: str, key: tuple[str, str] | None) -> None:
    assert key_of(name) == key


def test_an_occurrence_is_recurring() -> None:
    assert read_entry(entry("e1_20260505T090000Z", recurringEventId="e1"), BERLIN).is_recurring  # type: ignore[union-attr]
    assert not read().is_recurring


@pytest.mark.parametrize(
    "entry_gone",
    [
        {"id": "e1_20260505", "status": "cancelled"},
        entry("e1_20260505", status="cancelled"),
        entry("e1_20260505", attendees=[{**ME, "responseStatus": "declined"}, BOB]),
        entry("e1_20260505", start=at("2027-05-05T09:00:00Z"), end=at("2027-05-05T10:00:00Z")),
        entry("e1_20260505", start=at("2026-05-01T09:00:00Z"), end=at("2026-05-01T10:00:00Z")),
    ],
    ids=["only its id", "cancelled", "declined", "moved far ahead", "moved back"],
)
def test_what_does_not_concern_the_person_any_more_is_gone(entry_gone: dict[str, Any]) -> None:
    found = read_entries([entry_gone], WINDOW)
    assert not found.events
    assert found.gone == {("e1", "20260505")}


def test_what_somebody_else_declined_is_there() -> None:
    found = read_entries([entry(attendees=[ME, {**BOB, "responseStatus": "declined"}])], WINDOW)
    assert found.events["e1", ""].attendees == 1


def test_of_an_entry_that_is_named_twice_the_last_counts() -> None:
    gone = {"id": "e1", "status": "cancelled"}
    assert read_entries([entry(), gone], WINDOW).gone == {("e1", "")}
    found = read_entries([gone, entry()], WINDOW)
    assert set(found.events) == {("e1", "")}
    assert not found.gone
