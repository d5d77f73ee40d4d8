"""The page with the buttons, where it leads afterwards, the demo person, and how often."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse, reverse_lazy

from accounts.models import Consent, Profile, Session, User
from accounts.ratelimits import APPLE_POSTS, RETURNS, STARTS, Limit, client_of
from accounts.redirects import is_local
from accounts.tests.browser import Browser

SIGN_IN = "/sign-in/"
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "javascript:alert(1)",
    "http:///evil.example",
    "settings/",
    "",
]


def test_the_page_has_a_form_for_each_provider_and_the_small_print(browser: Browser) -> None:
    page = browser.get(SIGN_IN).content.decode()
    assert f'action="{reverse("google_login")}"' in page
    assert f'action="{reverse("apple_login")}"' in page
    assert page.count("csrfmiddlewaretoken") == 3
    assert reverse("accounts:terms") in page
    assert reverse("accounts:privacy") in page


def test_a_provider_without_client_id_has_no_button(browser: Browser, settings: Any) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = settings.SOCIALACCOUNT_PROVIDERS | {"apple": {"APPS": []}}
    page = browser.get(SIGN_IN).content.decode()
    assert "Continue with Google" in page
    assert "Apple" not in page


def test_without_any_provider_the_page_says_what_to_set(browser: Browser, settings: Any) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = {"apple": {"APPS": []}, "google": {"APPS": []}}
    assert "docs/self-hosting.md" in browser.get(SIGN_IN).content.decode()
    settings.OO_DEMO_SIGN_IN = False
    assert "GOOGLE_CLIENT_ID" in browser.get(SIGN_IN).content.decode()


def test_the_page_has_no_inline_script_or_style(browser: Browser) -> None:
    page = browser.get(SIGN_IN).content.decode()
    assert page.count("<script") == page.count("<script src=")
    assert "style=" not in page
    assert "<style" not in page


def test_the_button_works_only_with_the_token_of_the_form(db: None) -> None:
    strict = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    assert strict.post(reverse("google_login")).status_code == 403
    page = strict.get(SIGN_IN)
    token = page.context["csrf_token"]
    answer = strict.post(reverse("google_login"), {"csrfmiddlewaretoken": str(token)})
    assert answer.status_code == 302


def test_whoever_is_signed_in_goes_on(browser: Browser) -> None:
    browser.sign_in("google", "alice-sub")
    assert browser.get(SIGN_IN)["Location"] == "/"
    assert browser.get(f"{SIGN_IN}?next=/settings/")["Location"] == "/settings/"


@pytest.mark.parametrize("provider", ["google", "apple"])
def test_one_comes_out_where_one_wanted_to_go(browser: Browser, provider: str) -> None:
    page = browser.get(f"{SIGN_IN}?next=/settings/%3Fa%3Db").content.decode()
    assert 'name="next" value="/settings/?a=b"' in page
    answer = browser.sign_in(provider, "alice-sub", next="/settings/?a=b")
    assert answer["Location"] == "/settings/?a=b"


FROM = f"http://localhost{reverse_lazy('agents:mind')}?a=b"
NOT_SAVED = "this was not saved"


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        (FROM, "/settings/mind?a=b"),
        (f"{FROM}#situations", "/settings/mind?a=b"),
        ("https://evil.example/settings/", "/"),
        ("http://localhost//evil.example/", "/"),
        ("", "/"),
    ],
)
def test_a_form_sent_too_late_leads_back_to_its_page_and_says_so(
    browser: Browser, referer: str, back: str
) -> None:
    headers = {"Referer": referer, "Accept": "text/html"}
    answer = browser.post(reverse("agents:add-context"), {"title": "Work"}, headers=headers)
    asked = parse_qs(urlsplit(answer["Location"]).query)["next"]
    assert asked == [back]
    assert NOT_SAVED not in browser.get(answer["Location"]).content.decode()
    arrived = browser.sign_in("google", "alice-sub", next=back)["Location"]
    assert arrived == back
    page = browser.get(arrived)
    assert page.status_code == 200
    assert NOT_SAVED in page.content.decode()
    assert NOT_SAVED not in browser.get(arrived).content.decode()


def test_what_a_script_sends_too_late_is_not_spoken_of(browser: Browser) -> None:
    """The page keeps an answer that was not taken, and sends it again."""
    browser.post(reverse("tips:shown", args=[uuid4()]), headers={"Accept": "*/*"})
    browser.sign_in("google", "alice-sub")
    assert NOT_SAVED not in browser.get("/").content.decode()


@pytest.mark.parametrize("url", ELSEWHERE)
def test_nobody_is_sent_elsewhere(browser: Browser, url: str) -> None:
    assert not is_local(url)
    assert browser.sign_in("google", "alice-sub", next=url)["Location"] == "/"
    assert browser.get(SIGN_IN, query_params={"next": url})["Location"] == "/"


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/signup/",
        "/accounts/password/reset/",
        "/accounts/password/change/",
        "/accounts/email/",
        "/accounts/reauthenticate/",
        "/accounts/google/login/token/",
    ],
)
def test_there_is_no_other_door(browser: Browser, path: str) -> None:
    assert browser.get(path).status_code == 404
    assert browser.post(path).status_code == 404


def test_allauths_own_login_page_is_ours(browser: Browser) -> None:
    assert browser.get("/accounts/login/?next=/x")["Location"] == "/sign-in/?next=/x"


def test_the_demo_person_comes_in_with_one_press(browser: Browser) -> None:
    assert browser.post(reverse("accounts:demo"))["Location"] == "/"
    assert browser.who == "demo@oo.invalid"
    browser.post(reverse("accounts:demo"))
    assert User.objects.count() == Profile.objects.count() == 1
    consents = sorted(Consent.objects.values_list("key", flat=True))
    assert consents == ["calendar", "privacy", "tasks", "terms"]  # what the sample data needs, too


def test_the_demo_person_is_not_reached_by_a_link(browser: Browser) -> None:
    assert browser.get(reverse("accounts:demo")).status_code == 405
    assert not User.objects.exists()


def test_without_the_setting_there_is_no_demo_person(browser: Browser, settings: Any) -> None:
    settings.OO_DEMO_SIGN_IN = False
    assert browser.post(reverse("accounts:demo")).status_code == 404
    assert browser.get(reverse("accounts:demo")).status_code == 404
    assert reverse("accounts:demo") not in browser.get(SIGN_IN).content.decode()
    assert not User.objects.exists()


def test_too_many_starts_are_told_when_to_come_back(browser: Browser) -> None:
    for _ in range(STARTS.most):
        browser.start("google")
    answer = browser.post(reverse("apple_login"))
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= STARTS.window_s
    assert "Try again in" in answer.content.decode()


@pytest.mark.parametrize("provider", ["google", "apple"])
def test_answers_of_providers_are_limited_although_they_are_gets(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, provider: str
) -> None:
    browser.start(provider)
    (state,) = browser.client.session["socialaccount_states"]
    monkeypatch.setattr("accounts.ratelimits.Limit.wait_s", lambda *_args, **_kw: 7)
    name = {"google": "google_callback", "apple": "apple_finish_callback"}[provider]
    answer = browser.get(reverse(name), query_params={"state": state})
    assert (answer.status_code, answer["Retry-After"]) == (429, "7")


@pytest.mark.parametrize("name", ["google_login", "apple_login", "accounts:demo",
                                  "google_callback", "apple_finish_callback"])  # fmt: skip
def test_images_of_another_page_lock_nobody_out(
    browser: Browser, other_browser: Browser, name: str
) -> None:
    browser.start("google")
    for n in range(RETURNS.most + 1):
        query = {"state": f"made-up-{n}", "code": "x"} if "callback" in name else {}
        assert browser.get(reverse(name), query_params=query).status_code in (200, 401, 405)
    assert other_browser.sign_in("apple", "alice-sub").status_code == 302
    assert other_browser.who == "alice@example.com"


def test_posts_that_another_page_makes_lock_nobody_out_and_keep_little(
    browser: Browser, other_browser: Browser
) -> None:
    """As if they came from Apple: whoever really does comes in, without a name at worst."""
    for _ in range(APPLE_POSTS.most + 5):
        assert browser.post(reverse("apple_callback"), {"state": "s", "code": "c"})["Location"]
    assert Session.objects.count() == APPLE_POSTS.most
    assert other_browser.sign_in("apple", "alice-sub").status_code == 302
    assert (other_browser.who, User.objects.get().name) == ("alice@example.com", "")


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("::ffff:203.0.113.5", "203.0.113.5"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::"),
    ],
)
def test_whose_share_it_is(rf: RequestFactory, address: str, client: str) -> None:
    assert client_of(rf.get("/", REMOTE_ADDR=address)) == client


def test_each_address_has_its_own_share_behind_a_trusted_proxy(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("allauth.app_settings.TRUSTED_PROXY_COUNT", 1)

    def knock(forwarded: str) -> int:
        headers = {"X-Forwarded-For": forwarded}
        return int(browser.post(reverse("google_login"), headers=headers).status_code)

    for _ in range(STARTS.most):
        assert knock("198.51.100.1, 203.0.113.5") == 302
    assert knock("192.0.2.77, 203.0.113.5") == 429  # the part that the client made up
    assert knock("203.0.113.6") == 302


def test_a_limit_ends_with_its_window() -> None:
    limit = Limit("test", most=1, window_s=60)
    at = datetime(2026, 11, 22, 12, 0, 45, tzinfo=UTC)
    assert limit.wait_s("a", at=at) == 0
    assert limit.wait_s("a", at=at) == 15
    assert limit.wait_s("b", at=at) == 0
    assert limit.wait_s("a", at=at.replace(minute=1)) == 0
