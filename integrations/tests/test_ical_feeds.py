"""Calendars that come in pieces: what is held of them is what may matter, whatever is sent."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations import ical
from integrations.ical import Skip, limits
from integrations.tests.feeds import Feed
from integrations.tests.test_ical import AT, BERLIN, ONE, OWN_ZONE, calendar, entry, read

MIB = 1024 * 1024
PAST = ("DTSTART:20200303T090000Z", "DTEND:20200303T100000Z")
FOLDED = calendar(
    "X-WR-CALNAME:Bür\r\n o",
    entry(*ONE, "SUMMARY:Käse\r\n\t und\r\n\r\n  Wein"),
    entry("UID:b", "DTSTART;TZID=Our office:20260304T090000", "LOCATION:東京"),
    entry("UID:past", *PAST),
    *OWN_ZONE,
).replace(b"K\xc3\xa4", b"K\xc3\r\n \xa4")


def fed(pieces: Iterable[bytes]) -> ical.Reading:
    reader = ical.Reader(at=AT, zone=BERLIN)
    for piece in pieces:
        reader.feed(piece)
    return reader.close()


def cut(data: bytes, size: int) -> Iterable[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def peak(pieces: Iterable[bytes]) -> tuple[ical.Reading, int]:
    tracemalloc.start()
    try:
        return fed(pieces), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


# ---- pieces -------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["utf-8", "utf-8-sig", "utf-16"])
@given(size=st.integers(1, 700))
def test_where_a_file_is_cut_changes_nothing(written: str, size: int) -> None:
    data = calendar(
        "X-WR-CALNAME:Bür\r\n o", entry(*ONE, "SUMMARY:Kä\r\n se\r\n\r\n  ä"), *OWN_ZONE
    )
    data = data.decode().encode(written)
    reading = fed(cut(data, size))
    assert (reading.name, [event.title for event in reading.events]) == ("Büro", ["Käse ä"])


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 10_000])
def test_lines_may_end_in_any_way_and_fold_inside_of_a_letter(end: bytes, size: int) -> None:
    reading = fed(cut(FOLDED.replace(b"\r\n", end), size))
    assert [event.title for event in reading.events] == ["Käse und Wein", ""]
    assert (reading.events[1].location, reading.events[1].starts_at.minute) == ("東京", 15)
    assert reading.entries == 3


def test_of_a_file_that_is_no_utf_8_the_lines_that_are_stay() -> None:
    data = calendar(entry(*ONE, "SUMMARY:Käse", "LOCATION:Büro"))
    (event,) = fed([data.replace("Käse".encode(), b"K\xe4se")]).events
    assert (event.title, event.location) == ("Käse", "Büro")


@pytest.mark.parametrize("size", [1_000, 65_536])
def test_a_line_that_is_cut_for_its_length_keeps_its_letters(size: int) -> None:
    text = "€" * limits.MAX_LINE * 3
    (event,) = fed(cut(calendar(entry(*ONE, f"SUMMARY:{text}", "LOCATION:Büro")), size)).events
    assert (event.title, event.location) == ("€" * limits.MAX_TEXT, "Büro")


def test_what_broke_off_is_no_calendar_however_it_came() -> None:
    for data in (FOLDED[:-20], FOLDED[:200], b"", b"B"):
        with pytest.raises(ical.NotACalendar):
            fed(cut(data, 50))


def test_a_name_is_read_of_a_calendar_of_which_nothing_else_is_kept() -> None:
    reader = ical.NameReader()
    for piece in Feed(weeks=8).pieces():
        reader.feed(piece)
    assert reader.close() == "Office"


# ---- what belongs together, wherever it stands --------------------------------------------------


@pytest.mark.parametrize("order", [1, -1])
def test_a_change_may_come_before_its_series_and_the_zone_behind_both(order: int) -> None:
    series = entry("UID:s", "DTSTART;TZID=Our office:20200101T144500", "RRULE:FREQ=DAILY")
    change = entry(
        "UID:s",
        "RECURRENCE-ID;TZID=Our office:20260304T144500",
        "DTSTART;TZID=Our office:20260304T184500",
    )
    parts = [series, *[entry(f"UID:{n}", *PAST) for n in range(300)], change, "\r\n".join(OWN_ZONE)]
    found = read(*parts[::order]).events
    hours = {f"{event.starts_at:%d}": event.starts_at.hour for event in found}
    assert (hours["03"], hours["04"], hours["05"]) == (9, 13, 9)


@pytest.mark.parametrize("order", [1, -1])
def test_a_series_that_a_newer_version_ended_is_over(order: int) -> None:
    series = ("UID:s", "DTSTART:20200101T090000Z")
    versions = [
        entry(*series, "RRULE:FREQ=DAILY", "SEQUENCE:1"),
        entry(*series, "RRULE:FREQ=DAILY;UNTIL=20210101T090000Z", "SEQUENCE:2"),
    ]
    reading = read(*versions[::order])
    assert (reading.events, reading.skipped) == ((), {Skip.SUPERSEDED: 1})


@pytest.mark.parametrize("order", [1, -1])
def test_a_date_that_a_newer_version_moved_far_away_is_not_here(order: int) -> None:
    series = entry("UID:s", "DTSTART:20280101T090000Z", "RRULE:FREQ=DAILY")
    change = ("UID:s", "RECURRENCE-ID:20280105T090000Z")
    here = entry(*change, "DTSTART:20260303T090000Z", "SEQUENCE:1")
    there = entry(*change, "DTSTART:20290303T090000Z", "SEQUENCE:2")
    assert len(read(series, here).events) == 1
    assert read(*[series, here, there][::order]).events == ()


def test_an_older_version_that_is_over_ends_nothing() -> None:
    series = ("UID:s", "DTSTART:20200101T090000Z")
    over = entry(*series, "RRULE:FREQ=DAILY;UNTIL=20210101T090000Z", "SEQUENCE:1")
    assert len(read(over, entry(*series, "RRULE:FREQ=DAILY", "SEQUENCE:2")).events) == 32


def test_a_meeting_has_one_name_whether_another_of_its_uid_is_in_the_window_or_not() -> None:
    pair = [entry("UID:a", "DTSTART:20260303T090000Z"), entry("UID:a", *PAST)]
    (event,) = read(*pair).events
    near = read(pair[0], entry("UID:a", "DTSTART:20260304T090000Z")).events[0]
    assert event.occurrence == near.occurrence == "2026-03-03T09:00:00Z"


def test_a_change_of_long_ago_that_lasts_until_now_is_seen() -> None:
    """A series may last up to a year: what takes its date out takes it out of the window."""
    series = entry(
        "UID:s", "DTSTART;VALUE=DATE:20250601", "DTEND;VALUE=DATE:20260401", "RRULE:FREQ=YEARLY"
    )
    gone = entry(
        "UID:s", "RECURRENCE-ID;VALUE=DATE:20250601", "DTSTART:20250601", "STATUS:CANCELLED"
    )
    assert len(read(series).events) == 1
    assert read(series, gone).events == ()


def test_a_zone_is_held_once_however_often_it_is_said() -> None:
    """Some programs write each entry as a calendar of its own, with its zone."""
    each = calendar(*OWN_ZONE, entry("UID:a", "DTSTART;TZID=Our office:20260303T090000"))
    past = calendar(*OWN_ZONE, *[entry("UID:p", *PAST)])
    reading, held = peak([*[past] * 2_000, each, *[past] * 2_000])
    assert [event.starts_at.minute for event in reading.events] == [15]
    assert held < MIB
    assert reading.entries == 4_001


# ---- bounds -------------------------------------------------------------------------------------


def test_of_ten_years_in_20_mib_a_small_part_is_held_and_the_month_is_all_there() -> None:
    feed, sent = Feed(AT - timedelta(days=1), AT + timedelta(days=31)), 0

    def pieces() -> Iterator[bytes]:
        nonlocal sent
        for piece in feed.pieces():
            sent += len(piece)
            yield piece

    reading, held = peak(pieces())
    found = sorted((event.external_id, event.starts_at) for event in reading.events)
    assert found == sorted(feed.expected)
    assert ("weekly", datetime(2026, 3, 24, 18, tzinfo=UTC)) in found  # a date that was moved
    assert len(found) > 250
    assert sent > 20 * MIB
    assert held < 3 * MIB


@pytest.mark.parametrize(
    "piece",
    [
        b"x" * 65_536,
        b"\r\n" * 32_768,
        b"\n " * 32_768,
        b"\nBEGIN:VEVENT\nDTSTART:20000101\nEND:VEVENT",
    ],
    ids=["one-line", "empty-lines", "one-folded-line", "entries"],
)
def test_work_grows_as_what_is_sent_and_memory_does_not(piece: bytes) -> None:
    head, total = calendar()[:-17], MIB // 2

    def seconds(size: int) -> float:
        began = process_time()
        fed([head, *[piece] * (size // len(piece)), b"\r\nEND:VCALENDAR\r\n"])
        return process_time() - began

    seconds(total)
    # A square would be 16 times as much.
    assert seconds(4 * total) < 10 * seconds(total) + 0.05
    _, held = peak([head, *[piece] * (2 * total // len(piece)), b"\r\nEND:VCALENDAR\r\n"])
    assert held < MIB


@pytest.mark.parametrize(
    "start", ["X-MUCH:1", "BEGIN:VEVENT\r\nUID:a", "BEGIN:VTIMEZONE\r\nTZID:a"]
)
def test_what_is_held_is_bounded_while_a_component_is_open(
    start: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.ical.blocks.MAX_KEPT", MIB)
    reader = ical.Reader(at=AT, zone=BERLIN)
    reader.feed(calendar(start)[:-17])
    with pytest.raises(ical.TooBig):
        reader.feed(b"\r\nX:1" * 100_000)


def test_what_was_dropped_does_not_count_for_what_may_be_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("integrations.ical.blocks.MAX_KEPT", 10_000)
    monkeypatch.setattr("integrations.ical.blocks.MAX_COMPONENTS", 10)
    past = [calendar(*OWN_ZONE, entry(f"UID:{n}", *PAST), entry(*PAST)) for n in range(500)]
    assert len(fed([*past, calendar(entry(*ONE))]).events) == 1
    with pytest.raises(ical.TooBig):
        fed([calendar(entry(f"UID:{n}", *ONE[1:])) for n in range(10)])
