"""Google Calendar as the whole engine meets it: what is stored, what is gone, and lost grants."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.privacy import consents
from integrations.access import checking
from integrations.models import CalendarEvent, Connection
from integrations.sync.syncing import Outcome, sync
from integrations.tests.google_calendar import (
    ENTRIES,
    SUB,
    TOKEN,
    USER,
    Google,
    credentials,
    entry,
    page,
    refusal,
)
from tests.clock import NOON
from tests.factories import make_connection

SERIES = [f"e1_202605{day:02}T110000Z" for day in (5, 6, 7)]


@pytest.fixture
def connection(alice: User, google: Google) -> Connection:
    consents.grant(alice.pk, "calendar", by="connect", at=NOON)
    row = make_connection(alice, source="google-calendar", account=SUB, next_sync_at=NOON)
    row.write_credentials(credentials())
    row.save()
    return row


def read(connection: Connection) -> Outcome:
    Connection.objects.filter(pk=connection.pk).update(next_sync_at=NOON)
    return sync(connection.pk, at=NOON)


def kept() -> set[tuple[str, str]]:
    return set(CalendarEvent.objects.values_list("external_id", "occurrence"))


def test_a_delta_changes_adds_and_takes_away(google: Google, connection: Connection) -> None:
    google.says(
        ENTRIES,
        page(entry("e1"), entry("e2"), entry("e3"), token="s1"),
        page(
            entry("e1", summary="Moved"),
            {"id": "e2", "status": "cancelled"},
            entry("e4"),
            token="s2",
        ),
    )
    assert read(connection) == read(connection) == Outcome.SYNCED
    assert kept() == {("e1", ""), ("e3", ""), ("e4", "")}
    assert CalendarEvent.objects.get(external_id="e1").title == "Moved"


def test_one_occurrence_or_all_of_a_series_can_go(google: Google, connection: Connection) -> None:
    google.says(
        ENTRIES,
        page(*(entry(name) for name in SERIES), entry("e2"), token="s1"),
        page({"id": SERIES[0], "status": "cancelled"}, token="s2"),
        page({"id": "e1", "status": "cancelled"}, entry(SERIES[2]), token="s3"),
        page({"id": "e1", "status": "cancelled"}, token="s4"),
    )
    read(connection)
    assert len(kept()) == 4
    read(connection)
    assert kept() == {("e1", "20260506T110000Z"), ("e1", "20260507T110000Z"), ("e2", "")}
    read(connection)
    assert kept() == {("e1", "20260507T110000Z"), ("e2", "")}
    read(connection)
    assert kept() == {("e2", "")}


def test_what_goes_from_one_calendar_stays_in_another(
    google: Google, connection: Connection, bob: User
) -> None:
    other = make_connection(bob, source="google-calendar", account=f"{SUB}9")
    google.says(
        ENTRIES, page(entry(), token="s1"), page({"id": "e1", "status": "cancelled"}, token="s2")
    )
    read(connection)
    mine = CalendarEvent.objects.get()
    mine.pk, mine.connection, mine.user = None, other, bob
    mine.save()
    read(connection)
    assert CalendarEvent.objects.get().user == bob


def test_a_lost_token_takes_away_what_was_deleted_meanwhile(
    google: Google, connection: Connection
) -> None:
    google.says(
        ENTRIES,
        page(entry("e1"), entry("e2"), token="s1"),
        (410, refusal(410, "fullSyncRequired")),
        page(entry("e2"), token="s9"),
    )
    assert read(connection) == read(connection) == Outcome.SYNCED
    assert kept() == {("e2", "")}


def test_hostile_ids_and_texts_are_stored(google: Google, connection: Connection) -> None:
    google.says(ENTRIES, page(entry("e\0" + "x" * 900, summary="a\0b"), token="s1"))
    assert read(connection) == Outcome.SYNCED
    assert CalendarEvent.objects.get().title == "a b"


def test_an_expired_token_is_refreshed_and_the_grant_stays(
    google: Google, connection: Connection
) -> None:
    google.says(ENTRIES, (401, refusal(401, "authError")), page(entry(), token="s1"))
    google.says(TOKEN, {"access_token": "ya29.b", "expires_in": 3599})
    assert read(connection) == Outcome.SYNCED
    connection.refresh_from_db()
    told = connection.read_credentials()
    assert (told["access_token"], told["refresh_token"]) == ("ya29.b", "1//r")
    assert google.asked[-1].headers["authorization"] == "Bearer ya29.b"


def test_a_dead_grant_asks_the_person_to_connect_again(
    google: Google, connection: Connection, alice_client: Client
) -> None:
    google.says(ENTRIES, (401, refusal(401, "authError")))
    google.says(TOKEN, (400, {"error": "invalid_grant"}))
    assert read(connection) == Outcome.FAILED
    connection.refresh_from_db()
    assert (connection.state, connection.last_error) == ("reconnect", "unauthorized")


def test_a_scope_that_was_taken_back_is_told(
    google: Google, connection: Connection, alice_client: Client
) -> None:
    google.says(ENTRIES, (403, refusal(403, "insufficientPermissions")))
    google.says(TOKEN, {"access_token": "ya29.b"})
    assert read(connection) == Outcome.FAILED
    connection.refresh_from_db()
    assert (connection.state, connection.last_error) == ("reconnect", "not_allowed")
    shown = alice_client.get(reverse("integrations:connect")).content.decode()
    assert "oO was not allowed to read Google Calendar." in shown
    assert reverse("integrations:start", args=["google-calendar"]) in shown


def test_whoever_leaves_the_box_empty_reads_what_to_do(
    google: Google, alice: User, alice_client: Client
) -> None:
    asked = checking.ask(alice.pk, "google-calendar", credentials(scope="openid"), at=NOON)
    assert sync(asked.pk, at=NOON) == Outcome.FAILED
    asked.refresh_from_db()
    assert (asked.state, asked.last_error) == ("refused", "not_allowed")
    assert asked.read_credentials() == {}
    shown = alice_client.get(reverse("integrations:connect")).content.decode()
    assert "Connect it again and leave the box ticked." in shown


def test_to_connect_it_again_ends_the_trouble(
    google: Google, connection: Connection, alice: User
) -> None:
    Connection.objects.update(state="reconnect", last_error="not_allowed")
    google.says(USER, {"sub": SUB, "email": "alice@example.org"})
    asked = checking.ask(alice.pk, "google-calendar", credentials(), at=NOON)
    assert sync(asked.pk, at=NOON) == Outcome.CONNECTED
    assert Connection.objects.get().last_error == ""


def test_a_slow_down_waits_as_long_as_it_was_told(google: Google, connection: Connection) -> None:
    google.headers["Retry-After"] = "7200"
    google.says(ENTRIES, (403, refusal(403, "rateLimitExceeded")))
    assert read(connection) == Outcome.FAILED
    connection.refresh_from_db()
    assert connection.last_error == "rate_limited"
    assert (connection.next_sync_at - NOON).total_seconds() >= 7200


def test_the_page_offers_it_where_it_is_set_up(
    google: Google, alice_client: Client, settings: Any
) -> None:
    there = reverse("integrations:start", args=["google-calendar"])
    assert there in alice_client.get(reverse("integrations:connect")).content.decode()
    settings.GOOGLE_CALENDAR_CLIENT_ID = ""
    assert there not in alice_client.get(reverse("integrations:connect")).content.decode()
