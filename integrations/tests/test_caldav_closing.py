"""Closing a to-do at a real Radicale, and what its file says afterwards."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from time import perf_counter
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from integrations.gone import TaskGone
from integrations.ical.closing import NotClosable, close_todo
from integrations.sources import caldav as module
from integrations.sources.caldav import CalDav
from integrations.sources.caldav.server import Server
from integrations.tests.conformance.gate import Answer, gate_before, through_to
from integrations.tests.test_caldav_source import MILK, Reader, todo
from oo.lib.http import Fetched, Refused, Unreachable
from tests.stand_ins.radicale import RadicaleUser

KEY, OTHER_KEY = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def home(dav: RadicaleUser) -> RadicaleUser:
    dav.add_calendar("Home", "VTODO")
    return dav


def close(home: RadicaleUser, key: UUID = KEY, path: str = "home/milk.ics") -> None:
    CalDav().complete(Reader(home).link, home.url(path), key=key)


def said(home: RadicaleUser) -> list[str]:
    return home.text("home/milk.ics").splitlines()


def test_it_is_completed_there_and_read_as_such(home: RadicaleUser) -> None:
    home.put("home/milk.ics", *todo(*MILK, "STATUS:IN-PROCESS", "PERCENT-COMPLETE:50"))
    reader = Reader(home)
    reader.pull()
    CalDav().complete(reader.link, reader.task().external_id, key=KEY)
    assert {"STATUS:COMPLETED", "PERCENT-COMPLETE:100"} <= set(said(home))
    assert "STATUS:IN-PROCESS" not in said(home)
    reader.pull(datetime.now(UTC))
    completed_at = reader.task().completed_at
    assert completed_at is not None
    assert timedelta() <= datetime.now(UTC) - completed_at < timedelta(minutes=1)


def test_twice_closes_once(home: RadicaleUser, monkeypatch: pytest.MonkeyPatch) -> None:
    home.put("home/milk.ics", *todo(*MILK))
    close(home)
    once = home.text("home/milk.ics")
    for key in (KEY, OTHER_KEY):
        close(home, key)
    assert home.text("home/milk.ics") == once


def test_a_closing_whose_answer_is_lost_can_be_asked_again(
    home: RadicaleUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    weekly = ("DUE;VALUE=DATE:20260302", "RRULE:FREQ=WEEKLY")
    home.put("home/milk.ics", *todo(*MILK, *weekly))
    send = Server.send

    def lost(self: Server, method: str, *given: Any) -> Fetched:
        answer = send(self, method, *given)
        if method == "PUT":
            raise Unreachable("caldav", "cut")
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(Server, "send", lost)
        with pytest.raises(Unreachable):
            close(home)
    once = home.text("home/milk.ics")
    close(home)
    assert home.text("home/milk.ics") == once
    assert "20260302" not in once


@pytest.mark.parametrize(("times", "error"), [(1, None), (2, Unreachable)])
def test_what_changes_between_reading_and_writing_is_read_again_once(
    home: RadicaleUser, monkeypatch: pytest.MonkeyPatch, times: int, error: type[Exception] | None
) -> None:
    home.put("home/milk.ics", *todo(*MILK))
    left, real = [times], close_todo

    def meanwhile(*given: Any, **named: Any) -> bytes | None:
        if left[0]:
            home.put("home/milk.ics", *todo(*MILK[:2], f"SUMMARY:Changed {left[0]}"))
            left[0] -= 1
        return real(*given, **named)

    monkeypatch.setattr(module, "close_todo", meanwhile)
    if error:
        with pytest.raises(error):
            close(home)
        assert "STATUS:COMPLETED" not in said(home)
    else:
        close(home)
        assert {"STATUS:COMPLETED", "SUMMARY:Changed 1"} <= set(said(home))


# Of Apache, Jetty and nginx, and what else may be seen.
@pytest.mark.parametrize("form", ['"{}-gzip"', '"{}--gzip"', 'W/"{}"', 'W/"{}-br"'])
@pytest.mark.parametrize("is_always", [False, True])
def test_it_is_closed_behind_a_server_that_compresses(
    home: RadicaleUser, settings: Any, form: str, is_always: bool
) -> None:
    """is_always: whatever it is asked, as a cache before it may."""
    home.put("home/milk.ics", *todo(*MILK))
    there = through_to(home.server.url)

    def ask(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        plain = {**headers, "Accept-Encoding": "identity"}
        answer = there(method, path, plain, body)
        is_asked = "gzip" in headers.get("Accept-Encoding", "")
        if method != "GET" or not (is_asked or is_always):
            return answer
        changed = {"ETag": form.format(answer.headers["ETag"].strip('"'))}
        changed["Content-Encoding"] = "gzip"
        return replace(
            answer, headers={**answer.headers, **changed}, body=gzip.compress(answer.body)
        )

    with gate_before(ask) as gate:
        settings.OO_PRIVATE_HOSTS_ALLOWED = gate.door
        home.credentials = {**home.credentials, "url": gate.url}
        CalDav().complete(Reader(home).link, f"{gate.url}/{home.name}/home/milk.ics", key=KEY)
    assert "STATUS:COMPLETED" in said(home)


def test_one_that_is_gone_is_404(home: RadicaleUser) -> None:
    home.put("home/milk.ics", *todo(*MILK))
    home.delete("home/milk.ics")
    with pytest.raises(TaskGone) as raised:
        close(home)
    assert raised.value.status == 404


@pytest.mark.parametrize(
    "address", ["https://evil.example.org/a.ics", "0f3c", "file:///etc/passwd", "//10.0.0.1/a"]
)
def test_the_password_goes_to_no_other_site(home: RadicaleUser, address: str) -> None:
    with pytest.raises(Refused):
        CalDav().complete(Reader(home).link, address, key=KEY)


# ---- what is written ------------------------------------------------------------------------

ODD = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VTODO\r\nUID:milk\r\n"
    'SUMMARY;LANGUAGE=en;X-A="b:c":Buy\r\n  milk\\, please\r\nX-APPLE-SORT-ORDER:7\r\n'
    "STATUS:NEEDS-ACTION\r\nATTACH;FMTTYPE=a/b:https://example.org/x\r\n{}"
    "BEGIN:VALARM\r\nACTION:DISPLAY\r\nSTATUS:MINE\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\n"
    "END:VTODO\r\nEND:VCALENDAR\r\n"
)


def closed(*lines: str, at: datetime = NOW, key: UUID = KEY) -> set[str]:
    told = close_todo(
        ODD.format("".join(f"{line}\r\n" for line in lines)).encode(), key=key, at=at, zone=BERLIN
    )
    assert told is not None
    return set(told.decode().split("\r\n"))


def test_every_other_line_stays_to_the_letter() -> None:
    before, after = ODD.format("").split("\r\n"), closed()
    assert set(before) - after == {"STATUS:NEEDS-ACTION"}
    assert after - set(before) == {
        "DTSTAMP:20260302T120000Z",
        "LAST-MODIFIED:20260302T120000Z",
        "X-OO-CLOSED:00000000-0000-0000-0000-000000000001",
        "STATUS:COMPLETED",
        "COMPLETED:20260302T120000Z",
        "PERCENT-COMPLETE:100",
    }


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # Its hour stays what it is when the clocks change on 29 March.
        (
            ("DUE;TZID=Europe/Berlin:20260327T090000", "RRULE:FREQ=WEEKLY"),
            {"DUE;TZID=Europe/Berlin:20260403T090000", "RRULE:FREQ=WEEKLY"},
        ),
        # So does that of one that is due in UTC,
        (
            (
                "DTSTART;TZID=Europe/Berlin:20260327T090000",
                "DUE:20260327T170000Z",
                "RRULE:FREQ=WEEKLY",
            ),
            {"DTSTART;TZID=Europe/Berlin:20260403T090000", "DUE:20260403T160000Z"},
        ),
        (
            ("DTSTART;VALUE=DATE:20260327", "DUE:20260327T230000Z", "RRULE:FREQ=WEEKLY"),
            {"DTSTART;VALUE=DATE:20260403", "DUE:20260403T220000Z"},
        ),
        (
            ("DTSTART:20260327T090000", "DUE:20260327T170000Z", "RRULE:FREQ=WEEKLY"),
            {"DTSTART:20260403T090000", "DUE:20260403T160000Z"},
        ),
        # but where all of it is.
        (
            ("DTSTART:20260327T080000Z", "DUE:20260327T170000Z", "RRULE:FREQ=WEEKLY"),
            {"DTSTART:20260403T080000Z", "DUE:20260403T170000Z"},
        ),
        # What was missed is left behind.
        (("DUE;VALUE=DATE:20260201", "RRULE:FREQ=DAILY"), {"DUE;VALUE=DATE:20260303"}),
        (
            ("DTSTART;VALUE=DATE:20260228", "DUE;VALUE=DATE:20260302", "RRULE:FREQ=MONTHLY"),
            {"DTSTART;VALUE=DATE:20260328", "DUE;VALUE=DATE:20260330"},
        ),
        (
            ("DUE:20260301T080000Z", "RRULE:FREQ=DAILY;COUNT=5"),
            {"DUE:20260303T080000Z", "RRULE:FREQ=DAILY;COUNT=3"},
        ),
        (
            ("DUE:20260302T180000", "RRULE:FREQ=DAILY", "EXDATE:20260303T180000"),
            {"DUE:20260304T180000", "EXDATE:20260303T180000"},
        ),
        (("DUE;VALUE=DATE:20240229", "RRULE:FREQ=YEARLY"), {"DUE;VALUE=DATE:20280229"}),
    ],
)
def test_a_series_moves_to_its_next_date(lines: tuple[str, ...], expected: set[str]) -> None:
    after = closed(*lines)
    assert expected | {"STATUS:NEEDS-ACTION"} <= after
    assert "STATUS:COMPLETED" not in after


@pytest.mark.parametrize("end", ["COUNT=1", "UNTIL=20260302", "UNTIL=20260302T170000Z"])
def test_after_its_last_date_a_series_is_completed(end: str) -> None:
    lines = ("DUE;TZID=Europe/Berlin:20260302T180000", f"RRULE:FREQ=DAILY;{end}")
    assert {"STATUS:COMPLETED", *lines} <= closed(*lines)


def test_another_key_moves_a_series_on() -> None:
    lines = ("DUE;VALUE=DATE:20260302", "RRULE:FREQ=DAILY", f"X-OO-CLOSED:{KEY}")
    text = ODD.format("".join(f"{line}\r\n" for line in lines)).encode()
    assert close_todo(text, key=KEY, at=NOW, zone=BERLIN) is None
    assert "DUE;VALUE=DATE:20260303" in closed(*lines, key=OTHER_KEY)


@pytest.mark.parametrize(
    "lines",
    [
        ("DUE;VALUE=DATE:20260302", "RRULE:FREQ=FORTNIGHTLY"),
        ("RRULE:FREQ=DAILY",),
        ("DUE:today", "RRULE:FREQ=DAILY"),
        ("DTSTART;VALUE=DATE:20260302", "DUE;VALUE=DATE:20260399", "RRULE:FREQ=DAILY"),
        ("DUE;VALUE=DATE:20260302", "RRULE:FREQ=DAILY", "RDATE;VALUE=DATE:20260309"),
        ("END:VTODO", "BEGIN:VTODO", "UID:milk", "RECURRENCE-ID:20260309"),
    ],
)
def test_a_series_that_would_lose_something_is_left_alone(lines: tuple[str, ...]) -> None:
    with pytest.raises(NotClosable):
        closed(*lines)


def test_a_due_date_alone_counts(home: RadicaleUser) -> None:
    home.put("home/milk.ics", *todo(*MILK, "DUE;VALUE=DATE:20260302", "RRULE:FREQ=DAILY"))
    reader = Reader(home)
    reader.pull()
    CalDav().complete(reader.link, reader.task().external_id, key=KEY)
    reader.pull()
    task = reader.task()
    assert task.completed_at is None
    assert task.due_on is not None
    assert task.due_on > date(2026, 3, 2)


def test_dates_that_are_folded_move_too() -> None:
    lines = ("DUE;TZID=Europe/\r\n Berlin:20260302T\r\n\t180000", "RRULE:FREQ=DAILY")
    assert "DUE;TZID=Europe/Berlin:20260303T180000" in closed(*lines)


def test_a_large_attachment_takes_no_long_time() -> None:
    folds = "\r\n ".join(["x" * 73] * 100_000)
    before = perf_counter()
    assert "STATUS:COMPLETED" in closed(f"ATTACH:{folds}")
    assert perf_counter() - before < 5
