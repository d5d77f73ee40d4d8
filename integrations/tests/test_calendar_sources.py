from __future__ import annotations

import gzip
import json
import tracemalloc
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from integrations import ical
from integrations.base import Link, Pull
from integrations.ical import limits
from integrations.registry import SOURCES
from integrations.sources import calendar_url
from integrations.sources.calendar_file import CalendarFile
from integrations.sources.calendar_url import CalendarUrl, address_of
from integrations.tests.feeds import Feed
from integrations.tests.test_ical import ONE, calendar, entry
from oo.lib.http import (
    ApiError,
    RateLimited,
    Refused,
    TooLarge,
    Unauthorized,
    Unexpected,
    Unreachable,
)
from oo.lib.tests.loopback import Handler, Loopback, serving
from oo.lib.version import VERSION

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
TEXT = calendar("X-WR-CALNAME:Work", entry(*ONE, "SUMMARY:Review"))


def link(credentials: Mapping[str, str], document: str = "") -> Link:
    return Link(uuid4(), "a", credentials, {}, document, ZoneInfo("Europe/Berlin"), AT)


def answer(handler: Handler) -> None:
    """A calendar server: an ETag, and 304 for who has it."""
    if handler.headers.get("If-None-Match") == '"one"':
        return handler.reply(304)
    return handler.reply(200, TEXT, ETag='"one"', Content_Type="text/html")


@pytest.fixture
def site(settings: Any) -> Iterator[Callable[[Any], Loopback]]:
    """Serves what a test wants said, at an address that this installation may reach."""
    open_sites = []

    def start(say: Any) -> Loopback:
        context = serving(say)
        server = context.__enter__()
        open_sites.append(context)
        settings.OO_PRIVATE_HOSTS_ALLOWED = server.door
        return server

    yield start
    for context in open_sites:
        context.__exit__(None, None, None)


def pull(server: Loopback, cursor: Mapping[str, Any] | None = None, at: datetime = AT) -> Pull:
    return CalendarUrl().pull(replace(link({"url": server.url}), cursor=cursor or {}), at=at)


def asked(server: Loopback) -> dict[str, str]:
    return server.heard[-1][1]


def test_both_are_found_by_the_registry() -> None:
    assert {"calendar-url", "calendar-file"} <= set(SOURCES.load())


def test_an_address_is_identified_by_its_hash_and_the_name_of_its_calendar(site: Any) -> None:
    server = site(answer)
    account = CalendarUrl().identify({"url": server.url}, "")
    assert (account.label, len(account.account)) == ("Work", 64)
    assert server.url not in account.account


def test_the_first_pull_is_full(site: Any) -> None:
    found = pull(site(answer))
    assert (found.full, [event.title for event in found.events]) == (True, ["Review"])


def test_the_cursor_is_json_and_holds_nothing_of_address_or_calendar(site: Any) -> None:
    server = site(answer)
    text = json.dumps(pull(server).cursor)
    assert str(server.port) not in text
    assert "Review" not in text


def test_the_same_day_is_asked_for_conditionally(site: Any) -> None:
    server = site(answer)
    first = pull(server)
    again = pull(server, first.cursor, AT + timedelta(hours=1))
    assert asked(server)["If-None-Match"] == '"one"'
    assert (again.not_modified, again.full, again.cursor) == (True, False, first.cursor)


def test_the_next_day_is_read_in_full(site: Any) -> None:
    server = site(answer)
    again = pull(server, pull(server).cursor, AT + timedelta(hours=12))
    assert "If-None-Match" not in asked(server)
    assert (again.full, len(again.events)) == (True, 1)


def test_the_same_body_without_an_etag_is_not_read_again(site: Any) -> None:
    server = site(lambda handler: handler.reply(200, TEXT, Last_Modified="Mon, 02 Mar 2026"))
    again = pull(server, pull(server).cursor)
    assert asked(server)["If-Modified-Since"] == "Mon, 02 Mar 2026"
    assert again.not_modified


def test_another_body_is_read(site: Any) -> None:
    server = site(lambda handler: handler.reply(200, TEXT))
    first = pull(server)
    server.answer = lambda handler: handler.reply(200, TEXT.replace(b"Review", b"Lunch"))
    assert [event.title for event in pull(server, first.cursor).events] == ["Lunch"]


