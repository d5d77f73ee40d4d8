"""The Todoist stand-in: consent, codes, rotation, the minute's grace, replay and revocation."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from .todoist import TodoistStandIn
from .todoist_client import Client, command

CALLBACK = "https://oo.example.org/connect/todoist/callback"


@pytest.fixture
def todoist() -> Iterator[TodoistStandIn]:
    with TodoistStandIn() as stand_in:
        yield stand_in


def ask(todoist: TodoistStandIn, **changed: str) -> dict[str, str]:
    asked = {"client_id": todoist.client_id, "scope": "data:read_write", "state": "s1"}
    return asked | {"redirect_uri": CALLBACK} | changed


def consent(todoist: TodoistStandIn, decision: str = "approve", **changed: str) -> dict[str, str]:
    """Presses a button of the page and gives the query that the browser is sent back with."""
    page = httpx.get(f"{todoist.url}/oauth/authorize", params=ask(todoist, **changed))
    form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    answer = httpx.post(f"{todoist.url}/oauth/authorize", data={**form, "decision": decision})
    return back(answer)


def back(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 302, answer.text
    assert answer.headers["location"].startswith(CALLBACK)
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def redeem(todoist: TodoistStandIn, **changed: str) -> httpx.Response:
    secrets = {"client_id": todoist.client_id, "client_secret": todoist.client_secret}
    return httpx.post(f"{todoist.url}/oauth/access_token", data={**secrets, **changed})


def refresh(todoist: TodoistStandIn, token: str, **changed: str) -> httpx.Response:
    return redeem(todoist, grant_type="refresh_token", refresh_token=token, **changed)


def status_of(todoist: TodoistStandIn, token: str) -> int:
    with Client(todoist, token) as client:
        return client.get("/user").status_code


def granted(todoist: TodoistStandIn) -> dict[str, Any]:
    return todoist.grant(todoist.alice)


def test_consent_leads_to_a_code_and_the_code_to_tokens(todoist: TodoistStandIn) -> None:
    answer = consent(todoist)
    tokens = redeem(todoist, code=answer["code"], redirect_uri=CALLBACK).json()
    assert answer["state"] == "s1"
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 3600)
    assert tokens["scope"] == "data:read_write"
    assert tokens["refresh_token"]
    assert status_of(todoist, tokens["access_token"]) == 200


def test_the_consent_page_escapes_what_it_was_sent(todoist: TodoistStandIn) -> None:
    asked = ask(todoist, state='"><script>')
    page = httpx.get(f"{todoist.url}/oauth/authorize", params=asked)
    assert "<script>" not in page.text


def test_denial_comes_back_as_an_error(todoist: TodoistStandIn) -> None:
    assert consent(todoist, "deny") == {"error": "access_denied", "state": "s1"}


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"scope": "data:everything"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
    ],
)
def test_wrong_questions_come_back_as_an_error(
    todoist: TodoistStandIn, changed: dict[str, str], error: str
) -> None:
    answer = httpx.get(f"{todoist.url}/oauth/authorize", params=ask(todoist, **changed))
    assert back(answer)["error"] == error


def test_an_unknown_app_is_told_so_on_the_spot(todoist: TodoistStandIn) -> None:
    answer = httpx.get(f"{todoist.url}/oauth/authorize", params=ask(todoist, client_id="nobody"))
    assert (answer.status_code, answer.json()["http_code"]) == (400, 400)


def test_an_unregistered_address_gets_no_redirect() -> None:
    with TodoistStandIn(redirect_uris=(CALLBACK,)) as todoist:
        asked = ask(todoist, redirect_uri="https://evil.example.org/")
        assert httpx.get(f"{todoist.url}/oauth/authorize", params=asked).status_code == 400
        assert consent(todoist)["code"]


def test_a_code_works_once(todoist: TodoistStandIn) -> None:
    code = consent(todoist)["code"]
    assert redeem(todoist, code=code).status_code == 200
    second = redeem(todoist, code=code)
    assert (second.status_code, second.json()["error"]) == (400, "bad_authorization_code")


def test_a_code_grows_old(todoist: TodoistStandIn) -> None:
    code = consent(todoist)["code"]
    todoist.clock.advance(seconds=601)
    assert redeem(todoist, code=code).json()["error"] == "bad_authorization_code"


def test_a_wrong_secret_is_refused(todoist: TodoistStandIn) -> None:
    answer = redeem(todoist, code=consent(todoist)["code"], client_secret="guess")
    assert answer.json()["error"] == "incorrect_application_credentials"


def test_the_token_endpoint_takes_basic_and_json(todoist: TodoistStandIn) -> None:
    body = {"code": consent(todoist)["code"]}
    basic = (todoist.client_id, todoist.client_secret)
    answer = httpx.post(f"{todoist.url}/oauth/access_token", json=body, auth=basic)
    assert answer.status_code == 200


def test_a_public_client_proves_itself_by_pkce(todoist: TodoistStandIn) -> None:
    digest = hashlib.sha256(b"verifier").digest()
    challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    asked = {"code_challenge": challenge, "code_challenge_method": "S256"}
    url = f"{todoist.url}/oauth/access_token"
    public = {"client_id": todoist.client_id, "code_verifier": "verifier"}
    wrong = {**public, "code": consent(todoist, **asked)["code"], "code_verifier": "guess"}
    assert httpx.post(url, data=wrong).json()["error"] == "bad_authorization_code"
    right = {**public, "code": consent(todoist, **asked)["code"]}
    assert httpx.post(url, data=right).status_code == 200


def test_a_code_without_secret_or_pkce_is_worth_nothing(todoist: TodoistStandIn) -> None:
    bare = {"client_id": todoist.client_id, "code": consent(todoist)["code"]}
    answer = httpx.post(f"{todoist.url}/oauth/access_token", data=bare)
    assert answer.json()["error"] == "incorrect_application_credentials"


def test_an_access_token_expires_after_an_hour(todoist: TodoistStandIn) -> None:
    token = granted(todoist)["access_token"]
    todoist.clock.advance(seconds=3599)
    assert status_of(todoist, token) == 200
    todoist.clock.advance(seconds=1)
    with Client(todoist, token) as client:
        answer = client.get("/user")
    assert (answer.status_code, answer.json()["error_code"]) == (401, 477)
    assert answer.headers["www-authenticate"].startswith("Bearer ")


def test_no_token_at_all_is_unauthorized(todoist: TodoistStandIn) -> None:
    answer = httpx.post(f"{todoist.url}/api/v1/sync", data={"sync_token": "*"})
    assert (answer.status_code, answer.json()["error_tag"]) == (401, "UNAUTHORIZED")


def test_refreshing_rotates_both_tokens(todoist: TodoistStandIn) -> None:
    old = granted(todoist)
    new = refresh(todoist, old["refresh_token"]).json()
    assert new["access_token"] != old["access_token"]
    assert new["refresh_token"] != old["refresh_token"]
    assert status_of(todoist, new["access_token"]) == 200
    assert refresh(todoist, new["refresh_token"]).status_code == 200


def test_within_the_grace_the_same_access_token_comes_alone(todoist: TodoistStandIn) -> None:
    old = granted(todoist)
    new = refresh(todoist, old["refresh_token"]).json()
    todoist.clock.advance(seconds=60)
    again = refresh(todoist, old["refresh_token"]).json()
    assert again["access_token"] == new["access_token"]
    assert "refresh_token" not in again
    assert again["expires_in"] == 3540


def test_replay_after_the_grace_revokes_everything(todoist: TodoistStandIn) -> None:
    other_device = granted(todoist)
    old = granted(todoist)
    new = refresh(todoist, old["refresh_token"]).json()
    todoist.clock.advance(seconds=61)
    replayed = refresh(todoist, old["refresh_token"])
    assert (replayed.status_code, replayed.json()["error"]) == (400, "invalid_grant")
    assert status_of(todoist, new["access_token"]) == 401
    assert status_of(todoist, other_device["access_token"]) == 401
    assert refresh(todoist, new["refresh_token"]).json()["error"] == "invalid_grant"


def test_replay_leaves_bobs_tokens_alone(todoist: TodoistStandIn) -> None:
    bobs = todoist.grant(todoist.add_account("bob@example.org"))
    old = granted(todoist)
    refresh(todoist, old["refresh_token"])
    todoist.clock.advance(seconds=61)
    refresh(todoist, old["refresh_token"])
    assert status_of(todoist, bobs["access_token"]) == 200


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"refresh_token": "made-up"}, "invalid_grant"),
        ({"client_secret": "guess"}, "invalid_client"),
        ({"scope": "data:delete"}, "invalid_scope"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_wrong_refreshes_are_refused_and_use_nothing_up(
    todoist: TodoistStandIn, changed: dict[str, str], error: str
) -> None:
    token = granted(todoist)["refresh_token"]
    asked = {"grant_type": "refresh_token", "refresh_token": token, **changed}
    assert redeem(todoist, **asked).json()["error"] == error
    assert "refresh_token" in refresh(todoist, token).json()


def test_a_legacy_app_gets_a_long_lived_token_alone() -> None:
    with TodoistStandIn(legacy=True) as todoist:
        tokens = redeem(todoist, code=consent(todoist)["code"]).json()
        assert tokens["expires_in"] == 315_360_000
        assert "refresh_token" not in tokens
        todoist.clock.advance(seconds=86400 * 365)
        assert status_of(todoist, tokens["access_token"]) == 200


def test_revoking_a_refresh_token_ends_the_whole_grant(todoist: TodoistStandIn) -> None:
    tokens = granted(todoist)
    url, basic = f"{todoist.url}/api/v1/revoke", (todoist.client_id, todoist.client_secret)
    assert httpx.post(url, data={"token": tokens["refresh_token"]}, auth=basic).text == "null"
    assert status_of(todoist, tokens["access_token"]) == 401


def test_revoking_an_access_token_leaves_the_refresh_token(todoist: TodoistStandIn) -> None:
    tokens = granted(todoist)
    url, basic = f"{todoist.url}/api/v1/revoke", (todoist.client_id, todoist.client_secret)
    httpx.post(url, data={"token": tokens["access_token"]}, auth=basic)
    assert status_of(todoist, tokens["access_token"]) == 401
    assert refresh(todoist, tokens["refresh_token"]).status_code == 200


def test_revoking_needs_the_apps_credentials(todoist: TodoistStandIn) -> None:
    tokens = granted(todoist)
    url, wrong = f"{todoist.url}/api/v1/revoke", (todoist.client_id, "guess")
    answer = httpx.post(url, data={"token": tokens["access_token"]}, auth=wrong)
    assert answer.status_code == 401
    assert status_of(todoist, tokens["access_token"]) == 200


def test_a_token_that_may_only_read_cannot_write(todoist: TodoistStandIn) -> None:
    task_id = todoist.alice.add_task("Mine")
    token = todoist.grant(todoist.alice, "data:read")["access_token"]
    with Client(todoist, token) as client:
        status = client.run(command("item_close", uuid="u", id=task_id))["sync_status"]["u"]
        assert len(client.sync()["items"]) == 1
    assert (status["http_code"], status["error_tag"]) == (403, "AUTH_INSUFFICIENT_TOKEN_SCOPE")


def test_the_app_may_be_given_another_account(todoist: TodoistStandIn) -> None:
    bob = todoist.add_account("bob@example.org")
    form = {**ask(todoist), "decision": "approve", "user_id": bob.id}
    code = back(httpx.post(f"{todoist.url}/oauth/authorize", data=form))["code"]
    token = redeem(todoist, code=code).json()["access_token"]
    with Client(todoist, token) as client:
        assert client.get("/user").json()["id"] == bob.id
