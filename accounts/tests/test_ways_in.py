"""The page of ways to sign in: what it shows, and what removing one ends."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.db import connection
from django.urls import reverse

from accounts.models import ProviderToken, Session, User
from accounts.tests.browser import Browser
from tests.stand_ins.openid import OpenIdStandIn

PAGE = "socialaccount_connections"


def test_removing_a_way_in_gives_its_token_back(browser: Browser, idp: OpenIdStandIn) -> None:
    browser.sign_in("google", "alice-sub")
    browser.connect("apple", "alice-sub")
    apple = ProviderToken.objects.get(provider="apple")
    account = SocialAccount.objects.get(provider="apple")
    browser.post(reverse("socialaccount_connections"), {"account": account.pk})
    assert idp.apple.revoked == [apple.token]
    assert not ProviderToken.objects.filter(provider="apple").exists()
    assert SocialAccount.objects.get().provider == "google"


def test_the_last_way_in_cannot_be_removed(browser: Browser, idp: OpenIdStandIn) -> None:
    browser.sign_in("google", "alice-sub")
    account = SocialAccount.objects.get()
    page = browser.post(reverse("socialaccount_connections"), {"account": account.pk})
    assert "only way to sign in" in page.content.decode()
    assert SocialAccount.objects.exists()
    assert idp.google.revoked == []


def test_bob_cannot_remove_a_way_in_of_alice(browser: Browser, other_browser: Browser) -> None:
    browser.sign_in("google", "alice-sub")
    browser.connect("apple", "alice-sub")
    other_browser.sign_in("google", "bob-sub")
    other_browser.connect("apple", "bob-sub")
    hers = SocialAccount.objects.get(provider="apple", uid="alice-sub")
    other_browser.post(reverse("socialaccount_connections"), {"account": hers.pk})
    assert SocialAccount.objects.filter(pk=hers.pk).exists()


def test_the_page_of_ways_in_shows_what_there_is_and_what_can_be_added(browser: Browser) -> None:
    browser.sign_in("google", "alice-sub")
    page = browser.get(reverse("socialaccount_connections")).content.decode()
    assert "alice@example.com" in page
    assert "Add Apple" in page
    assert "Add Google" not in page


def remove(browser: Browser, provider: str, **extra: Any) -> Any:
    account = SocialAccount.objects.get(provider=provider)
    return browser.post(reverse(PAGE), {"account": account.pk}, **extra)


def forget_provider(settings: Any, provider: str) -> None:
    known = settings.SOCIALACCOUNT_PROVIDERS
    settings.SOCIALACCOUNT_PROVIDERS = known | {provider: {**known[provider], "APPS": []}}


@pytest.fixture
def both_ways(browser: Browser) -> Browser:
    browser.sign_in("google", "alice-sub")
    browser.connect("apple", "alice-sub")
    return browser


@pytest.mark.parametrize("headers", [{}, {"X-Requested-With": "XMLHttpRequest"}])
def test_a_way_in_whose_provider_is_gone_can_be_removed(
    both_ways: Browser, settings: Any, headers: dict[str, str]
) -> None:
    forget_provider(settings, "apple")
    assert both_ways.get(reverse(PAGE), headers=headers).status_code == 200
    assert remove(both_ways, "apple", headers=headers).status_code in (200, 302)
    assert SocialAccount.objects.get().provider == "google"
    assert not ProviderToken.objects.filter(provider="apple").exists()
    page = both_ways.get(reverse(PAGE)).content.decode()
    assert "You can no longer sign in with it" in page
    assert "account.apple.com" in page


def test_a_way_in_whose_provider_is_gone_is_no_other_way_in(
    both_ways: Browser, settings: Any
) -> None:
    forget_provider(settings, "apple")
    assert "only way to sign in" in remove(both_ways, "google").content.decode()
    assert SocialAccount.objects.count() == 2


def test_the_person_is_locked_before_the_other_ways_are_counted(
    both_ways: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A removal beside this one has ended by then, and left this one the last."""

    def beside(user_id: Any) -> bool:
        assert connection.in_atomic_block
        SocialAccount.objects.filter(user_id=user_id, provider="google").delete()
        return True

    monkeypatch.setattr("accounts.sign_in.views.lock_person", beside)
    assert "only way to sign in" in remove(both_ways, "apple").content.decode()


def test_removing_a_way_in_signs_out_every_other_browser(
    both_ways: Browser, other_browser: Browser
) -> None:
    other_browser.sign_in("apple", "alice-sub")
    Browser().sign_in("google", "bob-sub")
    remove_hers = SocialAccount.objects.get(provider="apple")
    both_ways.post(reverse(PAGE), {"account": remove_hers.pk})
    assert (both_ways.who, other_browser.who) == ("alice@example.com", "")
    assert Session.objects.filter(user=User.objects.get(email="bob@example.com")).exists()
    assert "other browsers are signed out" in both_ways.get(reverse(PAGE)).content.decode()


def test_one_that_stays_signs_out_nobody(browser: Browser, other_browser: Browser) -> None:
    for each in (browser, other_browser):
        each.sign_in("google", "alice-sub")
    remove(browser, "google")
    assert other_browser.who == "alice@example.com"
