"""Coming in by Google and Apple, through unmodified allauth."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.urls import reverse

from accounts.models import Consent, Profile, User
from accounts.tests.browser import Browser, inside
from tests.stand_ins.openid import Oddity, OpenIdStandIn, Person
from tests.stand_ins.openid.visitor import choose_at_apple, choose_at_google

BOTH = pytest.mark.parametrize("provider", ["google", "apple"])
HOME = "/"


@BOTH
def test_the_first_sign_in_makes_one_whole_account(browser: Browser, provider: str) -> None:
    answer = browser.sign_in(provider, "alice-sub")
    assert (answer.status_code, answer["Location"]) == (302, HOME)
    user = User.objects.get()
    assert (user.email, user.name, user.is_staff) == ("alice@example.com", "Alice Arden", False)
    assert browser.who == "alice@example.com"
    assert EmailAddress.objects.get().verified
    assert Profile.objects.get().user == user


@BOTH
def test_coming_again_is_the_same_account(
    browser: Browser, other_browser: Browser, provider: str
) -> None:
    browser.sign_in(provider, "alice-sub")
    other_browser.sign_in(provider, "alice-sub")
    assert browser.who == other_browser.who == "alice@example.com"
    assert User.objects.count() == SocialAccount.objects.count() == 1


def test_coming_again_keeps_the_name_that_apple_tells_only_once(browser: Browser) -> None:
    browser.sign_in("apple", "alice-sub")
    browser.sign_in("apple", "alice-sub")
    assert User.objects.get().name == "Alice Arden"


def test_signing_in_records_the_terms_and_the_privacy_page_once(browser: Browser) -> None:
    browser.sign_in("google", "alice-sub")
    browser.sign_in("google", "alice-sub")
    found = Consent.objects.values_list("key", "granted_by", "withdrawn_at").order_by("key")
    assert list(found) == [("privacy", "sign-in", None), ("terms", "sign-in", None)]
    assert all(Consent.objects.values_list("wording", flat=True))


def test_an_account_is_made_whole_or_not_at_all(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_kwargs: object) -> bool:
        raise RuntimeError("no consent")

    monkeypatch.setattr("accounts.sign_in.arrival.grant", broken)
    with pytest.raises(RuntimeError, match="no consent"):
        browser.sign_in("google", "alice-sub")
    assert not User.objects.exists()
    assert not SocialAccount.objects.exists()


@BOTH
def test_an_unverified_address_gets_a_page_and_no_account(
    browser: Browser, idp: OpenIdStandIn, provider: str
) -> None:
    with getattr(idp, provider).oddly(Oddity.UNVERIFIED_EMAIL):
        answer = browser.sign_in(provider, "alice-sub")
    assert answer.status_code == 403
    assert "Verify the address in the settings" in answer.content.decode()
    assert not User.objects.exists()
    assert not SocialAccount.objects.exists()
    assert browser.who == ""


def test_whoever_tells_no_address_gets_a_page_and_no_account(
    browser: Browser, idp: OpenIdStandIn
) -> None:
    idp.add(Person("dora-sub", "", "Dora"))
    answer = browser.sign_in("apple", "dora-sub")
    assert answer.status_code == 403
    assert "gave us no e-mail address" in answer.content.decode()
    assert not User.objects.exists()


@BOTH
def test_cancelling_is_a_calm_page(browser: Browser, provider: str) -> None:
    answer = browser.cancel(provider)
    assert answer["Location"] == reverse("socialaccount_login_cancelled")
    page = browser.get(answer["Location"])
    assert "Nothing was stored" in page.content.decode()
    assert not User.objects.exists()


def test_a_hidden_address_is_an_address(browser: Browser) -> None:
    browser.sign_in("apple", "charlie-sub")
    assert User.objects.get().email.endswith("@privaterelay.appleid.com")
    assert SocialAccount.objects.get().extra_data["is_private_email"] is True


@pytest.mark.parametrize(("first", "second"), [("google", "apple"), ("apple", "google")])
def test_the_same_address_elsewhere_is_told_how_to_add_it(
    browser: Browser, other_browser: Browser, first: str, second: str
) -> None:
    browser.sign_in(first, "alice-sub")
    answer = other_browser.sign_in(second, "alice-sub")
    words = f"Sign in with {first.title()} first, then add {second.title()} in Settings"
    assert answer.status_code == 409
    assert words in answer.content.decode()
    assert other_browser.who == ""
    assert User.objects.count() == SocialAccount.objects.count() == 1


def test_a_capital_letter_makes_no_second_account(
    browser: Browser, other_browser: Browser, idp: OpenIdStandIn
) -> None:
    browser.sign_in("google", "alice-sub")
    idp.add(Person("shouting", "ALICE@Example.com", "Alice"))
    assert other_browser.sign_in("google", "shouting").status_code == 409
    assert User.objects.count() == 1


def test_two_sign_ups_at_once_make_one_account(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    User.objects.create_user("alice@example.com")
    # Both asked before either wrote.
    monkeypatch.setattr("accounts.sign_in.adapter.filter_users_by_email", lambda _email: [])
    monkeypatch.setattr(
        "allauth.socialaccount.internal.flows.signup.assess_unique_email", lambda _email: True
    )
    assert browser.sign_in("google", "alice-sub").status_code == 409
    assert User.objects.count() == 1
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize(("first", "second"), [("google", "apple"), ("apple", "google")])
def test_who_proves_both_has_one_account_with_two_doors(
    browser: Browser, other_browser: Browser, first: str, second: str
) -> None:
    browser.sign_in(first, "alice-sub")
    answer = browser.connect(second, "alice-sub")
    assert answer["Location"] == reverse("socialaccount_connections")
    assert "Added." in browser.get(answer["Location"]).content.decode()
    other_browser.sign_in(second, "alice-sub")
    assert other_browser.who == "alice@example.com"
    assert User.objects.count() == 1


def test_alice_cannot_add_an_identity_of_bob(browser: Browser, other_browser: Browser) -> None:
    other_browser.sign_in("google", "bob-sub")
    browser.sign_in("apple", "alice-sub")
    answer = browser.connect("google", "bob-sub")
    assert "belongs to another account" in browser.get(answer["Location"]).content.decode()
    owners = {a.uid: a.user.email for a in SocialAccount.objects.select_related("user")}
    assert owners == {"bob-sub": "bob@example.com", "alice-sub": "alice@example.com"}


def test_an_unverified_identity_cannot_be_added(browser: Browser, idp: OpenIdStandIn) -> None:
    browser.sign_in("google", "alice-sub")
    with idp.apple.oddly(Oddity.UNVERIFIED_EMAIL):
        assert browser.connect("apple", "alice-sub").status_code == 403
    assert SocialAccount.objects.get().provider == "google"


def test_nothing_can_be_added_by_somebody_who_is_signed_out(browser: Browser) -> None:
    answer = browser.connect("google", "alice-sub")
    assert answer.status_code == 302
    assert not SocialAccount.objects.exists()
    assert browser.who == ""


@BOTH
def test_an_answer_to_somebody_elses_question_is_refused(
    browser: Browser, other_browser: Browser, provider: str
) -> None:
    address = other_browser.start(provider)
    if provider == "google":
        answer = browser.get(inside(choose_at_google(address, "bob-sub")))
    else:
        answer = browser.come_back_from_apple(choose_at_apple(address, "bob-sub"))
    assert answer.status_code == 401
    assert browser.who == ""
    assert not User.objects.exists()


@BOTH
@pytest.mark.parametrize(
    "oddity",
    [
        Oddity.EXPIRED_ID_TOKEN,
        Oddity.WRONG_AUDIENCE,
        Oddity.WRONG_ISSUER,
        Oddity.TOKEN_ERROR,
    ],
)
def test_a_bad_answer_of_the_provider_lets_nobody_in(
    browser: Browser, idp: OpenIdStandIn, provider: str, oddity: Oddity
) -> None:
    with getattr(idp, provider).oddly(oddity):
        answer = browser.sign_in(provider, "alice-sub")
    assert answer.status_code == 401
    assert "Start again" in answer.content.decode()
    assert not User.objects.exists()


def test_apples_signature_counts(browser: Browser, idp: OpenIdStandIn) -> None:
    with idp.apple.oddly(Oddity.WRONG_SIGNATURE):
        assert browser.sign_in("apple", "alice-sub").status_code == 401
    assert not User.objects.exists()


@BOTH
def test_a_disabled_person_stays_outside(browser: Browser, provider: str) -> None:
    browser.sign_in(provider, "alice-sub")
    User.objects.update(is_active=False)
    fresh = Browser()
    answer = fresh.sign_in(provider, "alice-sub")
    assert "account is closed" in fresh.get(answer["Location"]).content.decode()
    assert fresh.who == browser.who == ""


def test_an_account_made_by_the_operator_goes_to_who_proves_its_address(browser: Browser) -> None:
    made = User.objects.create_superuser("alice@example.com")
    browser.sign_in("google", "alice-sub")
    user = User.objects.get()
    assert (user.pk, user.is_superuser, user.name) == (made.pk, True, "Alice Arden")
    assert browser.who == "alice@example.com"
    assert Profile.objects.filter(user=user).exists()


def test_an_operators_account_is_not_given_to_an_unverified_address(
    browser: Browser, idp: OpenIdStandIn
) -> None:
    User.objects.create_superuser("alice@example.com")
    with idp.google.oddly(Oddity.UNVERIFIED_EMAIL):
        assert browser.sign_in("google", "alice-sub").status_code == 403
    assert not SocialAccount.objects.exists()


def test_google_is_asked_with_pkce_for_three_scopes_and_nothing_more(browser: Browser) -> None:
    address = browser.post(
        reverse("google_login") + "?scope=https://mail.google.com/&auth_params=prompt%3Dnone"
    )["Location"]
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert sorted(asked["scope"][0].split()) == ["email", "openid", "profile"]
    assert asked["prompt"] == ["select_account"]


def test_a_provider_is_not_started_by_a_link(browser: Browser) -> None:
    page = browser.get(reverse("google_login"))
    assert page.status_code == 200
    assert "You are going to Google" in page.content.decode()


def test_a_provider_is_no_way_to_redirect_somebody(browser: Browser) -> None:
    answer = browser.post(reverse("google_login"), {"process": "redirect", "next": "/x"})
    assert answer.status_code == 400
