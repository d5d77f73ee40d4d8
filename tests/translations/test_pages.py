"""Pages around the tip: signing in, settings, connections, leaving."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Consent, User
from accounts.privacy.consents import grant
from integrations.models import Connection
from tests.clock import NOON
from tests.factories import make_connection
from tests.leaving import work_off_departures
from tests.translations.words import read

PUBLIC = ["/legal/terms", "/legal/privacy", "/offline", "/nichts"]
OWN = [
    "/settings/",
    "/settings/put-off",
    "/settings/tokens",
    "/settings/delete",
    "/connect/",
    "/accounts/3rdparty/",
]


@pytest.mark.parametrize("path", ["/sign-in/", *PUBLIC])
def test_a_visitor_whose_browser_asks_for_german_gets_it(client: Client, path: str) -> None:
    response = client.get(path, headers={"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"})
    read(response)
    assert response.headers["Content-Language"] == "de"


def test_a_visitor_whose_language_is_not_there_gets_english(client: Client) -> None:
    page = client.get("/sign-in/", headers={"Accept-Language": "fi"}).content.decode()
    assert '<html lang="en"' in page
    assert "One tip. Right now." in page


@pytest.mark.parametrize("path", [*OWN, *PUBLIC])
def test_own_pages_are_german_in_any_browser(alice_client: Client, path: str) -> None:
    read(alice_client.get(path, headers={"Accept-Language": "en"}))


@pytest.mark.parametrize("key", ["todoist", "calendar-url", "calendar-file"])
def test_connecting_is_german(alice_client: Client, settings: Any, key: str) -> None:
    settings.TODOIST_CLIENT_ID = settings.TODOIST_CLIENT_SECRET = "x"
    read(alice_client.get(f"/connect/{key}/"))


def test_settings_with_a_mistake_are_german(alice_client: Client) -> None:
    words = read(alice_client.post("/settings/", {"time_zone": "Berlin!", "locale": "de"}))
    assert "Diese Zeitzone kennen wir nicht." in words


def test_a_token_with_mistakes_is_german(alice_client: Client) -> None:
    words = read(alice_client.post("/settings/tokens", {"name": ""}))
    assert "Dieses Feld ist zwingend erforderlich." in words
    assert "Wähle mindestens eine Sache" in words


def test_a_consent_says_since_when_as_germans_write_it(alice: User, alice_client: Client) -> None:
    Consent.objects.create(user=alice, key="tasks", wording="2026-11-22", granted_at=NOON)
    assert "Erlaubt seit dem 5. Mai 2026." in read(alice_client.get("/settings/"))


def allow_everything(user: User) -> None:
    for key in ("tasks", "calendar"):
        grant(user.pk, key, by="connect", at=NOON)


@pytest.mark.parametrize(
    ("minutes", "said"), [(1, "Vor 1 Minute"), (120, "Vor 2 Stunden"), (2880, "Vor 2 Tagen")]
)
def test_how_old_a_reading_is_has_the_right_case(
    alice: User, alice_client: Client, minutes: int, said: str
) -> None:
    allow_everything(alice)
    make_connection(alice, synced_at=NOON - timedelta(minutes=minutes))
    assert f"{said} abgeglichen." in read(alice_client.get("/connect/"))


def test_the_question_before_disconnecting_is_german(alice: User, alice_client: Client) -> None:
    assert "Beispieldaten trennen?" in read(
        alice_client.get(f"/connect/?disconnect={make_connection(alice).pk}")
    )


def test_a_source_that_fails_says_why_in_german(alice: User, alice_client: Client) -> None:
    allow_everything(alice)
    make_connection(
        alice, source="todoist", state=Connection.State.RETRYING, last_error="unreachable"
    )
    assert "Todoist ist nicht zu erreichen." in read(alice_client.get("/connect/"))


def test_leaving_is_german_to_the_receipt(alice_client: Client) -> None:
    page = alice_client.get("/settings/delete")
    read(page)
    answer = alice_client.post("/settings/delete", {"receipt": page.context["receipt_id"]})
    visitor = Client(headers={"Accept-Language": "de"})
    assert "wird gelöscht" in read(visitor.get(answer.headers["Location"]))
    work_off_departures(at=timezone.now())
    words = read(visitor.get(answer.headers["Location"]))
    assert "Am 5. Mai 2026 um 10:00 Uhr (UTC) hat oO" in words
    assert "Es ist nichts übrig." in words
