"""Todoist's grants as the whole engine meets them: expired, revoked, and our own wrong secret."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.privacy import consents
from integrations.access import oauth
from integrations.models import Connection
from integrations.registry import SOURCES
from integrations.sync.syncing import Outcome, sync
from oo.lib.http import Unauthorized, Unexpected
from tests.clock import NOON
from tests.factories import make_connection
from tests.stand_ins.todoist import TodoistStandIn

TOKEN_PATH = "/oauth/access_token"


@pytest.fixture
def connection(alice: User, todoist: TodoistStandIn, settings: Any) -> Connection:
    """By OAuth, with an access token that has expired."""
    settings.TODOIST_TOKEN_URL = f"{todoist.url}{TOKEN_PATH}"
    consents.grant(alice.pk, "tasks", by="connect", at=NOON)
    row = make_connection(alice, source="todoist", account=todoist.alice.id, next_sync_at=NOON)
    row.write_credentials({n: str(v) for n, v in todoist.grant(todoist.alice).items()})
    row.save()
    todoist.clock.advance(seconds=3601)
    return row


def test_an_expired_token_is_refreshed(todoist: TodoistStandIn, connection: Connection) -> None:
    assert sync(connection.pk, at=NOON) == Outcome.SYNCED
    assert len(todoist.requests_to(TOKEN_PATH)) == 1


def test_a_revoked_grant_asks_the_person_to_connect_again(
    todoist: TodoistStandIn, connection: Connection, alice_client: Client
) -> None:
    todoist.authority.revoke_all(todoist.alice.id, todoist.client_id)
    assert sync(connection.pk, at=NOON) == Outcome.FAILED
    connection.refresh_from_db()
    assert (connection.state, connection.last_error) == ("reconnect", "unauthorized")
    assert len(todoist.requests_to(TOKEN_PATH)) == 1
    page = alice_client.get(reverse("integrations:connect")).content.decode()
    assert reverse("integrations:start", args=["todoist"]) in page
    assert "Reconnect" in page


@pytest.mark.parametrize("wrong", ["TODOIST_CLIENT_SECRET", "TODOIST_CLIENT_ID"])
def test_our_own_wrong_secret_asks_nobody_to_connect_again(
    todoist: TodoistStandIn, connection: Connection, settings: Any, wrong: str
) -> None:
    setattr(settings, wrong, "mistyped")
    assert sync(connection.pk, at=NOON) == Outcome.FAILED
    connection.refresh_from_db()
    assert connection.state == Connection.State.RETRYING


@pytest.mark.parametrize(
    ("secret", "kind"), [("mistyped", Unexpected), (None, Unauthorized)], ids=["ours", "theirs"]
)
def test_a_code_that_is_refused_is_told_apart_from_our_own_secret(
    todoist: TodoistStandIn,
    connection: Connection,
    settings: Any,
    secret: str | None,
    kind: type[Exception],
) -> None:
    settings.TODOIST_CLIENT_SECRET = secret or todoist.client_secret
    asked = oauth.AuthorizationRequest("s", "v" * 43, "u", "https://oo.example/back", 0.0)
    with pytest.raises(kind) as error:
        oauth.exchange_code(SOURCES["todoist"].manifest, asked, "made up")
    assert type(error.value) is kind
