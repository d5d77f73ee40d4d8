"""Apple, asked directly."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import parse_qs

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.stand_ins.openid import OpenIdStandIn
from tests.stand_ins.openid.client import (
    ALICE,
    BACK,
    CHARLIE,
    Answers,
    apple_authorize_url,
    apple_exchange,
    apple_fields,
    apple_secret,
    apple_sign_in,
    apple_token,
    params_of,
)
from tests.stand_ins.openid.conftest import Clock
from tests.stand_ins.openid.visitor import (
    cancel_at_apple,
    choose_at_apple,
    get,
    post,
    read_form,
)
from tests.stand_ins.openid.wiring import APPLE_SERVICES_ID


def apple_verified(idp: OpenIdStandIn, token: str) -> Answers:
    keys = jwt.PyJWKClient(idp.apple_adapter_attributes()["public_key_url"])
    claims: Answers = jwt.decode(
        token,
        keys.get_signing_key_from_jwt(token),
        algorithms=["RS256"],
        audience=APPLE_SERVICES_ID,
        issuer="https://appleid.apple.com",
    )
    return claims


def test_apple_posts_back_code_id_token_state_and_at_first_the_name(idp: OpenIdStandIn) -> None:
    form = choose_at_apple(apple_authorize_url(idp), ALICE)
    assert form.action == BACK
    assert form.fields["state"] == "st<ate"
    assert json.loads(form.fields["user"]) == {
        "name": {"firstName": "Alice", "lastName": "Arden"},
        "email": "alice@example.com",
    }
    assert set(apple_fields(idp)) == {"code", "id_token", "state"}


def test_the_apple_form_sends_itself_and_has_a_button(idp: OpenIdStandIn) -> None:
    page = post(apple_authorize_url(idp), data={"person": ALICE}).text
    assert "<button>Continue</button>" in page
    assert "document.forms[0].submit()" in page


def test_apple_takes_the_question_by_post_as_well(idp: OpenIdStandIn) -> None:
    address, _, question = apple_authorize_url(idp).partition("?")
    asked = {name: values[0] for name, values in parse_qs(question).items()}
    form = read_form(post(address, data=asked).text)
    assert ("person", ALICE) in form.buttons
    assert params_of(form.action) == asked


def test_cancelling_at_apple_is_posted_back_too(idp: OpenIdStandIn) -> None:
    form = cancel_at_apple(apple_authorize_url(idp))
    assert form.action == BACK
    assert form.fields == {"error": "user_cancelled_authorize", "state": "st<ate"}


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"client_id": "other"}, 401),
        ({"redirect_uri": "https://evil.example/"}, 400),
        ({"response_type": "id_token"}, 400),
        ({"response_mode": "query"}, 400),
        ({"scope": "calendar"}, 400),
    ],
)
def test_apple_posts_nothing_for_a_wrong_question(
    idp: OpenIdStandIn, changes: dict[str, str], status: int
) -> None:
    answer = post(apple_authorize_url(idp, **changes), data={"person": ALICE})
    assert answer.status_code == status
    assert "<form" not in answer.text


def test_apple_id_tokens_verify_and_write_flags_as_strings(idp: OpenIdStandIn) -> None:
    fields = apple_fields(idp)
    for token in (fields["id_token"], apple_exchange(idp, fields["code"]).json()["id_token"]):
        claims = apple_verified(idp, token)
        assert (claims["sub"], claims["nonce"]) == (ALICE, "n-2")
        assert claims["email"] == "alice@example.com"
        assert claims["email_verified"] == "true"
        assert "is_private_email" not in claims


def test_apple_hides_an_address_behind_its_relay(idp: OpenIdStandIn) -> None:
    fields = apple_fields(idp, CHARLIE)
    claims = apple_verified(idp, fields["id_token"])
    assert claims["email"].endswith("@privaterelay.appleid.com")
    assert claims["is_private_email"] == "true"
    assert json.loads(fields["user"])["email"] == claims["email"]
    assert "charlie@example.com" not in get(apple_authorize_url(idp)).text


@pytest.mark.parametrize(
    "changes",
    [
        {"kid": "OTHERKEYID"},
        {"iss": "OTHERTEAM"},
        {"sub": "other.service"},
        {"aud": "https://example.com"},
        {"exp": int(time.time()) - 10},
        {"exp": int(time.time()) + 16_000_000},
        {"key": ec.generate_private_key(ec.SECP256R1())},
    ],
)
def test_apple_refuses_a_wrong_client_secret(idp: OpenIdStandIn, changes: dict[str, Any]) -> None:
    answer = apple_exchange(idp, apple_fields(idp)["code"], client_secret=apple_secret(**changes))
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_client"})


def test_apple_takes_a_client_secret_of_six_months_at_most(idp: OpenIdStandIn) -> None:
    longest = apple_secret(exp=int(time.time()) + 15_776_000)
    answer = apple_exchange(idp, apple_fields(idp)["code"], client_secret=longest)
    assert answer.status_code == 200


def test_an_apple_code_works_once_soon_and_for_one_address(
    idp: OpenIdStandIn, clock: Clock
) -> None:
    code = apple_fields(idp)["code"]
    elsewhere = apple_exchange(idp, apple_fields(idp)["code"], redirect_uri=f"{BACK}x")
    answers = [apple_exchange(idp, code), apple_exchange(idp, code), elsewhere]
    old = apple_fields(idp)["code"]
    clock.ahead_s = 301
    answers.append(apple_exchange(idp, old))
    assert [answer.status_code for answer in answers] == [200, 400, 400, 400]
    assert {answer.json()["error"] for answer in answers[1:]} == {"invalid_grant"}


def test_apple_refreshes_without_a_new_refresh_token(idp: OpenIdStandIn) -> None:
    held = apple_sign_in(idp)["refresh_token"]
    answer = apple_token(idp, grant_type="refresh_token", refresh_token=held).json()
    assert apple_verified(idp, answer["id_token"])["sub"] == ALICE
    assert answer["access_token"]
    assert "refresh_token" not in answer
    unknown = apple_token(idp, grant_type="refresh_token", refresh_token="x")
    assert (unknown.status_code, unknown.json()["error"]) == (400, "invalid_grant")


def apple_revoke(idp: OpenIdStandIn, **form: str) -> httpx.Response:
    client = {"client_id": APPLE_SERVICES_ID, "client_secret": apple_secret()}
    return post(idp.apple_revoke_url(), data={**client, **form})


def test_revoking_at_apple_is_silent_and_starts_afresh(idp: OpenIdStandIn) -> None:
    held = apple_sign_in(idp)["refresh_token"]
    for token in (held, held, "never-alive"):
        answer = apple_revoke(idp, token=token, token_type_hint="refresh_token")
        assert (answer.status_code, answer.content) == (200, b"")
    assert idp.apple.revoked == [held, held, "never-alive"]
    dead = apple_token(idp, grant_type="refresh_token", refresh_token=held)
    assert dead.json()["error"] == "invalid_grant"
    assert "user" in apple_fields(idp)


def test_revoking_at_apple_needs_the_client_and_a_token(idp: OpenIdStandIn) -> None:
    assert apple_revoke(idp).json() == {
        "error": "invalid_request",
        "error_description": "Missing token.",
    }
    refused = apple_revoke(idp, token="x", client_secret="guess")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client")
    assert idp.apple.revoked == []
