from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.api_tokens.tokens import make_token
from accounts.models import User
from integrations import tasks
from integrations.models import Connection
from integrations.tests.scripted import MINUTE
from tests.clock import NOON

LIST = "/api/v1/connections"


@pytest.fixture(autouse=True)
def queued(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    found: list[Any] = []
    monkeypatch.setattr(tasks.sync_one, "apply_async", lambda args, **_more: found.append(args[0]))
    return found


def sync_url(pk: Any) -> str:
    return f"{LIST}/{pk}/sync"


def bearer(user: User, scope: str) -> dict[str, str]:
    _row, secret = make_token(user.pk, name="t", scopes=[scope], expires_at=None, at=NOON)
    return {"Authorization": f"Bearer {secret}"}


def test_connections_are_listed_without_their_secrets(
    connection: Connection, alice_client: Client
) -> None:
    answer = alice_client.get(LIST)
    assert answer.json() == [
        {
            "id": str(connection.pk),
            "source": "scripted",
            "title": "Scripted",
            "label": "alice@scripted",
            "state": "new",
            "synced_at": None,
            "next_sync_at": answer.json()[0]["next_sync_at"],
            "last_error": "",
        }
    ]


def test_bob_sees_none_of_alices(connection: Connection, bob_client: Client) -> None:
    assert bob_client.get(LIST).json() == []
    assert bob_client.post(sync_url(connection.pk)).status_code == 404


def test_a_sync_can_be_asked_for(
    connection: Connection, alice_client: Client, queued: list[str]
) -> None:
    Connection.objects.update(next_sync_at=NOON + 10_000_000 * MINUTE)
    answer = alice_client.post(sync_url(connection.pk))
    assert (answer.status_code, answer.json()["id"]) == (202, str(connection.pk))
    assert queued == [str(connection.pk)]


@pytest.mark.parametrize("state", ["retrying", "checking"])
def test_what_is_read_in_its_own_time_is_accepted_and_not_hurried(
    connection: Connection, alice_client: Client, queued: list[str], state: str
) -> None:
    """It asked for fewer requests, or is being checked."""
    later = NOON + 10_000_000 * MINUTE
    Connection.objects.update(state=state, last_error="rate_limited", next_sync_at=later)
    assert alice_client.post(sync_url(connection.pk)).status_code == 202
    assert queued == []
    assert Connection.objects.get().next_sync_at == later


@pytest.mark.parametrize("state", ["reconnect", "refused", "leaving"])
def test_a_connection_that_needs_the_person_is_not_synced(
    connection: Connection, alice_client: Client, queued: list[str], state: str
) -> None:
    Connection.objects.update(state=state)
    answer = alice_client.post(sync_url(connection.pk))
    assert answer.status_code == 409
    assert answer.json()["type"] == "client_error"
    assert answer.json()["errors"][0]["code"] == "reconnect_needed"
    assert queued == []


def test_what_does_not_exist_is_not_found(connection: Connection, alice_client: Client) -> None:
    assert alice_client.post(sync_url(uuid4())).status_code == 404


def test_a_token_needs_the_scope(connection: Connection, alice: User, client: Client) -> None:
    good, bad = bearer(alice, "connections:read"), bearer(alice, "tip:read")
    assert client.get(LIST, headers=good).status_code == 200
    assert client.post(sync_url(connection.pk), headers=good).status_code == 202
    assert client.get(LIST, headers=bad).status_code == 403
    assert client.post(sync_url(connection.pk), headers=bad).status_code == 403


def test_signed_out_is_unauthorized(connection: Connection, client: Client) -> None:
    assert client.get(LIST).status_code == 401
    assert client.post(sync_url(connection.pk)).status_code == 401
