"""What Google is asked to tell, what it tells at /hooks/google-calendar, and who is believed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from accounts.models import User
from accounts.privacy import consents
from integrations import tasks
from integrations.access import channels, connections
from integrations.base import Channel, Heard
from integrations.models import Connection, PushChannel
from integrations.sources.google_calendar import GoogleCalendar
from integrations.sources.google_calendar.channel import token_of
from integrations.tests.google_calendar import (
    ENTRIES,
    REVOKE,
    STOP,
    SUB,
    TOKEN,
    WATCH,
    Google,
    credentials,
    entry,
    link,
    make_channel,
    page,
    refusal,
)
from oo.lib.http import Unexpected
from tests.clock import NOON
from tests.factories import make_connection

URL = "/hooks/google-calendar"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KEY = UUID(int=5)


def milliseconds(moment: datetime) -> str:
    return str(int(moment.timestamp() * 1000))


def opened(days: int = 7, resource: str = "r1") -> dict[str, str]:
    return {
        "kind": "api#channel",
        "resourceId": resource,
        "expiration": milliseconds(NOON + days * DAY),
    }


def headers(channel: str = str(KEY), account: str = SUB, **more: str) -> dict[str, str]:
    return {
        "X-Goog-Channel-ID": channel,
        "X-Goog-Channel-Token": token_of(channel, account),
        "X-Goog-Resource-State": "exists",
        "X-Goog-Message-Number": "12",
        **{name.replace("_", "-"): value for name, value in more.items()},
    }


def heard(**more: str) -> Heard | None:
    return GoogleCalendar().hear(headers(**more), b"")


@pytest.fixture(autouse=True)
def _at_noon(time_machine: Any, settings: Any) -> None:
    time_machine.move_to(NOON, tick=False)
    settings.OO_BASE_URL = "https://oo.example"


@pytest.fixture
def connection(alice: User, google: Google) -> Connection:
    consents.grant(alice.pk, "calendar", by="connect", at=NOON)
    row = make_connection(alice, source="google-calendar", account=SUB, next_sync_at=NOON)
    row.write_credentials(credentials())
    row.save()
    google.says(ENTRIES, page(entry(), token="s1"))
    google.says(WATCH, opened())
    google.says(STOP, (204, None))
    google.says(REVOKE, None)
    return row


# ---- asking ---------------------------------------------------------------------------------


def test_after_the_first_sync_google_is_asked_to_tell(
    google: Google, connection: Connection
) -> None:
    assert tasks.sync_one(str(connection.pk)) == "synced"
    channel = PushChannel.objects.get()
    assert (channel.connection, channel.user) == (connection, connection.user)
    assert (channel.resource, channel.expires_at) == ("r1", NOON + 7 * DAY)
    (asked,) = google.asked_at(WATCH)
    assert json.loads(asked.body) == {
        "id": str(channel.key),
        "type": "web_hook",
        "address": "https://oo.example/hooks/google-calendar",
        "token": token_of(str(channel.key), SUB),
        "expiration": int(milliseconds(NOON + 7 * DAY)),
    }


def test_a_sync_that_fails_asks_for_nothing(google: Google, connection: Connection) -> None:
    google.says(ENTRIES, (503, None))
    tasks.sync_one(str(connection.pk))
    assert not google.asked_at(WATCH)


def test_it_is_asked_once(google: Google, connection: Connection) -> None:
    assert channels.keep(connection.pk, at=NOON)
    assert not channels.keep(connection.pk, at=NOON + 5 * DAY)
    assert len(google.asked_at(WATCH)) == 1


def test_a_day_before_it_ends_another_takes_its_place_before_it_is_stopped(
    google: Google, connection: Connection
) -> None:
    old = make_channel(connection, expires_at=NOON + DAY)
    assert channels.keep(connection.pk, at=NOON)
    assert PushChannel.objects.get().resource == "r1"
    watched, stopped = google.asked
    assert (watched.path, stopped.path) == (WATCH, STOP)
    assert json.loads(stopped.body) == {"id": str(old.key), "resourceId": "r0"}


def test_one_that_does_not_stop_is_forgotten(google: Google, connection: Connection) -> None:
    make_channel(connection, expires_at=NOON + HOUR)
    google.says(STOP, (404, refusal(404, "notFound")))
    assert channels.keep(connection.pk, at=NOON)
    assert PushChannel.objects.get().resource == "r1"


@pytest.mark.parametrize(
    "answer",
    [
        (401, refusal(401, "push.webhookUrlUnauthorized")),
        (403, refusal(403, "rateLimitExceeded")),
        (503, None),
        {"kind": "api#channel"},
        {"resourceId": "r" * 256},
        [],
    ],
)
def test_what_google_does_not_tell_is_asked_for_again_an_hour_later(
    google: Google, connection: Connection, answer: object
) -> None:
    google.says(WATCH, answer, opened())
    assert tasks.sync_one(str(connection.pk)) == "synced"
    connection.refresh_from_db()
    assert (connection.state, connection.last_error) == ("ok", "")
    assert not google.asked_at(TOKEN)
    assert not channels.keep(connection.pk, at=NOON + HOUR - timedelta(minutes=1))
    assert channels.keep(connection.pk, at=NOON + HOUR)
    assert PushChannel.objects.get().resource == "r1"


def test_a_failure_leaves_the_channel_that_is_there(google: Google, connection: Connection) -> None:
    make_channel(connection, expires_at=NOON + HOUR)
    google.says(WATCH, (503, None))
    assert not channels.keep(connection.pk, at=NOON)
    assert PushChannel.objects.filter(resource="r0").exists()
    assert not google.asked_at(STOP)


@pytest.mark.parametrize(
    ("name", "value"),
    [("OO_BASE_URL", "http://localhost:8000"), ("GOOGLE_CALENDAR_CLIENT_SECRET", "")],
)
def test_where_nothing_can_be_told_nothing_is_asked(
    google: Google, connection: Connection, settings: Any, name: str, value: str
) -> None:
    setattr(settings, name, value)
    assert not channels.keep(connection.pk, at=NOON)
    assert not google.asked
    assert not PushChannel.objects.exists()


def test_of_what_is_gone_or_leaving_nothing_is_asked(
    google: Google, connection: Connection
) -> None:
    assert not channels.keep(uuid4(), at=NOON)
    connections.leave(connection.pk, at=NOON)
    assert not channels.keep(connection.pk, at=NOON)
    assert not google.asked_at(WATCH)


def test_other_sources_are_not_asked(alice: User, google: Google) -> None:
    assert not channels.keep(make_connection(alice).pk, at=NOON)


def test_a_channel_of_who_left_meanwhile_is_stopped(
    google: Google, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leaves(*_args: Any, **_more: Any) -> Channel:
        Connection.objects.filter(pk=connection.pk).delete()
        return Channel(KEY, "r9", NOON + 7 * DAY)

    monkeypatch.setattr(GoogleCalendar, "watch", leaves)
    channels.keep(connection.pk, at=NOON)
    assert not PushChannel.objects.exists()
    (stopped,) = google.asked_at(STOP)
    assert json.loads(stopped.body) == {"id": str(KEY), "resourceId": "r9"}


@pytest.mark.parametrize(
    ("told", "end"),
    [
        (milliseconds(NOON + 3 * DAY), NOON + 3 * DAY),
        (None, NOON + 7 * DAY),
        ("soon", NOON + 7 * DAY),
        ("9" * 14, NOON + 31 * DAY),
        ("9" * 40, NOON + 7 * DAY),
    ],
)
def test_when_it_ends(google: Google, told: str | None, end: datetime) -> None:
    google.says(WATCH, {"resourceId": "r1", "expiration": told})
    channel = GoogleCalendar().watch(link(), KEY, "https://oo.example/h", at=NOON)
    assert channel == Channel(KEY, "r1", end.astimezone(UTC))


def test_an_address_that_google_does_not_take_is_no_fault_of_the_person(google: Google) -> None:
    google.says(WATCH, (401, refusal(401, "push.webhookUrlUnauthorized")))
    with pytest.raises(Unexpected):
        GoogleCalendar().watch(link(), KEY, "https://oo.example/h", at=NOON)


# ---- stopping -------------------------------------------------------------------------------


def test_to_disconnect_stops_it_before_the_grant_is_given_back(
    google: Google, connection: Connection
) -> None:
    make_channel(connection)
    make_channel(connection, resource="")
    connections.leave(connection.pk, at=NOON)
    tasks.sync_one(str(connection.pk))
    assert [asked.path for asked in google.asked] == [STOP, REVOKE]
    assert not PushChannel.objects.exists()


def test_a_channel_that_does_not_stop_keeps_nobody(google: Google, connection: Connection) -> None:
    make_channel(connection)
    google.says(STOP, (401, refusal(401, "authError")))
    google.says(TOKEN, (400, {"error": "invalid_grant"}))
    assert connections.disconnect(connection.pk, at=NOON)
    assert not Connection.objects.exists()


def test_bobs_channel_stays(google: Google, connection: Connection, bob: User) -> None:
    other = make_connection(bob, source="google-calendar", account=SUB)
    kept = make_channel(other)
    make_channel(connection)
    connections.disconnect(connection.pk, at=NOON)
    assert PushChannel.objects.get() == kept


# ---- who is believed ------------------------------------------------------------------------


def test_a_message_of_a_channel_of_ours_is_heard() -> None:
    assert heard() == Heard(SUB, f"{KEY} 12")


def test_the_first_message_says_nothing_of_anybody() -> None:
    assert heard(X_Goog_Resource_State="sync") == Heard("", f"{KEY} 12")


def test_a_message_without_a_number_says_nothing_of_anybody() -> None:
    told = heard(X_Goog_Message_Number="")
    assert told
    assert told.account == ""


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        SUB,
        f"{SUB}.",
        token_of(str(UUID(int=6)), SUB),  # of another channel
        f"{SUB}9.{token_of(str(KEY), SUB).rpartition('.')[2]}",  # of another account
        token_of(str(KEY), ""),
        token_of(str(KEY), SUB).upper() + "A",
        "é\x00ÿ.\udcff",
    ],
)
def test_a_token_that_is_not_ours_is_not_believed(token: str) -> None:
    assert heard(X_Goog_Channel_Token=token) is None


def test_without_headers_nobody_is_believed() -> None:
    assert GoogleCalendar().hear({}, b"{}") is None


def test_another_key_of_this_installation_ends_what_was_believed(settings: Any) -> None:
    told = headers()
    settings.SECRET_KEY = "another"
    assert GoogleCalendar().hear(told, b"") is None


def test_a_key_that_was_rotated_is_believed_as_long_as_it_holds(settings: Any) -> None:
    told = headers()
    settings.SECRET_KEY_FALLBACKS = ["x" * 50, settings.SECRET_KEY]
    settings.SECRET_KEY = "another" * 9
    assert GoogleCalendar().hear(told, b"")
    assert heard()
    for token in (told["X-Goog-Channel-Token"][:-1], f"{SUB}.", token_of("another", SUB)):
        assert heard(X_Goog_Channel_Token=token) is None
    settings.SECRET_KEY_FALLBACKS = []
    assert GoogleCalendar().hear(told, b"") is None


def test_a_token_fits_into_what_google_takes() -> None:
    assert len(token_of(str(KEY), SUB)) <= 256


# ---- at the address -------------------------------------------------------------------------


def post(**more: str) -> int:
    client = Client(enforce_csrf_checks=True)
    return client.post(URL, b"", "text/plain", headers=headers(**more)).status_code


def test_what_is_told_makes_the_connection_due_once(
    connection: Connection, queued: list[Any]
) -> None:
    Connection.objects.update(next_sync_at=NOON + HOUR)
    assert post() == post() == 200
    connection.refresh_from_db()
    assert connection.next_sync_at == NOON
    assert queued == [str(connection.pk)]


@pytest.mark.parametrize(
    "more",
    [{"X_Goog_Resource_State": "sync"}, {"account": f"{SUB}9"}],
    ids=["only that it has begun", "of nobody here"],
)
def test_what_is_about_nobody_is_answered_and_nothing_happens(
    connection: Connection, queued: list[Any], more: dict[str, str]
) -> None:
    assert post(**more) == 200
    assert queued == []


def test_a_stranger_makes_nothing_due(connection: Connection, queued: list[Any]) -> None:
    Connection.objects.update(next_sync_at=NOON + HOUR)
    assert post(X_Goog_Channel_Token=f"{SUB}.{'0' * 64}") == 403
    connection.refresh_from_db()
    assert connection.next_sync_at == NOON + HOUR
    assert queued == []


def test_where_it_is_not_set_up_there_is_no_address(settings: Any) -> None:
    settings.GOOGLE_CALENDAR_CLIENT_SECRET = ""
    assert post() == 404
