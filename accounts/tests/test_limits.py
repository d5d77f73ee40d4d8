"""Who asks for everything again and again, signs out everywhere, or comes by a way that is not set
up."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from asgiref.local import Local
from django.core.cache import caches
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.api_tokens.tokens import make_token
from accounts.models import ApiToken, User
from accounts.privacy import export
from accounts.ratelimits import EXPORTS
from accounts.tests.browser import Browser
from tests.clock import NOON

PAGE, API = "/settings/export", "/api/v1/export"
READ_ONLY = ("google_callback", "apple_finish_callback")
EVERYWHERE = "/sign-out-everywhere/"
AWAY = ("google_login", "google_callback", "apple_login", "apple_callback", "apple_finish_callback")


@pytest.fixture
def _at_noon(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


# ---- everything, again and again ------------------------------------------------------------


@pytest.mark.usefixtures("_at_noon")
@pytest.mark.parametrize("way", ["page", "api"])
def test_everything_can_be_asked_for_ten_times_an_hour(
    way: str, alice_client: Client, bob_client: Client, time_machine: Any
) -> None:
    def ask(client: Client) -> Any:
        return client.post(PAGE) if way == "page" else client.get(API)

    assert {ask(alice_client).status_code for _ in range(EXPORTS.most)} == {200}
    # One count for both ways.
    page, api = alice_client.post(PAGE), alice_client.get(API)
    assert (page.status_code, api.status_code) == (429, 429)
    assert 0 < int(page["Retry-After"]) <= EXPORTS.window_s
    assert int(api["Retry-After"]) == int(page["Retry-After"])
    assert "several times" in page.content.decode()
    assert api.json()["errors"][0]["code"] == "throttled"
    assert ask(bob_client).status_code == 200
    time_machine.shift(EXPORTS.window_s)
    assert ask(alice_client).status_code == 200


@pytest.mark.usefixtures("_at_noon")
@pytest.mark.parametrize("way", ["page", "api"])
def test_while_nobody_can_count_everybody_may_pass(
    way: str, alice_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redis is away: nothing listens there."""
    away = {"BACKEND": "oo.lib.away_cache.AwayRedisCache", "LOCATION": "redis://127.0.0.1:9/0"}
    monkeypatch.setitem(caches.settings, "default", away)
    monkeypatch.setattr(caches, "_connections", Local())

    def ask(client: Client) -> Any:
        return client.post(PAGE) if way == "page" else client.get(API)

    assert {ask(alice_client).status_code for _ in range(EXPORTS.most + 2)} == {200}


def test_one_at_a_time(
    alice: User, alice_client: Client, bob_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the data is put together for her, she asks once more, by both ways, and Bob asks."""
    put_together, meanwhile = export.collect, list[int]()

    def collect(user_id: UUID, *, at: datetime) -> list[export.Entry]:
        if user_id == alice.pk:
            meanwhile.extend(
                answer.status_code
                for answer in (
                    alice_client.post(PAGE),
                    alice_client.get(API),
                    bob_client.post(PAGE),
                )
            )
        return put_together(user_id, at=at)

    monkeypatch.setattr(export, "collect", collect)
    assert alice_client.post(PAGE).status_code == 200
    assert meanwhile == [429, 429, 200]
    meanwhile.clear()
    assert alice_client.get(API).status_code == 200  # and then again


def test_one_that_failed_does_not_stop_the_next(
    alice_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(export, "collect", lambda *_args, **_more: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            alice_client.post(PAGE)
    assert alice_client.post(PAGE).status_code == 200


def test_a_visitor_is_sent_to_sign_in_and_counted_nowhere(client: Client, db: None) -> None:
    answers = [client.post(PAGE) for _ in range(EXPORTS.most + 1)]
    assert {answer.status_code for answer in answers} == {302}


def test_a_look_at_the_address_is_not_counted(alice_client: Client) -> None:
    for _ in range(EXPORTS.most + 1):
        assert alice_client.get(PAGE).status_code == 405
    assert alice_client.post(PAGE).status_code == 200


# ---- everywhere -----------------------------------------------------------------------------


def token_of(user: User) -> tuple[ApiToken, str]:
    return make_token(
        user.pk, name="cli", scopes=["account:read"], expires_at=None, at=timezone.now()
    )


def status_with(secret: str) -> int:
    answer = Client().get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"})
    return answer.status_code


@pytest.mark.parametrize(("form", "status"), [({}, 200), ({"tokens": "1"}, 401)])
def test_signing_out_everywhere_ends_tokens_when_asked_to(
    alice: User, bob: User, alice_client: Client, form: dict[str, str], status: int
) -> None:
    (_hers, secret), (_his, other) = token_of(alice), token_of(bob)
    assert alice_client.post(EVERYWHERE, form)["Location"] == reverse("accounts:sign-in")
    assert status_with(secret) == status
    assert status_with(other) == 200


def test_a_token_that_was_revoked_before_keeps_its_moment(
    alice: User, alice_client: Client
) -> None:
    row, _secret = token_of(alice)
    ApiToken.objects.update(revoked_at=NOON)
    alice_client.post(EVERYWHERE, {"tokens": "1"})
    row.refresh_from_db()
    assert row.revoked_at == NOON


def test_a_visitor_ends_nothing(alice: User, client: Client) -> None:
    _row, secret = token_of(alice)
    client.post(EVERYWHERE, {"tokens": "1"})
    assert status_with(secret) == 200


def test_the_settings_offer_it(alice_client: Client) -> None:
    page = alice_client.get("/settings/").content.decode()
    form = page.partition(f'action="{EVERYWHERE}"')[2].partition("</form>")[0]
    assert 'name="tokens"' in form
    assert "checked" not in form


# ---- ways in that are not set up ------------------------------------------------------------


@pytest.mark.parametrize("name", AWAY)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_provider_that_is_not_set_up_has_no_pages(
    name: str, method: str, client: Client, db: None, settings: Any
) -> None:
    known = settings.SOCIALACCOUNT_PROVIDERS
    settings.SOCIALACCOUNT_PROVIDERS = {key: {**of, "APPS": []} for key, of in known.items()}
    status = getattr(client, method)(reverse(name), {"state": "s", "code": "c"}).status_code
    assert status == (405 if method == "post" and name in READ_ONLY else 404)


def test_no_script_reads_the_cookie_of_apples_answer(browser: Browser) -> None:
    answer = browser.post(reverse("apple_callback"), {"state": "s", "code": "c"})
    (cookie,) = answer.cookies.values()
    assert cookie["httponly"]
