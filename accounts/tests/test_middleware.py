"""The person's time zone and language, from sign-up to every answer."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.middleware import PersonMiddleware
from accounts.models import Profile, User
from accounts.tests.browser import Browser


@pytest.fixture(autouse=True)
def _as_the_site_is() -> Iterator[None]:
    """A page that another test was shown may have left its language behind, as Django does."""
    with translation.override("en"):
        yield


def answer_for(user: User | AnonymousUser, *, cookie: bool = True) -> tuple[str, str, HttpResponse]:
    """Zone and language in force inside, and the answer."""
    seen: list[str] = []

    def view(_request: HttpRequest) -> HttpResponse:
        seen.extend([timezone.get_current_timezone_name(), translation.get_language()])
        return HttpResponse()

    request = RequestFactory().get("/")
    request.user = user
    if cookie:
        request.COOKIES["sessionid"] = "x"
    response = PersonMiddleware(view)(request)
    return seen[0], seen[1], response


def test_inside_it_is_the_persons_time_and_language_and_outside_it_is_not(alice: User) -> None:
    alice.profile.locale = "de"
    zone, language, response = answer_for(alice)
    assert (zone, language) == ("Europe/Berlin", "de")
    assert response["Content-Language"] == "de"
    assert (timezone.get_current_timezone_name(), translation.get_language()) == ("UTC", "en")


def test_a_view_that_raises_leaves_nothing_behind(alice: User) -> None:
    def view(_request: HttpRequest) -> HttpResponse:
        raise RuntimeError("broken")

    request = RequestFactory().get("/")
    request.user = alice
    request.COOKIES["sessionid"] = "x"
    with pytest.raises(RuntimeError, match="broken"):
        PersonMiddleware(view)(request)
    assert timezone.get_current_timezone_name() == "UTC"


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "Europe"])
def test_a_zone_that_does_not_exist_any_more_is_utc(alice: User, name: str) -> None:
    alice.profile.time_zone = name
    assert answer_for(alice)[0] == "UTC"


def test_visitors_are_answered_as_the_site_is(alice: User) -> None:
    assert answer_for(AnonymousUser())[:2] == ("UTC", "en")
    assert answer_for(alice, cookie=False)[:2] == ("UTC", "en")


def test_whoever_has_no_profile_is_answered_too(db: None) -> None:
    made = User.objects.create_superuser("root@example.com")
    found = User.objects.select_related("profile").get(pk=made.pk)
    assert answer_for(found)[0] == "UTC"


def test_a_visitor_costs_no_query_and_no_cookie(db: None) -> None:
    def view(_request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    request = RequestFactory().get("/")
    with CaptureQueriesContext(connection) as queries:
        PersonMiddleware(view)(request)
    assert len(queries) == 0


def test_a_page_for_somebody_signed_in_costs_one_query_for_knowing_them(
    alice_client: Client,
) -> None:
    with CaptureQueriesContext(connection) as queries:
        answer = alice_client.get("/accounts/login/")
    assert answer["Content-Language"] == "en"
    assert len(queries) == 1  # the session with the person and the profile


def test_the_browsers_zone_is_kept_at_sign_up(browser: Browser) -> None:
    browser.client.cookies["tz"] = "Pacific/Auckland"
    browser.sign_in("google", "alice-sub")
    profile = Profile.objects.get()
    assert (profile.zone, profile.zone_is_known) == (ZoneInfo("Pacific/Auckland"), True)


@pytest.mark.parametrize("told", ["", "Mars/Olympus", "../../etc/passwd", "x" * 5000])
def test_a_zone_that_is_none_is_not_kept(browser: Browser, told: str) -> None:
    browser.client.cookies["tz"] = told
    browser.sign_in("google", "alice-sub")
    profile = Profile.objects.get()
    assert (profile.time_zone, profile.zone_is_known) == ("UTC", False)


def test_a_zone_that_is_known_stays(browser: Browser) -> None:
    browser.client.cookies["tz"] = "Pacific/Auckland"
    browser.sign_in("google", "alice-sub")
    browser.client.cookies["tz"] = "Europe/Berlin"
    browser.sign_in("google", "alice-sub")
    assert Profile.objects.get().time_zone == "Pacific/Auckland"


def test_a_zone_that_was_unknown_is_learnt_at_a_later_sign_in(browser: Browser) -> None:
    browser.sign_in("google", "alice-sub")
    browser.client.cookies["tz"] = "Europe/Berlin"
    browser.sign_in("google", "alice-sub")
    assert Profile.objects.get().time_zone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("asked", "kept"), [("de-AT,de;q=0.9", "de"), ("en-GB", "en"), ("tlh", "en"), ("", "en")]
)
def test_the_language_of_the_first_request_is_the_accounts(
    browser: Browser, asked: str, kept: str
) -> None:
    browser.client.defaults["HTTP_ACCEPT_LANGUAGE"] = asked
    browser.sign_in("google", "alice-sub")
    assert Profile.objects.get().locale == kept
