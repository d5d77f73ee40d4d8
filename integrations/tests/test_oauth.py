from __future__ import annotations

import json
from contextlib import suppress
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from integrations.access import oauth
from integrations.models import Connection
from integrations.sync.syncing import Outcome, sync
from integrations.tests.scripted import MINUTE, Scripted
from integrations.tests.token_endpoint import TokenEndpoint, failure
from oo.lib.http import ApiError, Unauthorized, Unexpected, Unreachable
from tests.clock import NOON

BACK = "http://localhost:8000/connect/scripted/callback"


def leave(client: Client) -> dict[str, str]:
    """Press the button; what the service is told, as one value a name."""
    answer = client.post(reverse("integrations:start", args=["scripted"]), {"way": "oauth"})
    assert answer.status_code == 302
    there = urlsplit(answer["Location"])
    assert f"{there.scheme}://{there.netloc}{there.path}" == "https://scripted.example/authorize"
    return {name: values[0] for name, values in parse_qs(there.query).items()}


def come_back(client: Client, **query: str) -> Any:
    return client.get(reverse("integrations:callback", args=["scripted"]), query, follow=False)


def work() -> None:
    """What the worker does with the code."""
    for pk in Connection.objects.unknown().values_list("pk", flat=True):
        sync(pk, at=timezone.now())


def said(client: Client) -> str:
    return client.get(reverse("integrations:connect")).content.decode()


# ---- there and back -------------------------------------------------------------------------


def test_the_person_is_sent_with_everything_that_the_service_wants(
    endpoint: TokenEndpoint, alice_client: Client
) -> None:
    told = leave(alice_client)
    assert told["client_id"] == "client-1"
    assert told["scope"] == "data:read,task:add"
    assert told["redirect_uri"] == BACK
    assert told["code_challenge_method"] == "S256"
    assert len(told["state"]) >= 40
    assert "secret" not in str(told)


def test_a_code_becomes_a_connection(
    endpoint: TokenEndpoint, alice_client: Client, alice: User
) -> None:
    told = leave(alice_client)
    endpoint.challenges["c1"] = told["code_challenge"]
    answer = come_back(alice_client, state=told["state"], code="c1")
    assert answer["Location"] == reverse("integrations:connect")
    assert endpoint.asked == []  # no page waits for it
    work()
    row = Connection.objects.get()
    assert (row.user, row.source) == (alice, "scripted")
    assert row.read_credentials() == {"access_token": "a1", "refresh_token": "r1"}
    assert endpoint.asked[0]["redirect_uri"] == BACK


def test_a_state_is_good_once(endpoint: TokenEndpoint, alice_client: Client) -> None:
    told = leave(alice_client)
    come_back(alice_client, state=told["state"], error="access_denied")
    endpoint.challenges["c1"] = told["code_challenge"]
    come_back(alice_client, state=told["state"], code="c1")
    assert not Connection.objects.exists()
    assert endpoint.asked == []


@pytest.mark.parametrize("state", ["", "made up", "é"])
def test_a_state_that_is_not_ours_connects_nothing(
    endpoint: TokenEndpoint, alice_client: Client, state: str
) -> None:
    leave(alice_client)
    come_back(alice_client, state=state, code="c1")
    assert "begun elsewhere" in said(alice_client)
    assert endpoint.asked == []


def test_the_state_of_bob_is_not_good_for_alice(
    endpoint: TokenEndpoint, alice_client: Client, bob_client: Client
) -> None:
    leave(alice_client)
    come_back(alice_client, state=leave(bob_client)["state"], code="c1")
    assert endpoint.asked == []


def test_somebody_else_in_the_same_browser_cannot_finish_a_trip(
    scripted: Scripted, alice: User, bob: User, alice_client: Client
) -> None:
    session = alice_client.session
    oauth.start(session, scripted.manifest, alice.pk, BACK, at=NOON)
    state = session[oauth.SESSION_KEY]["scripted"]["state"]
    with pytest.raises(oauth.StateMismatch):
        oauth.finish(session, scripted.manifest, bob.pk, state, at=NOON)


@pytest.mark.parametrize(("minutes", "good"), [(10, True), (11, False)])
def test_a_trip_takes_ten_minutes_at_most(
    scripted: Scripted, alice: User, alice_client: Client, minutes: int, good: bool
) -> None:
    session, late = alice_client.session, NOON + timedelta(minutes=minutes)
    oauth.start(session, scripted.manifest, alice.pk, BACK, at=NOON)
    state = session[oauth.SESSION_KEY]["scripted"]["state"]
    if good:
        assert oauth.finish(session, scripted.manifest, alice.pk, state, at=late).state == state
    else:
        with pytest.raises(oauth.StateMismatch):
            oauth.finish(session, scripted.manifest, alice.pk, state, at=late)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("access_denied", "as you chose"),
        ("invalid_scope", "could not be connected"),
        ("<script>", "could not be connected"),
        ("", "could not be connected"),
    ],
)
def test_a_no_is_taken_calmly(
    endpoint: TokenEndpoint, alice_client: Client, error: str, words: str
) -> None:
    answer = come_back(alice_client, state=leave(alice_client)["state"], error=error)
    assert answer["Location"] == reverse("integrations:connect")
    page = said(alice_client)
    assert words in page
    assert "<script>" not in page
    assert not Connection.objects.exists()


