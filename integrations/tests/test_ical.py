from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from integrations import ical
from integrations.base import EventSignal
from integrations.ical import Skip

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday; Berlin's clocks change on the 29th
DAILY = ("UID:a", "DTSTART;TZID=Europe/Berlin:20260303T090000", "RRULE:FREQ=DAILY;COUNT=3")
OWN_ZONE = (
    "BEGIN:VTIMEZONE",
    "TZID:Our office",
    "BEGIN:STANDARD",
    "DTSTART:16010101T000000",
    "TZOFFSETFROM:+0545",
    "TZOFFSETTO:+0545",
    "END:STANDARD",
    "END:VTIMEZONE",
)


def entry(*lines: str) -> str:
    return "\r\n".join(("BEGIN:VEVENT", *lines, "END:VEVENT"))


def calendar(*parts: str) -> bytes:
    return "\r\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", *parts, "END:VCALENDAR", "")).encode()


def read(*parts: str, at: datetime = AT, zone: ZoneInfo = BERLIN) -> ical.Reading:
    return ical.read(calendar(*parts), at=at, zone=zone)


def starts(*parts: str, at: datetime = AT, zone: ZoneInfo = BERLIN) -> list[str]:
    """Starts in UTC, as 03-29 07:00."""
    return [f"{event.starts_at:%m-%d %H:%M}" for event in read(*parts, at=at, zone=zone).events]


def only(*lines: str, zone: ZoneInfo = BERLIN) -> EventSignal:
    (event,) = read(entry(*lines), zone=zone).events
    return event


# ---- times --------------------------------------------------------------------------------------


def test_a_zoned_start_is_taken_to_utc() -> None:
    assert only("UID:a", "DTSTART;TZID=America/New_York:20260303T090000").starts_at == datetime(
        2026, 3, 3, 14, tzinfo=UTC
    )


def test_a_floating_start_is_in_the_zone_of_the_person() -> None:
    lines = ("UID:a", "DTSTART:20260303T090000")
    assert only(*lines, zone=BERLIN).starts_at.hour == 8
    assert only(*lines, zone=NEW_YORK).starts_at.hour == 14


def test_a_windows_name_is_a_zone() -> None:
    event = only("UID:a", "DTSTART;TZID=Tokyo Standard Time:20260303T090000")
    assert event.starts_at == datetime(2026, 3, 3, tzinfo=UTC)


def test_the_prefix_of_a_maker_does_not_hide_the_zone() -> None:
    event = only("UID:a", "DTSTART;TZID=/example.org/2024_1/Asia/Tokyo:20260303T090000")
    assert event.starts_at == datetime(2026, 3, 3, tzinfo=UTC)


def test_a_zone_that_the_file_describes_is_used() -> None:
    events = read(*OWN_ZONE, entry("UID:a", "DTSTART;TZID=Our office:20260303T090000")).events
    assert events[0].starts_at == datetime(2026, 3, 3, 3, 15, tzinfo=UTC)


def test_a_zone_of_one_file_is_unknown_in_the_next() -> None:
    read(*OWN_ZONE, entry("UID:a", "DTSTART;TZID=Our office:20260303T090000"))
    assert only("UID:a", "DTSTART;TZID=Our office:20260303T090000").starts_at.hour == 8


def test_x_wr_timezone_holds_for_floating_times() -> None:
    assert starts("X-WR-TIMEZONE:Asia/Tokyo", entry("UID:a", "DTSTART:20260303T090000")) == [
        "03-03 00:00"
    ]


def test_a_series_in_utc_keeps_the_hours_of_x_wr_timezone() -> None:
    rule = entry("UID:a", "DTSTART:20260323T080000Z", "RRULE:FREQ=WEEKLY")
    assert starts("X-WR-TIMEZONE:Europe/Berlin", rule)[:2] == ["03-23 08:00", "03-30 07:00"]


def test_an_all_day_entry_is_of_dates_and_its_moments_are_the_persons() -> None:
    event = only("UID:a", "DTSTART;VALUE=DATE:20260303", "DTEND;VALUE=DATE:20260305")
    assert (event.starts_on, event.ends_on) == (date(2026, 3, 3), date(2026, 3, 5))
    assert event.starts_at == datetime(2026, 3, 2, 23, tzinfo=UTC)