def test_304_to_who_did_not_ask_for_it_is_no_reading(site: Any) -> None:
    with pytest.raises(Unexpected):
        pull(site(lambda handler: handler.reply(304)))


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, Unauthorized),
        (403, Unreachable),
        (404, Unexpected),
        (410, Unexpected),
        (429, RateLimited),
        (503, Unreachable),
    ],
)
def test_a_status_says_what_to_do(site: Any, status: int, error: type[ApiError]) -> None:
    with pytest.raises(error) as caught:
        pull(site(lambda handler: handler.reply(status)))
    assert caught.value.status == status


def test_what_is_forbidden_when_it_is_typed_is_told_at_once(site: Any) -> None:
    server = site(lambda handler: handler.reply(403))
    with pytest.raises(Unauthorized):
        CalendarUrl().identify({"url": server.url}, "")


@pytest.mark.parametrize("body", [b"<html>Sign in</html>", TEXT[:-20], b""])
def test_what_is_no_calendar_deletes_nothing(site: Any, body: bytes) -> None:
    server = site(lambda handler: handler.reply(200, body))
    with pytest.raises(Unexpected):
        pull(server)
    with pytest.raises(Unexpected):
        CalendarUrl().identify({"url": server.url}, "")


def test_more_than_what_may_be_read_is_refused(site: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(ical, "MAX_SENT", len(TEXT) - 1)
    server = site(answer)
    with pytest.raises(TooLarge):
        pull(server)
    with pytest.raises(TooLarge):
        CalendarUrl().identify({"url": server.url}, "")


def test_too_many_entries_are_refused(site: Any) -> None:
    body = calendar("BEGIN:VEVENT\r\nEND:VEVENT\r\n" * (limits.MAX_COMPONENTS + 1))
    with pytest.raises(TooLarge):
        pull(site(lambda handler: handler.reply(200, body)))


def test_ten_years_of_meetings_are_read(site: Any) -> None:
    """Three megabytes: what is past is passed over, and what is coming is all there."""
    first, more = datetime(2016, 3, 3, 9), f"DESCRIPTION:{'x' * 120}\r\nBEGIN:VALARM\r\nEND:VALARM"
    days = [first + timedelta(days=n) for n in range(3_652)]
    once = [entry(f"UID:{n}", f"DTSTART:{day:%Y%m%dT%H%M%SZ}", more) for n, day in enumerate(days)]
    over = [
        entry(
            f"UID:r{n}",
            f"DTSTART:{day:%Y%m%dT%H%M%SZ}",
            f"RRULE:FREQ=DAILY;UNTIL={day:%Y}1231",
            more,
        )
        for n, day in enumerate(days[:-365])
    ]
    old = entry("UID:old", "DTSTART:20160305T150000Z", "RRULE:FREQ=WEEKLY", more)
    body = calendar(*once, *over, *[entry("UID:pad", "DTSTART:20100101", more)] * 9_000, old)
    assert len(body) > 3 * 1024 * 1024
    events = pull(site(lambda handler: handler.reply(200, body))).events
    assert {event.starts_at.hour for event in events} == {9, 15}
    assert len([event for event in events if event.external_id == "old"]) == 4


def test_20_mib_are_pulled_and_the_events_of_the_window_are_all_that_comes(site: Any) -> None:
    feed = Feed(AT - timedelta(days=1), AT + timedelta(days=31))

    def packed(handler: Handler) -> None:
        if handler.headers.get("If-None-Match") == '"big"':
            return handler.reply(304)
        feed.expected.clear()
        packer = zlib.compressobj(1, wbits=31)
        body = b"".join([*map(packer.compress, feed.pieces()), packer.flush()])
        return handler.reply(200, body, ETag='"big"', Content_Encoding="gzip")

    server = site(packed)
    found = pull(server)
    told = sorted((event.external_id, event.starts_at) for event in found.events)
    assert (told, len(told) > 250) == (sorted(feed.expected), True)
    assert pull(server, found.cursor).not_modified


def test_a_calendar_without_an_end_is_too_large(site: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(ical, "MAX_SENT", 2 * 1024 * 1024)
    past = entry("UID:past", "DTSTART:20100101T090000Z").encode() + b"\r\n"

    def flood(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\nBEGIN:VCALENDAR\r\n")
        while not handler.server.over.is_set():
            handler.wfile.write(past * 100)

    with pytest.raises(TooLarge):
        pull(site(flood))


def test_a_calendar_that_unpacks_to_far_more_is_too_large(site: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(ical, "MAX_SENT", 2 * 1024 * 1024)
    bomb = gzip.compress(TEXT[:-15] + b"\r\n" * (16 * 1024 * 1024), mtime=0)
    server = site(lambda handler: handler.reply(200, bomb, Content_Encoding="gzip"))
    tracemalloc.start()
    with pytest.raises(TooLarge):
        pull(server)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * 1024 * 1024  # of the 32 that are in it


def test_a_server_that_refuses_agents_it_does_not_know_answers_oo(site: Any) -> None:
    def choosy(handler: Handler) -> None:
        agent = handler.headers.get("User-Agent", "")
        if not agent or agent.startswith(("python-", "oO")):
            return handler.reply(403)
        return handler.reply(200, TEXT)

    assert len(pull(site(choosy)).events) == 1


def test_it_asks_as_servers_want_to_be_asked_and_says_who_it_is(site: Any, settings: Any) -> None:
    server = site(answer)
    pull(server, pull(server).cursor)
    for _path, headers in server.heard:
        assert headers["User-Agent"] == (
            f"Mozilla/5.0 (compatible; oO/{VERSION}; +{settings.OO_BASE_URL})"
        )


def test_a_body_that_only_drips_is_given_up_on(site: Any, monkeypatch: Any) -> None:
    def drip(handler: Handler) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.drip(b"B")

    monkeypatch.setattr(calendar_url, "DEADLINE_S", 0.3)
    with pytest.raises(Unreachable):
        pull(site(drip))


def test_a_redirect_to_a_private_address_is_refused(site: Any) -> None:
    with serving(answer) as inside:
        server = site(lambda handler: handler.reply(301, Location=inside.url))
        with pytest.raises(Refused):
            pull(server)
        assert inside.connections == 0


def test_a_private_address_is_refused_unless_the_settings_allow_it(settings: Any) -> None:
    settings.OO_PRIVATE_HOSTS_ALLOWED = frozenset()
    with serving(answer) as inside:
        with pytest.raises(Refused):
            CalendarUrl().identify({"url": inside.url}, "")
        assert inside.connections == 0


@pytest.mark.parametrize(
    "url",
    ["webcal://example.com/a.ics", "webcals://example.com/a.ics", " WEBCAL://example.com/a.ics"],
)
def test_webcal_is_fetched_over_tls(url: str) -> None:
    assert address_of({"url": url}) == "https://example.com/a.ics"


@pytest.mark.parametrize("url", ["", "example.com", "file:///etc/passwd", "ftp://example.com/a"])
def test_other_schemes_are_refused(url: str) -> None:
    with pytest.raises(Refused):
        address_of({"url": url})


def test_no_error_tells_the_address(site: Any) -> None:
    server = site(lambda handler: handler.reply(404))
    with pytest.raises(ApiError) as caught:
        pull(server)
    assert str(server.port) not in str(caught.value)


# ---- files --------------------------------------------------------------------------------------


def test_a_newer_export_of_the_same_calendar_is_the_same_account() -> None:
    newer = TEXT.replace(b"Review", b"Lunch").decode()
    one, two = (CalendarFile().identify({}, text) for text in (TEXT.decode(), newer))
    assert (one.label, one.account) == ("Work", two.account)


def test_files_without_a_name_are_told_apart_by_what_is_in_them() -> None:
    one, two = (calendar(entry(*ONE, f"SUMMARY:{n}")).decode() for n in "ab")
    accounts = {CalendarFile().identify({}, text).account for text in (one, two, one)}
    assert len(accounts) == 2


def test_a_file_that_is_no_calendar_is_said_to_be_none() -> None:
    with pytest.raises(Unexpected):
        CalendarFile().identify({}, "Dear diary")


def test_a_file_that_is_too_big_is_refused() -> None:
    with pytest.raises(TooLarge):
        CalendarFile().identify({}, " " * (ical.MAX_BYTES + 1))


def test_a_file_is_read_once_a_day_and_zone() -> None:
    source, mine = CalendarFile(), link({}, TEXT.decode())
    first = source.pull(mine, at=AT)
    same = replace(mine, cursor=first.cursor)
    assert (first.full, len(first.events)) == (True, 1)
    assert source.pull(same, at=AT + timedelta(hours=5)).not_modified
    assert source.pull(same, at=AT + timedelta(hours=12)).full
    assert source.pull(replace(same, zone=ZoneInfo("Asia/Tokyo")), at=AT).full