def test_a_code_that_is_not_good_is_told(endpoint: TokenEndpoint, alice_client: Client) -> None:
    come_back(alice_client, state=leave(alice_client)["state"], code="guessed")
    work()
    assert "did not accept this" in said(alice_client)
    (refused,) = Connection.objects.all()
    assert (refused.state, refused.read_credentials()) == ("refused", {})


def test_a_code_of_another_trip_fails_the_proof(
    endpoint: TokenEndpoint, alice_client: Client
) -> None:
    endpoint.challenges["c1"] = leave(alice_client)["code_challenge"]
    come_back(alice_client, state=leave(alice_client)["state"], code="c1")
    work()
    assert Connection.objects.get().state == Connection.State.REFUSED


def test_without_a_client_id_there_is_no_way_there(
    scripted: Scripted, alice_client: Client, settings: Any
) -> None:
    settings.SCRIPTED_CLIENT_ID = ""
    page = alice_client.get(reverse("integrations:start", args=["scripted"])).content.decode()
    assert "Continue to" not in page
    assert come_back(alice_client, state="x", code="c").status_code == 404


# ---- refreshing -----------------------------------------------------------------------------


def credentials(connection: Connection) -> dict[str, str]:
    connection.refresh_from_db()
    return connection.read_credentials()


def test_a_token_that_is_refused_is_refreshed_once_and_the_call_repeated(
    endpoint: TokenEndpoint, scripted: Scripted, connection: Connection
) -> None:
    scripted.script.good_token = "a2"
    assert sync(connection.pk, at=NOON) == Outcome.SYNCED
    assert scripted.script.calls == 2
    assert credentials(connection) == {"access_token": "a2", "refresh_token": "r2"}
    assert endpoint.asked[0]["refresh_token"] == "r1"


def test_the_new_pair_is_stored_before_it_is_used(
    endpoint: TokenEndpoint, scripted: Scripted, connection: Connection
) -> None:
    seen: list[Any] = []
    scripted.script.good_token = "a2"
    scripted.script.meanwhile = lambda: seen.append(credentials(connection)["refresh_token"])
    sync(connection.pk, at=NOON)
    assert seen == ["r2"]


def test_a_fresh_token_that_is_refused_too_needs_the_person(
    endpoint: TokenEndpoint, scripted: Scripted, connection: Connection
) -> None:
    scripted.script.good_token = "never"
    assert sync(connection.pk, at=NOON) == Outcome.FAILED
    connection.refresh_from_db()
    assert connection.state == Connection.State.RECONNECT
    assert (scripted.script.calls, len(endpoint.asked)) == (2, 1)


def test_a_dead_refresh_token_needs_the_person(
    endpoint: TokenEndpoint, scripted: Scripted, connection: Connection
) -> None:
    endpoint.refresh_tokens.clear()
    scripted.script.good_token = "a2"
    sync(connection.pk, at=NOON)
    connection.refresh_from_db()
    assert connection.state == Connection.State.RECONNECT
    assert credentials(connection)["refresh_token"] == "r1"


@pytest.mark.parametrize(
    ("fails", "kind"),
    [
        ((503, {}), Unreachable),
        ((403, {}), Unreachable),
        ((403, {"error": "access_denied"}), Unauthorized),
        (failure("invalid_grant"), Unauthorized),
        ((400, {"error": "invalid_grant"}), Unauthorized),
        ((400, {"error_tag": "INVALID_GRANT"}), Unauthorized),
        (failure("invalid_client", 401), Unexpected),
        (failure("unauthorized_client"), Unexpected),
        ((401, {"error_tag": "INVALID_CLIENT"}), Unexpected),
        (failure("incorrect_application_credentials"), Unexpected),
        (failure("bad_authorization_code"), Unauthorized),
        ((200, {"token_type": "Bearer"}), Unexpected),
        ((200, {"access_token": 5}), Unexpected),
    ],
)
def test_what_the_endpoint_says_is_told_apart(
    endpoint: TokenEndpoint,
    scripted: Scripted,
    connection: Connection,
    fails: Any,
    kind: type[Exception],
) -> None:
    endpoint.fails = fails
    stale = connection.read_credentials()
    with pytest.raises(kind) as error:
        oauth.refresh(connection.pk, scripted.manifest, stale=stale)
    assert type(error.value) is kind
    assert credentials(connection) == stale
    assert "client-secret" not in str(error.value)


