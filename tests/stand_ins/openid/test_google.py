"""Google, asked directly."""

from __future__ import annotations

import base64
import hashlib

import jwt
import pytest
from cryptography import x509

from tests.stand_ins.openid import OpenIdStandIn, Person
from tests.stand_ins.openid.client import (
    ALICE,
    BACK,
    BOB,
    CHARLIE,
    google_authorize_url,
    google_code,
    google_exchange,
    google_sign_in,
    google_token,
    params_of,
    without_signature,
)
from tests.stand_ins.openid.conftest import Clock
from tests.stand_ins.openid.visitor import (
    cancel_at_google,
    choose_at_google,
    get,
    post,
    read_form,
)
from tests.stand_ins.openid.wiring import GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET


def test_the_google_page_offers_everybody_and_a_way_out(idp: OpenIdStandIn) -> None:
    buttons = read_form(get(google_authorize_url(idp)).text).buttons
    assert buttons == {("person", sub) for sub in (ALICE, BOB, CHARLIE)} | {("cancel", "1")}


def test_google_sends_the_browser_back_with_a_code_and_the_state(idp: OpenIdStandIn) -> None:
    address = choose_at_google(google_authorize_url(idp), ALICE)
    assert address.startswith(f"{BACK}?")
    assert params_of(address)["state"] == "s t/a?te"
    assert params_of(address)["code"]


def test_cancelling_at_google_is_access_denied(idp: OpenIdStandIn) -> None:
    answered = params_of(cancel_at_google(google_authorize_url(idp)))
    assert answered == {"error": "access_denied", "state": "s t/a?te"}


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"client_id": "other"}, 401, "invalid_client"),
        ({"redirect_uri": "https://evil.example/"}, 400, "redirect_uri_mismatch"),
        ({"redirect_uri": "javascript://localhost/"}, 400, "redirect_uri_mismatch"),
        ({"response_type": "token"}, 400, "unsupported_response_type"),
        ({"scope": ""}, 400, "invalid_request"),
        ({"code_challenge": "x", "code_challenge_method": "plain"}, 400, "S256"),
    ],
)
def test_google_redirects_nobody_for_a_wrong_question(
    idp: OpenIdStandIn, changes: dict[str, str], status: int, words: str
) -> None:
    for answer in (
        get(google_authorize_url(idp, **changes)),
        post(google_authorize_url(idp, **changes), data={"person": ALICE}),
    ):
        assert answer.status_code == status
        assert words in answer.text
        assert "location" not in answer.headers


def test_the_google_id_token_says_who_it_is_and_verifies(idp: OpenIdStandIn) -> None:
    token = google_sign_in(idp, nonce="n-1")["id_token"]
    keys = jwt.PyJWKClient(f"{idp.url}/google/oauth2/v3/certs")
    claims = jwt.decode(
        token,
        keys.get_signing_key_from_jwt(token),
        algorithms=["RS256"],
        audience=GOOGLE_CLIENT_ID,
        issuer="https://accounts.google.com",
    )
    assert claims["sub"] == ALICE
    assert claims["email"] == "alice@example.com"
    assert claims["email_verified"] is True
    assert (claims["name"], claims["given_name"]) == ("Alice Arden", "Alice")
    assert (claims["locale"], claims["nonce"]) == ("en", "n-1")


def test_the_google_certificates_hold_the_same_key(idp: OpenIdStandIn) -> None:
    token = google_sign_in(idp)["id_token"]
    certificates = get(idp.google_settings()["CERTS_URL"]).json()
    pem = certificates[jwt.get_unverified_header(token)["kid"]]
    key = x509.load_pem_x509_certificate(pem.encode()).public_key()
    claims = jwt.decode(token, key, algorithms=["RS256"], audience=GOOGLE_CLIENT_ID)  # type: ignore[arg-type]
    assert claims["sub"] == ALICE


def test_google_tells_no_more_than_was_asked(idp: OpenIdStandIn) -> None:
    answers = google_sign_in(idp, scope="openid")
    assert set(without_signature(answers["id_token"])) == {
        "iss",
        "aud",
        "azp",
        "sub",
        "iat",
        "exp",
        "at_hash",
    }
    assert answers["scope"] == "openid"


def test_the_google_issuer_can_be_another() -> None:
    with OpenIdStandIn(google_issuer="http://issuer.test") as idp:
        claims = without_signature(google_sign_in(idp)["id_token"])
        assert claims["iss"] == idp.google_settings()["ID_TOKEN_ISSUER"] == "http://issuer.test"


