"""Push channels of the stand-in, opened and stopped with Google's own client."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from googleapiclient.errors import HttpError

from . import google_calendar
from .google_calendar import GoogleCalendarStandIn
from .google_calendar.scopes import PREFIX
from .google_client import client, reason_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass(slots=True)
class Listener:
    """A server that is told; `statuses` are its next answers, after them 204."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    heard: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def google() -> Iterator[GoogleCalendarStandIn]:
    with google_calendar.running() as started:
        yield started


@pytest.fixture
def api(google: GoogleCalendarStandIn) -> Any:
    return client(google)


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            listener.heard.append((self.path, headers, body))
            self.send_response(listener.statuses.pop(0) if listener.statuses else 204)
            self.end_headers()

        def log_message(self, *_said: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        listener.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield listener
        server.shutdown()
        thread.join()


def watch(api: Any, address: str, **changes: Any) -> dict[str, Any]:
    asked = {"id": "one", "type": "web_hook", "address": address, "token": "secret", **changes}
    answer: dict[str, Any] = api.events().watch(calendarId="primary", body=asked).execute()
    return answer


def states(listener: Listener) -> list[str]:
    return [headers["x-goog-resource-state"] for _, headers, _ in listener.heard]


def test_a_channel_is_told_that_it_is_open_and_of_each_change(
    google: GoogleCalendarStandIn, api: Any, listener: Listener
) -> None:
    channel = watch(api, f"{listener.url}/told")
    lunch = google.alice.add_event("Lunch", NOON)
    google.alice.move(lunch, NOON + timedelta(hours=1))
    google.alice.delete(lunch)
    google.wait_for_deliveries()
    assert states(listener) == ["sync", "exists", "exists", "exists"]
    numbers = [int(headers["x-goog-message-number"]) for _, headers, _ in listener.heard]
    assert numbers[0] == 1
    assert numbers == sorted(set(numbers))
    path, headers, body = listener.heard[1]
    assert (path, body, headers["x-goog-channel-token"]) == ("/told", b"", "secret")
    assert headers["x-goog-channel-id"] == channel["id"] == "one"
    assert headers["x-goog-resource-id"] == channel["resourceId"]
    assert headers["x-goog-resource-uri"] == channel["resourceUri"]
    assert headers["x-goog-channel-expiration"] == "Mon, 09 Mar 2026 09:00:00 GMT"
    assert all(delivery.is_taken for delivery in google.deliveries)


def test_a_channel_says_what_it_is(google: GoogleCalendarStandIn, api: Any) -> None:
    until = google.clock.now() + timedelta(hours=2)
    expiration = str(int(until.timestamp() * 1000))
    channel = watch(api, "https://oo.example/told", expiration=expiration)
    assert channel["kind"] == "api#channel"
    assert (channel["expiration"], channel["token"]) == (expiration, "secret")
    assert "alice%40example.org/events" in channel["resourceUri"]


def test_a_channel_lasts_a_week_at_most(google: GoogleCalendarStandIn, api: Any) -> None:
    week = str(int((google.clock.now() + timedelta(days=7)).timestamp() * 1000))
    far = str(int((google.clock.now() + timedelta(days=400)).timestamp() * 1000))
    assert watch(api, "https://oo.example/told")["expiration"] == week
    assert watch(api, "https://oo.example/told", id="two", expiration=far)["expiration"] == week


def test_after_its_time_or_a_stop_nothing_is_told(
    google: GoogleCalendarStandIn, api: Any, listener: Listener
) -> None:
    first = watch(api, listener.url)
    second = watch(api, listener.url, id="two")
    assert first["resourceId"] == second["resourceId"]
    stopped = {"id": "one", "resourceId": first["resourceId"]}
    assert api.channels().stop(body=stopped).execute() == ""
    google.alice.add_event("Lunch", NOON)
    google.wait_for_deliveries()
    assert [headers["x-goog-channel-id"] for _, headers, _ in listener.heard] == [
        "one",
        "two",
        "two",
    ]
    google.clock.advance(timedelta(days=8))
    google.alice.add_event("Dinner", NOON)
    google.wait_for_deliveries()
    assert len(listener.heard) == 3
    with pytest.raises(HttpError) as caught:
        client(google).channels().stop(body=stopped).execute()
    assert (caught.value.status_code, reason_of(caught.value)) == (404, "notFound")


def test_a_stop_needs_both_ids(google: GoogleCalendarStandIn, api: Any) -> None:
    watch(api, "https://oo.example/told")
    with pytest.raises(HttpError) as caught:
        api.channels().stop(body={"id": "one", "resourceId": "another"}).execute()
    assert caught.value.status_code == 404
    assert list(google.channels.open) == ["one"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": ""}, "invalid"),
        ({"id": "x" * 65}, "invalid"),
        ({"id": "with space"}, "invalid"),
        ({"type": "email"}, "channelUnknown"),
        ({"token": "x" * 257}, "invalid"),
        ({"address": "http://oo.example/told"}, "push.webhookUrlNotHttps"),
        ({"address": "not an address"}, "push.webhookUrlNotHttps"),
        ({"address": "https://[half/told"}, "push.webhookUrlNotHttps"),
        ({"expiration": "1000"}, "invalid"),
        ({"expiration": "tomorrow"}, "invalid"),
    ],
)
def test_a_channel_that_makes_no_sense(
    google: GoogleCalendarStandIn, api: Any, change: dict[str, str], reason: str
) -> None:
    with pytest.raises(HttpError) as caught:
        watch(api, **{"address": "https://oo.example/told", **change})
    assert (caught.value.status_code, reason_of(caught.value)) == (400, reason)
    assert google.channels.open == {}


