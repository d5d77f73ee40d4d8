"""A sign-in that comes to nothing, or comes while its person leaves, leaves no grant behind."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from allauth.socialaccount.models import SocialAccount
from kombu.exceptions import OperationalError

from accounts import tasks
from accounts.models import ProviderToken, User
from accounts.privacy import deletion, departures
from accounts.tests.browser import Browser
from tests.clock import NOON
from tests.stand_ins.openid import Oddity, OpenIdStandIn

BOTH = pytest.mark.parametrize("provider", ["google", "apple"])


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a worker is asked to give back."""
    found: list[str] = []
    monkeypatch.setattr(tasks.give_back, "apply_async", lambda args, **_more: found.append(args[0]))
    return found


def living(idp: OpenIdStandIn, provider: str) -> list[str]:
    return list(getattr(idp, provider).ledger.refresh)


def leave(user: User) -> Any:
    return departures.ask(user.pk, receipt_id=uuid4(), locale="en", at=NOON)


@BOTH
def test_a_refused_sign_in_is_given_back_by_a_worker(
    browser: Browser, idp: OpenIdStandIn, queued: list[str], provider: str
) -> None:
    User.objects.create_user("alice@example.com", last_login=NOON)
    assert browser.sign_in(provider, "alice-sub").status_code == 409
    assert living(idp, provider)
    assert not [token for token in living(idp, provider) if token in "".join(queued)]
    (sealed,) = queued
    assert tasks.give_back(sealed)
    assert living(idp, provider) == []


def test_an_unverified_address_is_given_back(
    browser: Browser, idp: OpenIdStandIn, queued: list[str]
) -> None:
    with idp.google.oddly(Oddity.UNVERIFIED_EMAIL):
        assert browser.sign_in("google", "alice-sub").status_code == 403
    assert [tasks.give_back(sealed) for sealed in queued] == [True]
    assert living(idp, "google") == []


def test_a_way_in_for_nobody_is_given_back(
    browser: Browser, idp: OpenIdStandIn, queued: list[str]
) -> None:
    browser.connect("google", "alice-sub")
    assert not SocialAccount.objects.exists()
    assert [tasks.give_back(sealed) for sealed in queued] == [True]
    assert living(idp, "google") == []


def test_an_account_that_was_made_a_moment_before_is_given_back(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, idp: OpenIdStandIn, queued: list[str]
) -> None:
    User.objects.create_user("alice@example.com")
    monkeypatch.setattr("accounts.sign_in.adapter.filter_users_by_email", lambda _email: [])
    monkeypatch.setattr(
        "allauth.socialaccount.internal.flows.signup.assess_unique_email", lambda _email: True
    )
    assert browser.sign_in("google", "alice-sub").status_code == 409
    assert [tasks.give_back(sealed) for sealed in queued] == [True]
    assert living(idp, "google") == []


def test_without_a_broker_the_page_is_the_same(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, idp: OpenIdStandIn
) -> None:
    def away(_args: Any, **_more: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(tasks.give_back, "apply_async", away)
    User.objects.create_user("alice@example.com", last_login=NOON)
    assert browser.sign_in("google", "alice-sub").status_code == 409


def test_what_the_provider_does_not_take_back_is_no_error(
    browser: Browser, idp: OpenIdStandIn, queued: list[str]
) -> None:
    with idp.google.oddly(Oddity.UNVERIFIED_EMAIL):
        browser.sign_in("google", "alice-sub")
    assert tasks.give_back(queued[0])
    assert not tasks.give_back(queued[0])


def test_who_comes_in_gives_nothing_back(browser: Browser, queued: list[str]) -> None:
    browser.sign_in("google", "alice-sub")
    browser.connect("apple", "alice-sub")
    browser.sign_in("apple", "alice-sub")
    assert queued == []


@BOTH
def test_who_is_leaving_gets_no_new_token(
    browser: Browser, idp: OpenIdStandIn, queued: list[str], provider: str
) -> None:
    browser.sign_in(provider, "alice-sub")
    kept = ProviderToken.objects.get().token
    leave(User.objects.get())
    idp.google.ledger.consented.clear()  # so that Google gives a refresh token again
    Browser().sign_in(provider, "alice-sub")
    assert ProviderToken.objects.get().token == kept
    assert [tasks.give_back(sealed) for sealed in queued] == [True]


def test_a_token_that_came_after_the_others_were_revoked_is_revoked_too(
    browser: Browser, idp: OpenIdStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.sign_in("apple", "alice-sub")
    user = User.objects.get()
    first = ProviderToken.objects.get().token
    leaving = leave(user)
    with monkeypatch.context() as patch:
        patch.setattr(deletion, "erase_everything", lambda *_args, **_more: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            departures.work_off(leaving, at=NOON)
    assert idp.apple.revoked == [first]
    User.objects.update(is_active=True)  # whoever kept it did so without looking
    Browser().sign_in("apple", "alice-sub")
    second = ProviderToken.objects.get().token
    assert second != first
    receipt = departures.work_off(leaving, at=NOON + departures.LEASE)
    assert idp.apple.revoked == [first, second]
    assert receipt is not None
    assert [end["revoked"] for end in receipt.body["receipt"]["revoked"]] == [True, True]


def test_none_is_revoked_twice(browser: Browser, idp: OpenIdStandIn) -> None:
    browser.sign_in("google", "alice-sub")
    leaving = leave(User.objects.get())
    receipt = departures.work_off(leaving, at=NOON)
    assert receipt is not None
    assert [end["revoked"] for end in receipt.body["receipt"]["revoked"]] == [True]
    assert len(idp.google.revoked) == 1