def test_our_own_wrong_client_secret_asks_nobody_to_reconnect(
    endpoint: TokenEndpoint, scripted: Scripted, connection: Connection, settings: Any
) -> None:
    settings.SCRIPTED_CLIENT_SECRET = "wrong"
    scripted.script.good_token = "a2"
    sync(connection.pk, at=NOON)
    connection.refresh_from_db()
    assert connection.state == Connection.State.RETRYING


def test_who_comes_second_uses_what_the_first_one_got(
    endpoint: TokenEndpoint, scripted: Scripted, connection: Connection
) -> None:
    stale = connection.read_credentials()
    first = oauth.refresh(connection.pk, scripted.manifest, stale=stale)
    second = oauth.refresh(connection.pk, scripted.manifest, stale=stale)
    assert first == second == {"access_token": "a2", "refresh_token": "r2"}
    assert len(endpoint.asked) == 1


def test_who_comes_while_another_asks_waits_and_uses_what_it_got(
    endpoint: TokenEndpoint,
    scripted: Scripted,
    connection: Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stale, waits = connection.read_credentials(), []
    good = {"access_token": "b1", "refresh_token": "s1"}
    Connection.objects.update(refreshing_until=timezone.now() + oauth.ASKING)

    def answered(wait_s: float) -> None:
        waits.append(wait_s)
        if len(waits) == 3:
            Connection.objects.update(credentials=json.dumps(good), refreshing_until=None)

    monkeypatch.setattr("integrations.access.oauth.time.sleep", answered)
    assert oauth.refresh(connection.pk, scripted.manifest, stale=stale) == good
    assert (len(waits), endpoint.asked) == (3, [])


def test_a_worker_that_died_while_it_asked_stops_nobody(
    endpoint: TokenEndpoint, scripted: Scripted, connection: Connection
) -> None:
    Connection.objects.update(refreshing_until=timezone.now() - timedelta(seconds=1))
    stale = connection.read_credentials()
    got = oauth.refresh(connection.pk, scripted.manifest, stale=stale)
    assert got == {"access_token": "a2", "refresh_token": "r2"}


@pytest.mark.parametrize("fails", [None, (503, {}), failure("invalid_grant")])
def test_the_right_to_ask_is_given_back_whatever_comes(
    endpoint: TokenEndpoint, scripted: Scripted, connection: Connection, fails: Any
) -> None:
    held: list[Any] = []

    endpoint.fails = fails
    endpoint_asked, stale = oauth._ask, connection.read_credentials()

    def looked(*args: Any) -> dict[str, str]:
        held.append(Connection.objects.get().refreshing_until)
        return endpoint_asked(*args)

    with pytest.MonkeyPatch.context() as patch, suppress(ApiError):
        patch.setattr(oauth, "_ask", looked)
        oauth.refresh(connection.pk, scripted.manifest, stale=stale)
    connection.refresh_from_db()
    assert held[0] is not None
    assert connection.refreshing_until is None


def test_whoever_waits_for_a_connection_that_goes_waits_no_longer(
    endpoint: TokenEndpoint,
    scripted: Scripted,
    connection: Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stale, pk = connection.read_credentials(), connection.pk
    Connection.objects.update(refreshing_until=timezone.now() + oauth.ASKING)
    monkeypatch.setattr(
        "integrations.access.oauth.time.sleep", lambda _s: Connection.objects.all().delete()
    )
    with pytest.raises(Unauthorized):
        oauth.refresh(pk, scripted.manifest, stale=stale)


def test_a_refresh_does_not_overwrite_a_reconnection(
    endpoint: TokenEndpoint, scripted: Scripted, connection: Connection
) -> None:
    stale = connection.read_credentials()
    new = '{"access_token": "b1", "refresh_token": "s1"}'
    endpoint.refresh_tokens["r1"] = ""
    with pytest.MonkeyPatch.context() as patch:
        real = oauth._ask

        def reconnected(*args: Any) -> dict[str, str]:
            answer = real(*args)
            Connection.objects.update(credentials=new)
            return answer

        patch.setattr(oauth, "_ask", reconnected)
        got = oauth.refresh(connection.pk, scripted.manifest, stale=stale)
    assert got["access_token"] == "b1"
    assert credentials(connection) == {"access_token": "b1", "refresh_token": "s1"}


def test_a_connection_that_is_gone_is_not_refreshed(
    endpoint: TokenEndpoint, scripted: Scripted, connection: Connection
) -> None:
    stale, pk = connection.read_credentials(), connection.pk
    connection.delete()
    with pytest.raises(Unauthorized):
        oauth.refresh(pk, scripted.manifest, stale=stale)
    assert endpoint.asked == []


def test_a_pasted_token_has_nothing_to_refresh(
    endpoint: TokenEndpoint, scripted: Scripted, connection: Connection
) -> None:
    Connection.objects.update(credentials='{"access_token": "pasted"}')
    scripted.script.good_token = "other"
    assert sync(connection.pk, at=NOON + MINUTE) == Outcome.FAILED
    assert endpoint.asked == []
    assert scripted.script.calls == 1
