"""A client of Google and Apple, for the stand-in's own tests."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import jwt

from tests.stand_ins.openid import OpenIdStandIn
from tests.stand_ins.openid.keys import apple_client_key_pem
from tests.stand_ins.openid.visitor import choose_at_apple, choose_at_google, post
from tests.stand_ins.openid.wiring import (
    APPLE_KEY_ID,
    APPLE_SERVICES_ID,
    APPLE_TEAM_ID,
    GOOGLE_CLIENT_ID,
    GOOGLE_CLIENT_SECRET,
)

BACK = "http://localhost:8000/accounts/back/"
ALICE, BOB, CHARLIE = "alice-sub", "bob-sub", "charlie-sub"
Answers = dict[str, Any]


def params_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def without_signature(token: str) -> Answers:
    claims: Answers = jwt.decode(token, options={"verify_signature": False})
    return claims


def google_authorize_url(idp: OpenIdStandIn, **changes: str) -> str:
    asked = {
        "client_id": GOOGLE_CLIENT_ID,
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": "openid email profile",
        "state": "s t/a?te",
        **changes,
    }
    return f"{idp.google_settings()['AUTHORIZE_URL']}?{urlencode(asked)}"


def google_code(idp: OpenIdStandIn, sub: str = ALICE, **changes: str) -> str:
    return params_of(choose_at_google(google_authorize_url(idp, **changes), sub))["code"]


def google_token(idp: OpenIdStandIn, **form: str) -> httpx.Response:
    client = {"client_id": GOOGLE_CLIENT_ID, "client_secret": GOOGLE_CLIENT_SECRET}
    return post(idp.google_settings()["ACCESS_TOKEN_URL"], data={**client, **form})


def google_exchange(idp: OpenIdStandIn, code: str, **form: str) -> httpx.Response:
    asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, **form}
    return google_token(idp, **asked)


def google_sign_in(idp: OpenIdStandIn, sub: str = ALICE, **changes: str) -> Answers:
    answers: Answers = google_exchange(idp, google_code(idp, sub, **changes)).json()
    return answers


def apple_authorize_url(idp: OpenIdStandIn, **changes: str) -> str:
    asked = {
        "client_id": APPLE_SERVICES_ID,
        "redirect_uri": BACK,
        "response_type": "code id_token",
        "response_mode": "form_post",
        "scope": "name email",
        "state": "st<ate",
        "nonce": "n-2",
        **changes,
    }
    return f"{idp.apple_adapter_attributes()['authorize_url']}?{urlencode(asked)}"


def apple_secret(**changes: Any) -> str:
    now = int(time.time())
    claims = {
        "iss": APPLE_TEAM_ID,
        "sub": APPLE_SERVICES_ID,
        "aud": "https://appleid.apple.com",
        "iat": now,
        "exp": now + 3600,
        **{name: value for name, value in changes.items() if name not in {"kid", "key"}},
    }
    kid = changes.get("kid", APPLE_KEY_ID)
    key = changes.get("key", apple_client_key_pem())
    return jwt.encode(claims, key, algorithm="ES256", headers={"kid": kid})


def apple_token(idp: OpenIdStandIn, **form: str) -> httpx.Response:
    client = {"client_id": APPLE_SERVICES_ID, "client_secret": apple_secret()}
    address = idp.apple_adapter_attributes()["access_token_url"]
    return post(address, data={**client, **form})


def apple_exchange(idp: OpenIdStandIn, code: str, **form: str) -> httpx.Response:
    asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, **form}
    return apple_token(idp, **asked)


def apple_fields(idp: OpenIdStandIn, sub: str = ALICE, **changes: str) -> dict[str, str]:
    return choose_at_apple(apple_authorize_url(idp, **changes), sub).fields


def apple_sign_in(idp: OpenIdStandIn, sub: str = ALICE) -> Answers:
    answers: Answers = apple_exchange(idp, apple_fields(idp, sub)["code"]).json()
    return answers
