"""Zones and times in the spellings of Exchange and others, in every combination."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from integrations.tests.test_ical import entry, read

TOKYO = [
    "Asia/Tokyo",
    "asia/tokyo",
    "Tokyo Standard Time",
    "(UTC+09:00) Osaka, Sapporo, Tokyo",
    "(GMT+09:00) Osaka / Sapporo / Tokyo",
    "UTC+9",
    "GMT+0900",
    "/example.org/2024_1/Asia/Tokyo",
    "Our: office, Tokyo",
]
SPELLINGS = ["{}", '"{}"', "{escaped}", '"{escaped}"', '\\"{}\\"', "^'{}^'", " {} ", '"{}']
OWN = (
    "BEGIN:VTIMEZONE",
    "TZID:{}",
    "BEGIN:STANDARD",
    "DTSTART:16010101T000000",
    "TZOFFSETFROM:+0900",
    "TZOFFSETTO:+0900",
    "END:STANDARD",
    "END:VTIMEZONE",
)


def spell(spelling: str, name: str) -> str:
    escaped = name.replace(",", "\\,").replace("/", "\\/")
    return spelling.format(name, escaped=escaped)


@pytest.mark.parametrize("fold", ["", "\r\n ", "\r\n\t", "\r\n"])
@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("name", TOKYO)
def test_a_zone_is_known_in_every_spelling(name: str, spelling: str, fold: str) -> None:
    said = spell(spelling, name)
    own = "\r\n".join(OWN).format("Our:  office\\, Tokyo")
    half = len(said) // 2
    folded = said[:half] + fold + (" " if fold == "\r\n" else "") + said[half:]
    lines = [f"{each};TZID={folded}:" for each in ("DTSTART", "DTEND", "EXDATE", "RDATE")]
    times = ("20260303T090000", "20260303T100000", "20260304T090000", "20260305T090000")
    series = (f"{line}{at}" for line, at in zip(lines, times, strict=True))
    change = f"RECURRENCE-ID;TZID={folded}:20260306T090000"
    moved = entry("UID:a", change, f"DTSTART;VALUE=DATE-TIME;TZID={folded}:20260307T090000")
    events = read(own, entry("UID:a", *series, "RRULE:FREQ=DAILY;COUNT=4"), moved).events
    assert [e.starts_at for e in events] == [datetime(2026, 3, d, tzinfo=UTC) for d in (3, 5, 7)]


@pytest.mark.parametrize(
    ("name", "hour"),
    [
        ("(UTC-05:00) Eastern Time (US & Canada)", 14),
        ("(GMT-08:00) Pacific Time (US & Canada); Tijuana", 17),
        ("(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi", 3),
        ("(UTC) Coordinated Universal Time", 9),
        ("tzone://Microsoft/Utc", 9),
        ("UTC", 9),
        ("(UTC+01:00) Nowhere, Berlin", 8),
        ("(UTC-05:00) Berlin", 14),
        ("UTC\u22123:30", 12),
    ],
)
def test_what_windows_shows_is_a_zone(name: str, hour: int) -> None:
    (event,) = read(entry("UID:a", f"DTSTART;TZID={name}:20260303T090000")).events
    assert event.starts_at.hour == hour


def test_the_city_of_a_shown_zone_changes_its_clocks() -> None:
    zone = "TZID=(UTC-05:00) Eastern Time (US & Canada)"
    lines = ("UID:a", f"DTSTART;{zone}:20260307T090000", "RRULE:FREQ=DAILY;COUNT=2")
    assert [e.starts_at.hour for e in read(entry(*lines)).events] == [14, 13]


@pytest.mark.parametrize(
    "name", ["", "UTC+99", "Mars/Olympus", "GMT+1:99:1", "UTC+3:99", "(UTC+01:00", "x" * 900]
)
def test_what_is_no_zone_is_where_the_person_is(name: str) -> None:
    (event,) = read(entry("UID:a", f"DTSTART;TZID={name}:20260303T090000")).events
    assert event.starts_at.hour == 8


def test_a_line_made_of_colons_costs_its_length() -> None:
    line = "DTSTART;TZID=" + ":20260303" * 4_000 + "x"
    assert not read(entry("UID:a", *[line] * 40)).events
