from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts import tasks
from accounts.api_tokens.tokens import FAILURES, MOST_TOKENS, SCOPES, make_token, revoke_token
from accounts.models import ApiToken, User
from tests.clock import NOON

PAGE = "/settings/tokens"
ME = "/api/v1/me"
WANTED = {"name": "cli", "scopes": ["account:read"], "days": "30"}


@pytest.fixture(autouse=True)
def _at_noon() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


def make(user: User, *scopes: str, expires_at: datetime | None = None) -> tuple[ApiToken, str]:
    return make_token(user.pk, name="cli", scopes=[*scopes], expires_at=expires_at, at=NOON)


def ask(secret: str, url: str = ME, scheme: str = "Bearer") -> Any:
    return Client().get(url, headers={"Authorization": f"{scheme} {secret}"})


def test_a_token_is_long_marked_and_kept_as_a_digest(alice: User) -> None:
    token, secret = make(alice, "tip:read")
    assert secret.startswith("oo_")
    assert len(secret) == 3 + 43
    assert token.digest == sha256(secret.encode()).hexdigest()
    assert secret.endswith(token.hint)
    assert secret not in str(ApiToken.objects.values().get())


def test_no_two_tokens_are_alike(alice: User) -> None:
    assert make(alice)[1] != make(alice)[1]


def test_it_opens_the_api_for_its_person(alice: User, bob: User) -> None:
    _token, secret = make(bob, "account:read")
    assert ask(secret).json()["email"] == "bob@example.com"
    assert ask(secret, scheme="bearer").status_code == 200


def test_one_query_brings_token_person_and_profile(
    alice: User, django_assert_num_queries: Any
) -> None:
    _token, secret = make(alice, "account:read")
    ApiToken.objects.update(last_used_at=NOON)
    with django_assert_num_queries(1):
        assert ask(secret).json()["time_zone"] == "Europe/Berlin"


@pytest.mark.parametrize("wrong", ["", "oo_", "oo_" + "x" * 43, "Ünicode", "x" * 5000, "a b"])
def test_a_wrong_token_is_401_in_the_usual_form(db: None, wrong: str) -> None:
    response = ask(wrong.encode().decode("latin-1"))
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="oO"'
    assert response.json()["type"] == "client_error"
    assert response.json()["errors"][0]["code"] == "authentication_failed"


def test_a_wrong_token_is_no_reason_to_look_at_the_session(alice_client: Client) -> None:
    response = alice_client.get(ME, headers={"Authorization": "Bearer oo_wrong"})
    assert response.status_code == 401


def test_wrong_revoked_expired_and_deactivated_give_one_answer(alice: User, charlie: User) -> None:
    revoked, revoked_secret = make(alice, "account:read")
    revoke_token(alice.pk, revoked.pk, at=NOON)
    secrets = [
        "oo_" + "x" * 43,
        revoked_secret,
        make(alice, "account:read", expires_at=NOON)[1],
        make(charlie, "account:read")[1],
    ]
    answers = {(r.status_code, r.content) for r in map(ask, secrets)}
    assert len(answers) == 1


def test_it_works_until_the_moment_that_it_expires(alice: User) -> None:
    _token, secret = make(alice, "account:read", expires_at=NOON + timedelta(seconds=1))
    assert ask(secret).status_code == 200
    with time_machine.travel(NOON + timedelta(seconds=1), tick=False):
        assert ask(secret).status_code == 401


@pytest.mark.parametrize(
    ("scopes", "status"),
    [(["account:read"], 200), (["account:write", "tip:read"], 403), ([], 403)],
)
def test_only_the_right_scope_opens(alice: User, scopes: list[str], status: int) -> None:
    assert ask(make(alice, *scopes)[1]).status_code == status


def test_a_missing_scope_is_said_in_the_usual_form(alice: User) -> None:
    body = ask(make(alice)[1]).json()
    assert body["errors"][0]["code"] == "permission_denied"
    assert "scope" in body["errors"][0]["detail"]


def test_reading_does_not_allow_writing(alice: User) -> None:
    _token, secret = make(alice, "account:read")
    response = Client().patch(
        ME, {"name": "x"}, "application/json", headers={"Authorization": f"Bearer {secret}"}
    )
    assert response.status_code == 403
    alice.refresh_from_db()
    assert alice.name == "Alice"


def test_a_token_opens_no_page(alice: User) -> None:
    _token, secret = make(alice, *SCOPES)
    assert ask(secret, "/settings/").status_code == 302


def test_use_is_noted_at_most_once_an_hour(alice: User) -> None:
    token, secret = make(alice, "account:read")
    noted = []
    for minutes in (0, 59, 60, 61):
        with time_machine.travel(NOON + timedelta(minutes=minutes), tick=False):
            ask(secret)
        token.refresh_from_db()
        noted.append(token.last_used_at)
    hour = NOON + timedelta(hours=1)
    assert noted == [NOON, NOON, hour, hour]


