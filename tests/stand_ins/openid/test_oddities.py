"""Misbehaving on demand."""

from __future__ import annotations

import httpx
import jwt
import pytest

from tests.stand_ins.openid import Oddity, OpenIdStandIn
from tests.stand_ins.openid.client import (
    Answers,
    apple_exchange,
    apple_sign_in,
    google_code,
    google_exchange,
    google_sign_in,
    without_signature,
)
from tests.stand_ins.openid.visitor import (
    get,
)
from tests.stand_ins.openid.wiring import APPLE_SERVICES_ID, GOOGLE_CLIENT_ID


def id_tokens(idp: OpenIdStandIn) -> list[tuple[str, str]]:
    """Google's and Apple's, each with the audience it should have."""
    return [
        (google_sign_in(idp)["id_token"], GOOGLE_CLIENT_ID),
        (apple_sign_in(idp)["id_token"], APPLE_SERVICES_ID),
    ]


@pytest.mark.parametrize(
    ("oddity", "error"),
    [
        (Oddity.EXPIRED_ID_TOKEN, jwt.ExpiredSignatureError),
        (Oddity.WRONG_AUDIENCE, jwt.InvalidAudienceError),
        (Oddity.WRONG_ISSUER, jwt.InvalidIssuerError),
        (Oddity.WRONG_SIGNATURE, jwt.InvalidSignatureError),
    ],
)
def test_an_odd_id_token_is_wrong_in_that_one_way(
    idp: OpenIdStandIn, oddity: Oddity, error: type[Exception]
) -> None:
    with idp.google.oddly(oddity), idp.apple.oddly(oddity):
        odd = id_tokens(idp)
    providers = (idp.google, idp.apple)
    for provider, (token, audience) in zip(providers, odd, strict=True):
        with pytest.raises(error):
            decode_strictly(provider.key.jwk(), token, audience, provider.issuer)
    for provider, (token, audience) in zip(providers, id_tokens(idp), strict=True):
        assert decode_strictly(provider.key.jwk(), token, audience, provider.issuer)


def decode_strictly(jwk: Answers, token: str, audience: str, issuer: str) -> Answers:
    key = jwt.PyJWK(jwk)
    claims: Answers = jwt.decode(token, key, algorithms=["RS256"], audience=audience, issuer=issuer)
    return claims


def test_an_address_can_be_unverified_for_a_while(idp: OpenIdStandIn) -> None:
    with idp.google.oddly(Oddity.UNVERIFIED_EMAIL), idp.apple.oddly(Oddity.UNVERIFIED_EMAIL):
        odd = [without_signature(token)["email_verified"] for token, _ in id_tokens(idp)]
    assert odd == [False, "false"]


def test_the_token_address_can_fail(idp: OpenIdStandIn) -> None:
    code = google_code(idp)
    with idp.google.oddly(Oddity.TOKEN_ERROR), idp.apple.oddly(Oddity.TOKEN_ERROR):
        assert google_exchange(idp, code).status_code == 500
        assert apple_exchange(idp, "any").status_code == 500
    assert google_exchange(idp, code).status_code == 200


def test_a_slow_provider_outlasts_an_impatient_client(idp: OpenIdStandIn) -> None:
    address = idp.google_settings()["CERTS_URL"]
    with idp.google.oddly(Oddity.SLOW), pytest.raises(httpx.ReadTimeout):
        get(address, timeout=0.2)
    assert get(address).status_code == 200
