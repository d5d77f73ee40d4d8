"""Google Calendar from the Connect page to what is forgotten, each step as it is: the walk through
Google's consent, its lists and tokens, its messages over HTTP, at the stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from events.models import EventRecord
from integrations import tasks
from integrations.models import CalendarEvent, Connection, PushChannel
from integrations.sources.google_calendar import EVENTS
from oo.celery import app
from tests.clock import BERLIN, NOON
from tests.stand_ins import google_calendar
from tests.stand_ins.google_calendar import Clock, FaultKind, GoogleCalendarStandIn
from tests.stand_ins.google_calendar.identity import build_subject

API = "/calendar/v3/"
LIST, WATCH, STOP = (
    f"{API}calendars/primary/events",
    f"{API}calendars/primary/events/watch",
    f"{API}channels/stop",
)
START = "/connect/google-calendar/"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def google(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleCalendarStandIn]:
    """Messages of oO's own are worked off where they are sent."""
    monkeypatch.setitem(app.conf, "task_always_eager", True)
    clock = Clock(NOON.astimezone(UTC))
    with google_calendar.running(clock=clock, timezone=BERLIN.key) as google:
        settings.OO_BASE_URL = "https://testserver"
        settings.GOOGLE_CALENDAR_API_URL = f"{google.url}{API}"
        settings.GOOGLE_CALENDAR_AUTH_URL = google.authorize_url
        settings.GOOGLE_CALENDAR_TOKEN_URL = google.token_url
        settings.GOOGLE_CALENDAR_USER_URL = google.user_url
        settings.GOOGLE_CALENDAR_REVOKE_URL = google.revoke_url
        settings.GOOGLE_CALENDAR_CLIENT_ID = google.client_id
        settings.GOOGLE_CALENDAR_CLIENT_SECRET = google.client_secret
        yield google


@pytest.fixture
def later(google: GoogleCalendarStandIn, time_machine: time_machine.TimeMachineFixture) -> Any:
    """Moves oO's clock and Google's together."""
    time_machine.move_to(NOON, tick=False)

    def move(step: timedelta) -> datetime:
        google.clock.advance(step)
        time_machine.move_to(google.clock.now(), tick=False)
        return google.clock.now()

    return move


@pytest.fixture
def connected(alice_client: Client, google: GoogleCalendarStandIn, later: Any) -> Connection:
    """Alice's, read once: a call, a choir that comes back, a holiday."""
    google.alice.add_event("Call", NOON + HOUR, location="Phone")
    google.alice.add_event("Choir", NOON + 6 * HOUR, recurrence="RRULE:FREQ=DAILY;COUNT=4")
    google.alice.add_event("Holiday", date(2026, 5, 7))
    come_back(alice_client, google_calendar.allow(leave(alice_client)))
    connection = Connection.objects.get()
    assert connection.state == Connection.State.OK
    return connection


def leave(client: Client) -> str:
    """Where the button of the Connect page leads."""
    sent = client.post(START, {"way": "oauth"})
    assert sent.status_code == 302
    return str(sent["Location"])


def come_back(client: Client, address: str) -> str:
    """What the page says then."""
    there = urlsplit(address)
    assert there.netloc == "testserver"
    return client.get(f"{there.path}?{there.query}", follow=True).content.decode()


def read(connection: Connection, at: datetime) -> str:
    Connection.objects.filter(pk=connection.pk).update(next_sync_at=at)
    return str(tasks.sync_one(str(connection.pk)))


def kept() -> list[tuple[str, str]]:
    """(title, start by the clock of Berlin), the earliest first."""
    rows = CalendarEvent.objects.order_by("starts_at", "title")
    return [(row.title, f"{row.starts_at.astimezone(BERLIN):%d %H:%M}") for row in rows]


FIRST = [
    ("Call", "05 13:00"),
    ("Choir", "05 18:00"),
    ("Choir", "06 18:00"),
    ("Holiday", "07 00:00"),
    ("Choir", "07 18:00"),
    ("Choir", "08 18:00"),
]


# ---- connecting -----------------------------------------------------------------------------


def test_who_says_yes_is_connected_and_read(
    connected: Connection, google: GoogleCalendarStandIn
) -> None:
    assert (connected.account, connected.label) == (
        build_subject("alice@example.org"),
        "alice@example.org",
    )
    assert kept() == FIRST
    assert CalendarEvent.objects.get(title="Holiday").starts_on == date(2026, 5, 7)
    assert "refresh_token" in connected.read_credentials()