def test_an_id_is_used_once(google: GoogleCalendarStandIn, api: Any) -> None:
    channel = watch(api, "https://oo.example/told")
    api.channels().stop(body={"id": "one", "resourceId": channel["resourceId"]}).execute()
    with pytest.raises(HttpError) as caught:
        watch(api, "https://oo.example/told")
    assert (caught.value.status_code, reason_of(caught.value)) == (400, "channelIdNotUnique")


def test_whoever_may_not_read_events_may_not_watch_them(google: GoogleCalendarStandIn) -> None:
    token = google.grant(scopes=(f"{PREFIX}calendar.settings.readonly",))["access_token"]
    with pytest.raises(HttpError) as caught:
        watch(client(google, token), "https://oo.example/told")
    assert reason_of(caught.value) == "insufficientPermissions"


def test_only_who_changed_is_told_of(
    google: GoogleCalendarStandIn, api: Any, listener: Listener
) -> None:
    bob = google.add_person("bob@example.org")
    watch(api, listener.url)
    bob.add_event("Dinner", NOON)
    google.wait_for_deliveries()
    assert states(listener) == ["sync"]


def test_a_server_in_trouble_is_told_again_and_one_that_refuses_is_not(
    google: GoogleCalendarStandIn, api: Any, listener: Listener
) -> None:
    listener.statuses = [503, 500, 200, 404, 503, 503, 503, 503]
    watch(api, listener.url)
    google.alice.add_event("Lunch", NOON)
    google.alice.add_event("Dinner", NOON)
    google.wait_for_deliveries()
    assert [delivery.statuses for delivery in google.deliveries] == [
        (503, 500, 200),
        (404,),
        (503, 503, 503, 503),
    ]
    assert [delivery.is_taken for delivery in google.deliveries] == [True, False, False]


def test_nobody_there_and_one_who_sends_elsewhere(
    google: GoogleCalendarStandIn, api: Any, listener: Listener
) -> None:
    listener.statuses = [302]
    watch(api, listener.url)
    watch(api, "http://127.0.0.1:1/", id="two")
    watch(api, "http://127.0.0.1:port/", id="three")
    google.wait_for_deliveries()
    assert [delivery.statuses for delivery in google.deliveries] == [(302,), (0,), (0,)]


def test_a_public_address_is_told_on_this_machine_when_redirected(
    google: GoogleCalendarStandIn, api: Any, listener: Listener
) -> None:
    watch(api, "https://oo.example/told?a=b")
    google.wait_for_deliveries()
    assert google.deliveries[0].statuses == ()
    google.channels.redirected = listener.url
    google.alice.add_event("Lunch", NOON)
    google.wait_for_deliveries()
    assert [path for path, _, _ in listener.heard] == ["/told?a=b"]