@pytest.mark.parametrize("end", ["DTEND;VALUE=DATE:20260303", "SUMMARY:no end"])
def test_a_date_without_a_later_end_lasts_that_day(end: str) -> None:
    assert only("UID:a", "DTSTART;VALUE=DATE:20260303", end).ends_on == date(2026, 3, 4)


def test_without_an_end_a_meeting_has_no_length() -> None:
    event = only("UID:a", "DTSTART:20260303T090000Z")
    assert event.ends_at == event.starts_at


def test_a_duration_is_as_good_as_an_end() -> None:
    event = only("UID:a", "DTSTART:20260303T090000Z", "DURATION:PT45M")
    assert event.ends_at - event.starts_at == timedelta(minutes=45)


def test_an_end_never_comes_before_its_start_when_the_clock_jumps() -> None:
    event = only(
        "UID:a",
        "DTSTART;TZID=Europe/Berlin:20260329T023000",
        "DTEND;TZID=Europe/Berlin:20260329T030000",
    )
    assert event.ends_at == event.starts_at


@pytest.mark.parametrize(
    ("zone", "utc"), [("Pacific/Kiritimati", "03-01 22:00"), ("Etc/GMT+12", "03-03 00:00")]
)
def test_days_at_the_edges_of_the_world(zone: str, utc: str) -> None:
    lines = entry("UID:a", "DTSTART:20260302T120000")
    assert starts(lines, zone=ZoneInfo(zone)) == [utc]


# ---- series -------------------------------------------------------------------------------------


def test_nine_o_clock_stays_nine_o_clock_when_clocks_go_forward() -> None:
    rule = ("UID:a", "DTSTART;TZID=Europe/Berlin:20260328T090000", "RRULE:FREQ=DAILY;COUNT=2")
    assert starts(entry(*rule)) == ["03-28 08:00", "03-29 07:00"]


def test_nine_o_clock_stays_nine_o_clock_when_clocks_go_back() -> None:
    rule = ("UID:a", "DTSTART;TZID=America/New_York:20261031T090000", "RRULE:FREQ=DAILY;COUNT=2")
    at = datetime(2026, 10, 30, tzinfo=UTC)
    assert starts(entry(*rule), at=at) == ["10-31 13:00", "11-01 14:00"]


def test_a_leap_day_comes_back_in_leap_years() -> None:
    rule = entry("UID:a", "DTSTART;VALUE=DATE:20240229", "RRULE:FREQ=YEARLY")
    assert not read(rule, at=datetime(2027, 2, 20, tzinfo=UTC)).events
    (event,) = read(rule, at=datetime(2028, 2, 20, tzinfo=UTC)).events
    assert event.starts_on == date(2028, 2, 29)


def test_rdate_adds_and_exdate_takes_away() -> None:
    lines = (*DAILY, "RDATE;TZID=Europe/Berlin:20260310T100000", "EXDATE:20260304T080000Z")
    assert starts(entry(*lines)) == ["03-03 08:00", "03-05 08:00", "03-10 09:00"]


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK])
def test_what_takes_away_without_a_zone_is_on_the_clock_of_the_start(zone: ZoneInfo) -> None:
    assert starts(entry(*DAILY, "EXDATE:20260304T090000"), zone=zone) == [
        "03-03 08:00",
        "03-05 08:00",
    ]


@pytest.mark.parametrize("start", [";TZID=Europe/Berlin:20260304T150000", ":20260304T140000Z"])
@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK])
def test_what_moves_without_a_zone_is_on_the_clock_of_the_series(
    start: str, zone: ZoneInfo
) -> None:
    change = entry("UID:a", "RECURRENCE-ID:20260304T090000", f"DTSTART{start}")
    assert sorted(starts(entry(*DAILY), change, zone=zone)) == [
        "03-03 08:00",
        "03-04 14:00",
        "03-05 08:00",
    ]


