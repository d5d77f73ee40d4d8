"""No token of a provider stands anywhere in clear, and whoever leaves gives it back."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount, SocialLogin, SocialToken
from django.db import connection
from django.utils import timezone

from accounts.models import ProviderToken, Session, User
from accounts.sign_in.apple import only_the_name
from accounts.sign_in.provider_tokens import forget_dead_tokens, keep_token
from accounts.sign_in.revocation import revoke_all, revoke_identity
from accounts.tests.browser import Browser
from tests.stand_ins.openid import Oddity, OpenIdStandIn, Person
from tests.stand_ins.openid.visitor import choose_at_apple

BOTH = pytest.mark.parametrize("provider", ["google", "apple"])
START_OF_EVERY_JWT = "eyJhbGciOi"  # {"alg":


def everything_stored() -> str:
    """Every row of every table as text, and what is packed inside of sessions."""
    found = [str(session.get_decoded()) for session in Session.objects.all()]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found += [str(row) for row in cursor.fetchall()]
    return "\n".join(found)


def tokens_of(idp: OpenIdStandIn, provider: str) -> list[str]:
    ledger = getattr(idp, provider).ledger
    return [*ledger.access, *ledger.refresh]


def test_the_dump_sees_what_is_stored(browser: Browser) -> None:
    browser.sign_in("apple", "alice-sub")
    kept = everything_stored()
    assert "alice@example.com" in kept
    assert "account_authentication_methods" in kept


@BOTH
def test_no_token_is_stored_in_clear(browser: Browser, idp: OpenIdStandIn, provider: str) -> None:
    browser.sign_in(provider, "alice-sub")
    browser.sign_in(provider, "alice-sub")
    kept, tokens = everything_stored(), tokens_of(idp, provider)
    assert tokens
    assert not [token for token in tokens if token in kept]
    assert START_OF_EVERY_JWT not in kept
    assert not SocialToken.objects.exists()


@BOTH
def test_no_token_is_stored_in_clear_when_a_way_in_is_added(
    browser: Browser, idp: OpenIdStandIn, provider: str
) -> None:
    browser.sign_in("apple" if provider == "google" else "google", "bob-sub")
    browser.connect(provider, "alice-sub")
    kept = everything_stored()
    assert not [token for token in tokens_of(idp, provider) if token in kept]
    assert START_OF_EVERY_JWT not in kept
    assert ProviderToken.objects.filter(provider=provider, uid="alice-sub").exists()


def test_nothing_of_apples_post_is_stored_but_a_name(browser: Browser, idp: OpenIdStandIn) -> None:
    form = choose_at_apple(browser.start("apple"), "alice-sub")
    assert form.fields["id_token"].startswith(START_OF_EVERY_JWT)
    browser.post_from_apple(form)
    assert START_OF_EVERY_JWT not in everything_stored()
    assert "Arden" in everything_stored()


def test_a_token_leaves_what_allauth_may_write_into_the_session(alice: User) -> None:
    identity = SocialAccount(provider="google", uid="alice-sub", user=alice)
    login = SocialLogin(user=alice, account=identity)
    login.token = SocialToken(token="access-1", token_secret="")
    keep_token(login)
    assert login.token is None
    assert ProviderToken.objects.get().token == "access-1"


@BOTH
def test_what_is_kept_of_an_identity_is_little(browser: Browser, provider: str) -> None:
    browser.sign_in(provider, "alice-sub")
    assert SocialAccount.objects.get().extra_data == {
        "email": "alice@example.com",
        "email_verified": True,
        "is_private_email": False,
    }


def test_between_apples_post_and_the_end_lies_little_time(browser: Browser) -> None:
    browser.post_from_apple(choose_at_apple(browser.start("apple"), "alice-sub"))
    between = Session.objects.get(session_key=browser.client.cookies["apple-login-session"].value)
    assert between.user_id is None
    assert between.get_decoded()["_session_expiry"] == 600


def test_a_failed_end_leaves_no_row_behind(browser: Browser, other_browser: Browser) -> None:
    form = choose_at_apple(other_browser.start("apple"), "alice-sub")
    browser.come_back_from_apple(form)
    assert "Arden" not in everything_stored()


def test_an_address_in_apples_post_counts_for_nothing(browser: Browser, idp: OpenIdStandIn) -> None:
    idp.add(Person("eve-sub", "", "Eve"))
    form = choose_at_apple(browser.start("apple"), "eve-sub")
    forged = {"name": {"firstName": "Eve"}, "email": "alice@example.com", "email_verified": True}
    form.fields["user"] = json.dumps(forged)
    assert browser.come_back_from_apple(form).status_code == 403
    assert not User.objects.exists()


@pytest.mark.parametrize("said", ["", "[]", "{", '"x"', '{"name": "Eve"}', "[" * 100_000])
def test_nonsense_in_apples_post_is_no_name(said: str) -> None:
    assert only_the_name(said) == ""


def test_a_name_from_outside_is_one_printable_line(browser: Browser, idp: OpenIdStandIn) -> None:
    idp.add(Person("eve-sub", "eve@example.com", "Eve\u202e\n\x00 " + "x" * 300))
    browser.sign_in("google", "eve-sub")
    name = User.objects.get().name
    assert name.startswith("Eve x")
    assert name.isprintable()
    assert len(name) == 150


def test_apples_refresh_token_is_kept_and_given_back(browser: Browser, idp: OpenIdStandIn) -> None:
    browser.sign_in("apple", "alice-sub")
    token = ProviderToken.objects.get()
    assert (token.kind, token.expires_at) == ("refresh_token", None)
    assert token.token in idp.apple.ledger.refresh
    assert revoke_identity(token).revoked
    assert idp.apple.revoked == [token.token]
    assert token.token not in idp.apple.ledger.refresh


def test_googles_refresh_token_is_kept_and_given_back(browser: Browser, idp: OpenIdStandIn) -> None:
    browser.sign_in("google", "alice-sub")
    token = ProviderToken.objects.get()
    assert (token.kind, token.expires_at) == ("refresh_token", None)
    # Whoever leaves after months is still given back.
    assert forget_dead_tokens(at=timezone.now() + timedelta(days=365)) == 0
    assert revoke_identity(token).revoked
    assert idp.google.revoked == [token.token]
    assert token.token not in idp.google.ledger.refresh


@pytest.fixture
def _known_at_google(idp: OpenIdStandIn) -> None:
    """Alice has agreed before: Google then sends an access token alone."""
    idp.google.ledger.consented.add("alice-sub")


@pytest.mark.usefixtures("_known_at_google")
def test_googles_access_token_is_kept_and_given_back(browser: Browser, idp: OpenIdStandIn) -> None:
    browser.sign_in("google", "alice-sub")
    token = ProviderToken.objects.get()
    assert token.kind == "access_token"
    assert token.expires_at is not None
    assert revoke_identity(token).revoked
    assert idp.google.revoked == [token.token]


@pytest.mark.usefixtures("_known_at_google")
def test_an_access_token_is_forgotten_when_it_is_dead(browser: Browser) -> None:
    browser.sign_in("google", "alice-sub")
    browser.sign_in("apple", "bob-sub")
    until = ProviderToken.objects.get(provider="google").expires_at
    assert until is not None
    assert forget_dead_tokens(at=until - timedelta(seconds=1)) == 0
    assert forget_dead_tokens(at=until) == 1
    assert ProviderToken.objects.get().provider == "apple"


def test_a_later_access_token_does_not_replace_what_lives_longer(browser: Browser) -> None:
    browser.sign_in("google", "alice-sub")
    long_lived = ProviderToken.objects.get().token
    browser.sign_in("google", "alice-sub")
    assert ProviderToken.objects.get().token == long_lived


@BOTH
def test_what_cannot_be_revoked_comes_with_words(
    browser: Browser, idp: OpenIdStandIn, settings: Any, provider: str
) -> None:
    browser.sign_in(provider, "alice-sub")
    setattr(settings, f"{provider.upper()}_REVOKE_URL", "http://127.0.0.1:9/revoke")
    told = revoke_identity(ProviderToken.objects.get())
    assert not told.revoked
    assert "yourself" in told.note
    assert told.provider == provider


def test_a_dead_google_token_comes_with_words(browser: Browser, idp: OpenIdStandIn) -> None:
    browser.sign_in("google", "alice-sub")
    token = ProviderToken.objects.get()
    revoke_identity(token)
    assert "myaccount.google.com" in revoke_identity(token).note


def test_every_way_in_is_revoked_or_explained(browser: Browser, idp: OpenIdStandIn) -> None:
    browser.sign_in("google", "alice-sub")
    browser.connect("apple", "alice-sub")
    ProviderToken.objects.filter(provider="google").delete()
    told = {each.provider: each for each in revoke_all(User.objects.get().pk)}
    assert told["apple"].revoked
    assert not told["google"].revoked
    assert "myaccount.google.com" in told["google"].note
    assert len(idp.apple.revoked) == 1


def test_without_apples_key_nothing_is_revoked_and_nothing_raised(
    browser: Browser, settings: Any
) -> None:
    browser.sign_in("apple", "alice-sub")
    settings.SOCIALACCOUNT_PROVIDERS = {"apple": {"APPS": []}}
    assert not revoke_identity(ProviderToken.objects.get()).revoked
    broken = {"client_id": "x", "secret": "y", "key": "z", "settings": {"certificate_key": "no"}}
    settings.SOCIALACCOUNT_PROVIDERS = {"apple": {"APPS": [broken]}}
    assert not revoke_identity(ProviderToken.objects.get()).revoked


def test_the_logs_hold_no_token(
    browser: Browser, idp: OpenIdStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    browser.sign_in("apple", "alice-sub")
    with idp.apple.oddly(Oddity.EXPIRED_ID_TOKEN):
        browser.sign_in("apple", "alice-sub")
    revoke_identity(ProviderToken.objects.get())
    assert caplog.text
    assert not [t for t in tokens_of(idp, "apple") if t in caplog.text]
    assert "alice@example.com" not in caplog.text