def test_no_more_is_asked_for_than_is_read(
    alice_client: Client, google: GoogleCalendarStandIn, later: Any
) -> None:
    asked = parse_qs(urlsplit(leave(alice_client)).query)
    assert asked["scope"] == [f"openid email {EVENTS}"]
    assert asked["code_challenge_method"] == ["S256"]


def test_who_leaves_the_box_empty_is_told_and_can_try_again(
    alice_client: Client, google: GoogleCalendarStandIn, later: Any
) -> None:
    page = come_back(alice_client, google_calendar.allow(leave(alice_client), untick=[EVENTS]))
    assert "leave the box ticked" in page
    refused = Connection.objects.get()
    assert (refused.state, refused.last_error) == ("refused", "not_allowed")
    assert refused.read_credentials() == {}
    assert not google.requests_to(LIST)
    come_back(alice_client, google_calendar.allow(leave(alice_client)))
    assert Connection.objects.get().state == Connection.State.OK


def test_who_says_no_is_not_connected(
    alice_client: Client, google: GoogleCalendarStandIn, later: Any
) -> None:
    page = come_back(alice_client, google_calendar.deny(leave(alice_client)))
    assert "as you chose" in page
    assert not Connection.objects.exists()


def test_bob_cannot_come_back_with_what_alice_was_given(
    alice_client: Client, bob_client: Client, google: GoogleCalendarStandIn, later: Any
) -> None:
    back = google_calendar.allow(leave(alice_client))
    leave(bob_client)
    come_back(bob_client, back)
    assert not Connection.objects.exists()
    assert not google.requests_to("/token")


# ---- what changes there ---------------------------------------------------------------------


def test_a_delta_moves_adds_and_takes_away(
    connected: Connection, google: GoogleCalendarStandIn, later: Any
) -> None:
    call, choir, _holiday = (record.data["id"] for record in google.alice.records())
    google.alice.move(call, NOON + 2 * HOUR)
    google.alice.cancel(google.alice.instances(choir)[1])
    google.alice.add_event("Lunch", NOON + DAY)
    assert read(connected, later(HOUR)) == "synced"
    assert "syncToken" in google.requests_to(LIST)[-1].query
    assert kept() == [
        ("Call", "05 14:00"),
        ("Choir", "05 18:00"),
        ("Lunch", "06 12:00"),
        *FIRST[3:],
    ]
    google.alice.delete(choir)
    read(connected, later(HOUR))
    assert [title for title, _start in kept()] == ["Call", "Lunch", "Holiday"]


def test_what_has_not_changed_is_not_told_again(
    connected: Connection, google: GoogleCalendarStandIn, later: Any
) -> None:
    before = EventRecord.objects.count()
    assert read(connected, later(HOUR / 2)) == read(connected, later(DAY)) == "synced"
    assert EventRecord.objects.count() == before
    first, delta, *_too_old, next_day = (request.query for request in google.requests_to(LIST))
    assert "timeMin" in first
    assert "syncToken" in delta
    assert "timeMin" in next_day


def test_a_sync_token_that_google_has_forgotten_loses_nothing(
    connected: Connection, google: GoogleCalendarStandIn, later: Any
) -> None:
    google.alice.expire_sync_tokens()
    google.alice.delete(google.alice.records()[0].data["id"])
    assert read(connected, later(HOUR)) == "synced"
    assert kept() == FIRST[1:]