def test_exdate_takes_away_no_other_hour_of_the_day() -> None:
    """09:00Z is ten o'clock in Berlin; nine o'clock there stays."""
    start = ("UID:a", "DTSTART;TZID=Europe/Berlin:20260303T090000")
    rule = ("RRULE:FREQ=DAILY;BYHOUR=9,10;COUNT=2", "EXDATE:20260303T090000Z")
    assert starts(entry(*start, *rule)) == ["03-03 08:00"]


def test_until_as_a_date_includes_that_day() -> None:
    rule = ("UID:a", "DTSTART;TZID=Europe/Berlin:20260303T090000")
    assert len(starts(entry(*rule, "RRULE:FREQ=DAILY;UNTIL=20260304"))) == 2


def moved(original: str, start: str, *lines: str) -> str:
    zone = ";TZID=Europe/Berlin"
    return entry("UID:a", f"RECURRENCE-ID{original}", f"DTSTART{zone}:{start}", *lines)


def test_a_moved_occurrence_keeps_its_identity() -> None:
    change = moved(":20260304T080000Z", "20260304T150000", "SUMMARY:later")
    events = {e.occurrence: e for e in read(entry(*DAILY), change).events}
    assert events["2026-03-04T08:00:00Z"].title == "later"
    assert events["2026-03-04T08:00:00Z"].starts_at.hour == 14
    assert len(events) == 3


def test_an_occurrence_moved_into_the_window_from_outside_is_read() -> None:
    rule = ("UID:a", "DTSTART;TZID=Europe/Berlin:20260601T090000", "RRULE:FREQ=DAILY")
    assert starts(entry(*rule), moved(":20260601T070000Z", "20260305T090000")) == ["03-05 08:00"]


def test_a_cancelled_occurrence_is_gone_and_counted() -> None:
    reading = read(entry(*DAILY), moved(":20260304T080000Z", "20260304T090000", "STATUS:CANCELLED"))
    assert [event.starts_at.day for event in reading.events] == [3, 5]
    assert reading.skipped == {Skip.CANCELLED: 1}


@pytest.mark.parametrize(
    "original", [":20260304T080000Z", ":20260304T090000", ";VALUE=DATE:20260304"]
)
@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK])
@pytest.mark.parametrize("start", [(), ("DTSTART:",)])
def test_a_cancelled_occurrence_needs_no_start(
    original: str, zone: ZoneInfo, start: tuple[str, ...]
) -> None:
    change = entry("UID:a", f"RECURRENCE-ID{original}", *start, "STATUS:CANCELLED")
    reading = read(entry(*DAILY), change, zone=zone)
    assert [event.starts_at.day for event in reading.events] == [3, 5]
    assert reading.skipped == {Skip.CANCELLED: 1}


def test_a_cancelled_day_needs_no_start() -> None:
    days = entry("UID:a", "DTSTART;VALUE=DATE:20260303", "RRULE:FREQ=DAILY;COUNT=3")
    change = entry("UID:a", "RECURRENCE-ID;VALUE=DATE:20260304", "STATUS:CANCELLED")
    assert [event.starts_on.day for event in read(days, change).events if event.starts_on] == [3, 5]


def test_any_other_change_without_a_start_changes_nothing() -> None:
    change = entry("UID:a", "RECURRENCE-ID:20260304T080000Z", "SUMMARY:Other")
    reading = read(entry(*DAILY), change)
    assert [event.title for event in reading.events] == ["", "", ""]
    assert reading.skipped == {Skip.UNREADABLE: 1}


def test_this_and_future_moves_what_follows_and_every_identity_stays() -> None:
    original = ";RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260304T090000"
    events = read(entry(*DAILY), moved(original, "20260304T110000")).events
    assert [event.starts_at.hour for event in events] == [8, 10, 10]
    assert [event.occurrence[8:13] for event in events] == ["03T08", "04T08", "05T08"]


def test_two_occurrences_never_share_an_identity() -> None:
    rule = ("UID:a", "DTSTART;TZID=Europe/Berlin:20260328T000000", "RRULE:FREQ=HOURLY")
    events = read(entry(*rule, "DURATION:PT1H")).events
    assert len({event.occurrence for event in events}) == len(events) > 100


