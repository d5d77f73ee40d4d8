"""Files that other people's programs wrote: the checked-in dozen, and those in the libraries."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from integrations.ical import Skip
from tests.real_input.corpus import read_file, read_quoted

HERE = Path(__file__).parent / "ical"
# Entries in the file, occurrences from a day before its first start to 31 days after it, and the
# first of them: all looked at by hand.
WANT = {
    "alarm_etar_future.ics": (1, 1, "2024-10-05T12:00"),
    "alarm_google_future.ics": (1, 1, "2024-10-04T18:15"),
    "alarm_thunderbird_future.ics": (1, 1, "2024-10-23T14:00"),
    "issue_156_RDATE_with_PERIOD_TZID_khal_2.ics": (1, 1, "2021-11-01T15:00"),
    "issue_165_missing_event.ics": (1, 14, "2015-07-03T08:00"),
    "issue_313_globally_unique_tzid.ics": (3, 3, "2020-04-26T12:00"),
    "issue_348_exception_parsing_value.ics": (1, 1, "2019-06-24T06:30"),
    "issue_466_respect_unique_timezone.ics": (1, 5, "2022-10-21T18:00"),
    "issue_836_do_not_quote_tzid.ics": (1, 1, "2024-10-28T21:00"),
    "multiple_calendar_components.ics": (3, 1, "2003-04-30T22:00"),
    "parsing_error.ics": (2, 40, "2008-03-02T23:00"),
    "period_with_timezone.ics": (1, 2, "2023-09-20T19:00"),
    "timezone_same_start.ics": (1, 1, "2017-02-24T20:00"),
    "x_location.ics": (1, 21, "2016-10-28T12:00"),
}


def test_every_checked_in_file_is_expected() -> None:
    assert {path.name for path in HERE.glob("*.ics")} == set(WANT)


@pytest.mark.parametrize("name", sorted(WANT))
def test_a_file_of_another_program_is_read_in_full(name: str) -> None:
    reading = read_file(HERE / name).reading
    assert reading is not None
    first = min(event.starts_at for event in reading.events)
    assert (reading.entries, len(reading.events), f"{first:%Y-%m-%dT%H:%M}") == WANT[name]
    assert not reading.skipped


def folder(package: str) -> Path:
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def test_the_calendars_inside_icalendar_are_read_or_refused_for_a_reason() -> None:
    paths = sorted((folder("icalendar") / "tests").rglob("*.ics"))
    results = [read_file(path) for path in paths]
    pieces = {path.name for path in paths if b"END:VCALENDAR" not in path.read_bytes().upper()}
    assert len(results) > 100
    assert {result.name for result in results if result.refused} <= pieces


def test_every_calendar_inside_recurring_ical_events_is_read() -> None:
    results = [read_file(path) for path in sorted(folder("recurring_ical_events").rglob("*.ics"))]
    left = [result for result in results if result.reading and result.reading.skipped]
    assert len(results) > 80
    assert not [result.name for result in results if result.refused]
    assert {why for each in left if each.reading for why in each.reading.skipped} == {
        Skip.BAD_RULE,
        Skip.CANCELLED,
        Skip.SUPERSEDED,
    }


def test_a_calendar_quoted_in_a_source_file_is_found(tmp_path: Path) -> None:
    path = tmp_path / "quoted.py"
    calendar = (HERE / "alarm_google_future.ics").read_bytes().strip()
    path.write_bytes(b'X = """' + calendar + b'"""\n')
    assert [result.reading.entries for result in read_quoted(path) if result.reading] == [1]