def test_many_pages_are_one_calendar(
    connected: Connection,
    google: GoogleCalendarStandIn,
    later: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("integrations.sources.google_calendar.reading.PAGE_ENTRIES", 3)
    google.alice.has_empty_pages = True
    google.alice.add_events(20, NOON + DAY)
    Connection.objects.update(cursor={})
    assert read(connected, later(HOUR)) == "synced"
    assert len(kept()) == 26
    assert all(len(request.query["fields"]) > 100 for request in google.requests_to(LIST))


# ---- what goes wrong ------------------------------------------------------------------------


def test_an_old_access_token_is_renewed(
    connected: Connection, google: GoogleCalendarStandIn, later: Any
) -> None:
    before = connected.read_credentials()
    assert read(connected, later(2 * HOUR)) == "synced"
    connected.refresh_from_db()
    after = connected.read_credentials()
    assert after["access_token"] != before["access_token"]
    assert after["refresh_token"] == before["refresh_token"]


def test_a_grant_that_was_taken_back_is_given_anew_on_the_page(
    connected: Connection, google: GoogleCalendarStandIn, later: Any, alice_client: Client
) -> None:
    google.revoke_grant()
    assert read(connected, later(HOUR)) == "failed"
    connected.refresh_from_db()
    assert (connected.state, connected.last_error) == ("reconnect", "unauthorized")
    assert kept() == FIRST
    google.alice.add_event("Lunch", NOON + DAY)
    come_back(alice_client, google_calendar.allow(leave(alice_client)))
    again = Connection.objects.get()
    assert (again.pk, again.state, again.last_error) == (connected.pk, "ok", "")
    assert ("Lunch", "06 12:00") in kept()


@pytest.mark.parametrize(
    "kind", [FaultKind.RATE_LIMITED, FaultKind.USER_RATE_LIMITED, FaultKind.TOO_MANY]
)
def test_a_limit_is_waited_for(
    connected: Connection, google: GoogleCalendarStandIn, later: Any, kind: FaultKind
) -> None:
    google.faults.add(kind, API, retry_after_s=5_000)
    at = later(HOUR)
    assert read(connected, at) == "failed"
    connected.refresh_from_db()
    assert (connected.state, connected.last_error) == ("retrying", "rate_limited")
    asked = len(google.requests)
    later(timedelta(seconds=4_999))
    assert tasks.sync_one(str(connected.pk)) == "not due"
    assert len(google.requests) == asked
    later(timedelta(seconds=600))
    assert tasks.sync_one(str(connected.pk)) == "synced"


# ---- what google tells ----------------------------------------------------------------------


@pytest.fixture
def told(google: GoogleCalendarStandIn, live_server: Any) -> None:
    """Google finds the address of this installation at the server of the test."""
    google.channels.redirected = live_server.url


def test_after_the_first_sync_google_is_asked_to_tell(
    told: None, connected: Connection, google: GoogleCalendarStandIn
) -> None:
    (channel,) = google.channels.open.values()
    row = PushChannel.objects.get()
    assert (channel.id, channel.address) == (
        str(row.key),
        "https://testserver/hooks/google-calendar",
    )
    assert (row.resource, row.expires_at) == (channel.resource_id, NOON + 7 * DAY)
    google.wait_for_deliveries()
    assert [each.statuses for each in google.deliveries] == [(200,)]
    assert len(google.requests_to(LIST)) == 1, "that it has begun says nothing of the calendar"


def test_what_google_tells_is_read_at_once(
    told: None, connected: Connection, google: GoogleCalendarStandIn, later: Any
) -> None:
    later(timedelta(minutes=3))
    google.alice.add_event("Lunch", NOON + DAY)
    google.wait_for_deliveries()
    assert google.deliveries[-1].is_taken
    assert ("Lunch", "06 12:00") in kept()


def test_a_message_for_another_channel_is_not_believed(
    told: None, connected: Connection, google: GoogleCalendarStandIn, later: Any
) -> None:
    later(timedelta(minutes=3))
    next(iter(google.channels.open.values())).token = f"{connected.account}.{'0' * 64}"
    google.alice.add_event("Lunch", NOON + DAY)
    google.wait_for_deliveries()
    assert google.deliveries[-1].statuses == (403,)
    assert kept() == FIRST


def test_a_day_before_it_ends_another_channel_takes_its_place(
    told: None, connected: Connection, google: GoogleCalendarStandIn, later: Any
) -> None:
    (first,) = google.channels.open
    read(connected, later(6 * DAY - HOUR))
    assert list(google.channels.open) == [first]
    read(connected, later(HOUR))
    (second,) = google.channels.open.values()
    assert second.id != first
    assert PushChannel.objects.get().expires_at == second.expires_at == NOON + 13 * DAY
    google.alice.add_event("Dinner", NOON + 10 * DAY)
    google.wait_for_deliveries()
    assert ("Dinner", "15 12:00") in kept()


# ---- leaving --------------------------------------------------------------------------------


def test_who_disconnects_is_told_of_no_more_and_the_grant_is_given_back(
    told: None, connected: Connection, google: GoogleCalendarStandIn, alice_client: Client
) -> None:
    token = connected.read_credentials()["refresh_token"]
    alice_client.post(f"/connections/{connected.pk}/disconnect")
    assert not Connection.objects.exists()
    assert not CalendarEvent.objects.exists()
    assert not PushChannel.objects.exists()
    assert google.channels.open == {}
    assert google.authority.revoked == [token]
    paths = [request.path for request in google.requests[-2:]]
    assert paths == [STOP, "/revoke"], "afterwards nobody could stop it"


def test_bob_cannot_disconnect_alices(
    connected: Connection, google: GoogleCalendarStandIn, bob_client: Client, bob: User
) -> None:
    assert bob_client.post(f"/connections/{connected.pk}/disconnect").status_code == 404
    assert google.authority.revoked == []
    assert kept() == FIRST