def test_reading_twice_gives_the_same_identities() -> None:
    one, later = (read(entry(*DAILY), at=AT + timedelta(hours=h)).events for h in (0, 9))
    assert [e.occurrence for e in one] == [e.occurrence for e in later]


def test_a_floating_series_keeps_its_identities_when_the_person_travels() -> None:
    rule = entry("UID:a", "DTSTART:20260303T090000", "RRULE:FREQ=DAILY;COUNT=3")
    here, there = (read(rule, zone=zone).events for zone in (BERLIN, NEW_YORK))
    assert [e.occurrence for e in here] == [e.occurrence for e in there]
    assert here[0].starts_at != there[0].starts_at


def test_an_exception_may_be_in_another_calendar_of_the_file() -> None:
    change = moved(":20260304T080000Z", "20260304T150000")
    both = calendar(entry(*DAILY)) + calendar(change)
    events = ical.read(both, at=AT, zone=BERLIN).events
    assert [event.starts_at.hour for event in events] == [8, 14, 8]


def test_two_meetings_under_one_uid_are_both_read_and_told_apart() -> None:
    pair = [entry("UID:a", f"DTSTART:2026030{day}T090000Z") for day in (3, 4)]
    assert {event.occurrence for event in read(*pair).events} == {
        "2026-03-03T09:00:00Z",
        "2026-03-04T09:00:00Z",
    }


def test_of_two_versions_the_newer_holds() -> None:
    old, new = (entry(*ONE, f"SEQUENCE:{n}", f"SUMMARY:v{n}") for n in (1, 2))
    reading = read(new, old)
    assert [event.title for event in reading.events] == ["v2"]
    assert reading.skipped == {Skip.SUPERSEDED: 1}


# ---- what else is said of an entry ---------------------------------------------------------------

ONE = ("UID:a", "DTSTART:20260303T090000Z", "DTEND:20260303T100000Z")


@pytest.mark.parametrize(
    ("line", "is_busy"),
    [
        ("TRANSP:OPAQUE", True),
        ("TRANSP:TRANSPARENT", False),
        ("X-MICROSOFT-CDO-BUSYSTATUS:FREE", False),
        ("X-MICROSOFT-CDO-BUSYSTATUS:OOF", True),
    ],
)
def test_busy_is_what_the_calendar_shows(line: str, is_busy: bool) -> None:
    assert only(*ONE, line).is_busy is is_busy


def test_what_the_owner_declined_is_left_out() -> None:
    guest = "ATTENDEE;PARTSTAT=DECLINED:mailto:Alice@example.com"
    reading = read("X-WR-CALNAME:alice@example.com", entry(*ONE, guest))
    assert (reading.events, reading.skipped) == ((), {Skip.DECLINED: 1})


def test_what_somebody_else_declined_stays() -> None:
    guest = "ATTENDEE;PARTSTAT=DECLINED:mailto:bob@example.com"
    assert read("X-WR-CALNAME:alice@example.com", entry(*ONE, guest)).events


def test_titles_are_one_clean_line_of_500_characters() -> None:
    event = only(*ONE, "SUMMARY:a\\nb\x00\x1b[31m\u202ec\\, d" + "x" * 600, "LOCATION:\x07Room")
    assert event.title.startswith("a b [31mc, dx")
    assert (len(event.title), event.location) == (500, "Room")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "http://a b/"])
def test_only_web_addresses_are_kept(url: str) -> None:
    assert only(*ONE, f"URL:{url}").url == ""
    assert only(*ONE, "URL:https://example.com/x").url == "https://example.com/x"


def test_an_entry_without_a_key_gets_one_that_stays() -> None:
    assert only(*ONE[1:], "DTSTAMP:1").external_id == only(*ONE[1:], "DTSTAMP:2").external_id


def test_a_letter_that_was_folded_in_the_middle_is_whole_again() -> None:
    data = calendar(entry(*ONE, "SUMMARY:Käse")).replace(b"\xc3\xa4", b"\xc3\r\n \xa4")
    assert ical.read(data, at=AT, zone=BERLIN).events[0].title == "Käse"