def test_google_wants_the_code_verifier(idp: OpenIdStandIn) -> None:
    verifier = "v" * 43
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    asked = {"code_challenge": challenge, "code_challenge_method": "S256"}
    for wrong in ({}, {"code_verifier": "w" * 43}):
        answer = google_exchange(idp, google_code(idp, **asked), **wrong)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    right = google_exchange(idp, google_code(idp, **asked), code_verifier=verifier)
    assert right.status_code == 200


def test_a_google_code_works_once(idp: OpenIdStandIn) -> None:
    code = google_code(idp)
    assert google_exchange(idp, code).status_code == 200
    again = google_exchange(idp, code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def test_a_google_code_grows_old(idp: OpenIdStandIn, clock: Clock) -> None:
    code = google_code(idp)
    clock.ahead_s = 301
    assert google_exchange(idp, code).json()["error"] == "invalid_grant"


def test_google_compares_the_redirect_address(idp: OpenIdStandIn) -> None:
    answer = google_exchange(idp, google_code(idp), redirect_uri=f"{BACK}x")
    assert (answer.status_code, answer.json()["error"]) == (400, "redirect_uri_mismatch")


def test_google_knows_its_client_by_form_or_by_header(idp: OpenIdStandIn) -> None:
    wrong = google_exchange(idp, google_code(idp), client_secret="guess")
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    asked = {"grant_type": "authorization_code", "code": google_code(idp), "redirect_uri": BACK}
    right = post(
        idp.google_settings()["ACCESS_TOKEN_URL"],
        data=asked,
        auth=(GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET),
    )
    assert right.status_code == 200


def test_google_knows_no_other_grant(idp: OpenIdStandIn) -> None:
    assert google_token(idp, grant_type="password").json()["error"] == "unsupported_grant_type"


def test_google_gives_a_refresh_token_at_first_consent_or_on_demand(idp: OpenIdStandIn) -> None:
    assert "refresh_token" not in google_sign_in(idp, BOB)
    assert "refresh_token" in google_sign_in(idp, access_type="offline")
    assert "refresh_token" not in google_sign_in(idp, access_type="offline")
    assert "refresh_token" in google_sign_in(idp, access_type="offline", prompt="consent")
    assert "refresh_token" not in google_sign_in(idp, prompt="consent")


def test_a_google_refresh_token_stays_and_gives_new_access(idp: OpenIdStandIn) -> None:
    first = google_sign_in(idp, access_type="offline")
    for _ in range(2):
        answer = google_token(
            idp, grant_type="refresh_token", refresh_token=first["refresh_token"]
        ).json()
        assert answer["access_token"] != first["access_token"]
        assert "refresh_token" not in answer


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_revoking_either_google_token_ends_the_grant(idp: OpenIdStandIn, kind: str) -> None:
    held = google_sign_in(idp, access_type="offline")
    bobs = google_sign_in(idp, BOB, access_type="offline")
    assert post(idp.google_revoke_url(), data={"token": held[kind]}).status_code == 200
    assert idp.google.revoked == [held[kind]]
    dead = google_token(idp, grant_type="refresh_token", refresh_token=held["refresh_token"])
    assert (dead.status_code, dead.json()["error"]) == (400, "invalid_grant")
    alive = google_token(idp, grant_type="refresh_token", refresh_token=bobs["refresh_token"])
    assert alive.status_code == 200
    again = post(idp.google_revoke_url(), data={"token": held[kind]})
    assert (again.status_code, again.json()["error"]) == (400, "invalid_token")


def test_google_userinfo_has_an_older_and_a_newer_shape(idp: OpenIdStandIn, clock: Clock) -> None:
    bearer = {"Authorization": f"Bearer {google_sign_in(idp)['access_token']}"}
    older_url = idp.google_settings()["IDENTITY_URL"]
    older = get(older_url, headers=bearer).json()
    newer = get(f"{idp.url}/google/v1/userinfo", headers=bearer).json()
    assert (older["id"], older["verified_email"]) == (ALICE, True)
    assert (newer["sub"], newer["email_verified"]) == (ALICE, True)
    clock.ahead_s = 3601
    assert get(older_url, headers=bearer).status_code == 401


def test_somebody_can_be_added_while_it_runs(idp: OpenIdStandIn) -> None:
    idp.add(Person("dora", "dora@example.com", "Dora", email_verified=False, locale="fr"))
    claims = without_signature(google_sign_in(idp, "dora")["id_token"])
    assert (claims["email_verified"], claims["locale"]) == (False, "fr")
    assert "Dora" in get(google_authorize_url(idp)).text


def test_names_from_outside_are_escaped_on_the_page(idp: OpenIdStandIn) -> None:
    idp.add(Person('"><script>', "x@example.com", "<b>Eve</b>"))
    page = get(google_authorize_url(idp, state='"><i>')).text
    assert "<script>" not in page
    assert "<b>" not in page
    assert "<i>" not in page
