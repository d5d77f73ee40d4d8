"""A sign-in that comes to nothing, or comes while its person leaves, leaves no grant behind."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from allauth.socialaccount.models import SocialAccount

from accounts.models import ProviderToken, User
from accounts.privacy import departures
from accounts.tests.browser import Browser
from tests.clock import NOON
from tests.stand_ins.openid import Oddity, OpenIdStandIn

BOTH = pytest.mark.parametrize("provider", ["google", "apple"])


def living(idp: OpenIdStandIn, provider: str) -> list[str]:
    return list(getattr(idp, provider).ledger.refresh)


def leave(user: User) -> Any:
    return departures.ask(user.pk, receipt_id=uuid4(), locale="en", at=NOON)


@BOTH
def test_a_refused_sign_in_is_given_back(
    browser: Browser, idp: OpenIdStandIn, provider: str
) -> None:
    User.objects.create_user("alice@example.com", last_login=NOON)
    assert browser.sign_in(provider, "alice-sub").status_code == 409
    assert len(getattr(idp, provider).revoked) == 1
    assert living(idp, provider) == []


def test_an_unverified_address_is_given_back(browser: Browser, idp: OpenIdStandIn) -> None:
    with idp.google.oddly(Oddity.UNVERIFIED_EMAIL):
        assert browser.sign_in("google", "alice-sub").status_code == 403
    assert living(idp, "google") == []


def test_a_way_in_for_nobody_is_given_back(browser: Browser, idp: OpenIdStandIn) -> None:
    browser.connect("google", "alice-sub")
    assert not SocialAccount.objects.exists()
    assert living(idp, "google") == []


def test_an_account_that_was_made_a_moment_before_is_given_back(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, idp: OpenIdStandIn
) -> None:
    User.objects.create_user("alice@example.com")
    monkeypatch.setattr("accounts.sign_in.adapter.filter_users_by_email", lambda _email: [])
    monkeypatch.setattr(
        "allauth.socialaccount.internal.flows.signup.assess_unique_email", lambda _email: True
    )
    assert browser.sign_in("google", "alice-sub").status_code == 409
    assert living(idp, "google") == []


def test_what_the_provider_does_not_take_back_is_no_error(
    browser: Browser, idp: OpenIdStandIn, settings: Any
) -> None:
    settings.GOOGLE_REVOKE_URL = "http://127.0.0.1:9/revoke"
    with idp.google.oddly(Oddity.UNVERIFIED_EMAIL):
        assert browser.sign_in("google", "alice-sub").status_code == 403


def test_who_comes_in_gives_nothing_back(browser: Browser, idp: OpenIdStandIn) -> None:
    browser.sign_in("google", "alice-sub")
    browser.connect("apple", "alice-sub")
    browser.sign_in("apple", "alice-sub")
    assert [*idp.google.revoked, *idp.apple.revoked] == []


@BOTH
def test_who_is_leaving_gets_no_new_token(
    browser: Browser, idp: OpenIdStandIn, provider: str
) -> None:
    browser.sign_in(provider, "alice-sub")
    kept = ProviderToken.objects.get().token
    leave(User.objects.get())
    idp.google.ledger.consented.clear()  # so that Google gives a refresh token again
    Browser().sign_in(provider, "alice-sub")
    assert ProviderToken.objects.get().token == kept
    assert living(idp, provider) in ([], [kept])


def test_none_is_revoked_twice(browser: Browser, idp: OpenIdStandIn) -> None:
    browser.sign_in("google", "alice-sub")
    leaving = leave(User.objects.get())
    receipt = departures.work_off(leaving, at=NOON)
    assert receipt is not None
    assert [end["revoked"] for end in receipt.body["receipt"]["revoked"]] == [True]
    assert len(idp.google.revoked) == 1