def test_who_guesses_is_slowed_down_and_others_are_not(alice: User) -> None:
    for _try in range(FAILURES.most):
        assert ask("oo_wrong").status_code == 401
    slowed = ask("oo_wrong")
    assert slowed.status_code == 429
    assert int(slowed["Retry-After"]) > 0
    assert ask(make(alice, "account:read")[1]).status_code == 200


def test_the_page_shows_a_new_token_once(alice: User, alice_client: Client) -> None:
    made = alice_client.post(PAGE, WANTED)
    token = ApiToken.objects.get(user=alice)
    secret = made.content.decode().split('id="new-token" value="')[1].split('"')[0]
    assert ask(secret).status_code == 200
    assert token.expires_at == NOON + timedelta(days=30)
    assert "no-store" in made["Cache-Control"]

    again = alice_client.get(PAGE).content.decode()
    assert secret not in again
    assert f"…{token.hint}" in again


def test_a_token_may_last_until_it_is_revoked(alice: User, alice_client: Client) -> None:
    alice_client.post(PAGE, WANTED | {"days": "for-ever"})
    assert ApiToken.objects.get().expires_at is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"scopes": []},
        {"scopes": ["root"]},
        {"days": "9999"},
        {"days": ""},
        {"name": "x" * 61},
    ],
)
def test_a_form_that_is_wrong_makes_no_token_and_keeps_what_was_typed(
    alice_client: Client, wrong: dict[str, Any]
) -> None:
    response = alice_client.post(PAGE, WANTED | wrong)
    assert response.status_code == 422
    assert "field__error" in response.content.decode()
    assert response.content.decode().count(" autofocus") == 1
    assert 'value="cli"' in response.content.decode() or "name" in wrong
    assert not ApiToken.objects.exists()


def test_nobody_has_more_tokens_than_one_can_look_through(
    alice: User, alice_client: Client
) -> None:
    for _n in range(MOST_TOKENS):
        make(alice)
    assert alice_client.post(PAGE, WANTED).status_code == 422
    assert ApiToken.objects.count() == MOST_TOKENS


def test_a_revoked_token_is_dead_at_once_and_gone_from_the_page(
    alice: User, alice_client: Client
) -> None:
    token, secret = make(alice, "account:read")
    assert alice_client.post(f"{PAGE}/{token.pk}/revoke").status_code == 302
    assert ask(secret).status_code == 401
    assert "You have no tokens." in alice_client.get(PAGE).content.decode()


def test_a_token_that_died_long_ago_is_deleted(alice: User) -> None:
    month = timedelta(days=30)
    for name, revoked_at, expires_at in (
        ("revoked long ago", NOON - month, None),
        ("revoked long ago, would work yet", NOON - month, NOON + month),
        ("expired long ago", None, NOON - month),
        ("revoked lately", NOON - month + timedelta(seconds=1), None),
        ("expired lately", None, NOON - month + timedelta(seconds=1)),
        ("works", None, NOON + month),
        ("works for ever", None, None),
    ):
        token, _secret = make(alice, expires_at=expires_at)
        ApiToken.objects.filter(pk=token.pk).update(name=name, revoked_at=revoked_at)

    assert tasks.purge()["api_tokens"] == 3
    kept = set(ApiToken.objects.values_list("name", flat=True))
    assert kept == {"revoked lately", "expired lately", "works", "works for ever"}


def test_revoking_twice_is_revoking(alice: User, alice_client: Client) -> None:
    token, _secret = make(alice, "tip:read")
    for moment in (NOON, NOON + timedelta(minutes=1)):
        with time_machine.travel(moment, tick=False):
            answer = alice_client.post(f"{PAGE}/{token.pk}/revoke")
        assert (answer.status_code, answer["Location"]) == (302, PAGE)
    token.refresh_from_db()
    assert token.revoked_at == NOON
    assert alice_client.post(f"{PAGE}/{token.pk + 1}/revoke").status_code == 404


def test_a_form_that_says_nothing_of_days_makes_no_token(alice: User, alice_client: Client) -> None:
    wanted = {key: value for key, value in WANTED.items() if key != "days"}
    assert alice_client.post(PAGE, wanted).status_code == 422
    assert not ApiToken.objects.exists()
    assert '<option value="90" selected>' in alice_client.get(PAGE).content.decode()


def test_bob_cannot_see_or_revoke_alices_token(alice: User, bob_client: Client) -> None:
    token, secret = make(alice, "account:read")
    assert f"…{token.hint}" not in bob_client.get(PAGE).content.decode()
    assert bob_client.post(f"{PAGE}/{token.pk}/revoke").status_code == 404
    assert ask(secret).status_code == 200


def test_the_pages_are_for_the_signed_in_and_their_methods(
    client: Client, alice: User, alice_client: Client
) -> None:
    token, _secret = make(alice)
    assert client.get(PAGE).status_code == 302
    assert client.post(f"{PAGE}/{token.pk}/revoke").status_code == 302
    assert alice_client.put(PAGE).status_code == 405
    assert alice_client.get(f"{PAGE}/{token.pk}/revoke").status_code == 405
    token.refresh_from_db()
    assert token.revoked_at is None
