"""Whose a session is, and how all of a person's end at once."""

from __future__ import annotations

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.test import Client
from django.urls import reverse

from accounts.models import Session, User
from accounts.sessions import SessionStore
from accounts.sign_in.session_end import end_sessions
from accounts.tests.browser import Browser


def key_of(browser: Browser) -> str:
    return str(browser.client.cookies["sessionid"].value)


@pytest.mark.parametrize("provider", ["google", "apple"])
def test_a_session_knows_its_person_and_has_a_new_key(browser: Browser, provider: str) -> None:
    browser.start(provider)
    before = key_of(browser)
    assert Session.objects.get(session_key=before).user is None
    browser.sign_in(provider, "alice-sub")
    after = key_of(browser)
    assert after != before
    assert Session.objects.get(session_key=after).user == User.objects.get()
    assert not Session.objects.filter(session_key=before).exists()


def test_a_session_still_knows_its_person_after_it_was_written_to(browser: Browser) -> None:
    browser.sign_in("google", "alice-sub")
    browser.start("apple", process="connect")
    assert Session.objects.get(session_key=key_of(browser)).user == User.objects.get()


def test_signing_out_ends_this_session_only(browser: Browser, other_browser: Browser) -> None:
    for each in (browser, other_browser):
        each.sign_in("google", "alice-sub")
    assert browser.post(reverse("accounts:sign-out"))["Location"] == reverse("accounts:sign-in")
    assert (browser.who, other_browser.who) == ("", "alice@example.com")


def test_signing_out_is_not_done_by_a_link(alice_client: Client) -> None:
    assert alice_client.get(reverse("accounts:sign-out")).status_code == 405
    assert alice_client.get(reverse("accounts:sign-out-everywhere")).status_code == 405


def test_signing_out_everywhere_reaches_every_browser_at_once(
    browser: Browser, other_browser: Browser
) -> None:
    for each in (browser, other_browser):
        each.sign_in("google", "alice-sub")
    browser.post(reverse("accounts:sign-out-everywhere"))
    assert (browser.who, other_browser.who) == ("", "")
    assert not Session.objects.filter(user__isnull=False).exists()


def test_alice_signing_out_everywhere_leaves_bob_alone(
    browser: Browser, other_browser: Browser
) -> None:
    browser.sign_in("google", "alice-sub")
    other_browser.sign_in("google", "bob-sub")
    browser.post(reverse("accounts:sign-out-everywhere"))
    assert other_browser.who == "bob@example.com"


def test_all_but_this_session_can_be_ended(browser: Browser, other_browser: Browser) -> None:
    for each in (browser, other_browser):
        each.sign_in("google", "alice-sub")
    assert end_sessions(User.objects.get().pk, except_key=key_of(browser)) == 1
    assert (browser.who, other_browser.who) == ("alice@example.com", "")


def test_a_session_that_was_ended_meanwhile_cannot_come_back(browser: Browser) -> None:
    browser.sign_in("google", "alice-sub")
    running = SessionStore(key_of(browser))
    running["later"] = True
    end_sessions(User.objects.get().pk)
    with pytest.raises(UpdateError):
        running.save()
    assert browser.who == ""


def test_a_session_that_was_ended_meanwhile_gets_no_new_key(browser: Browser) -> None:
    browser.sign_in("google", "alice-sub")
    running = SessionStore(key_of(browser))
    running["later"] = True
    end_sessions(User.objects.get().pk)
    with pytest.raises(SessionInterrupted):
        running.cycle_key()
    assert not Session.objects.exists()


def test_a_session_with_a_new_key_ends_with_the_others(browser: Browser) -> None:
    """Before the request that gave it the key has ended."""
    browser.sign_in("google", "alice-sub")
    running = SessionStore(key_of(browser))
    running["later"] = True
    running.cycle_key()
    assert end_sessions(User.objects.get().pk) == 1
    with pytest.raises(UpdateError):
        running.save()


def test_the_sessions_go_with_the_account(browser: Browser) -> None:
    browser.sign_in("google", "alice-sub")
    User.objects.get().delete()
    assert browser.who == ""
    assert not Session.objects.filter(session_key=key_of(browser)).exists()


def test_another_person_at_the_same_browser_gets_nothing_of_the_first(browser: Browser) -> None:
    browser.sign_in("google", "alice-sub")
    before = key_of(browser)
    browser.sign_in("google", "bob-sub")
    assert browser.who == "bob@example.com"
    assert not Session.objects.filter(session_key=before).exists()


def test_a_changed_secret_key_ends_sessions(browser: Browser, settings: object) -> None:
    browser.sign_in("google", "alice-sub")
    settings.SECRET_KEY = "another one"  # type: ignore[attr-defined]
    assert browser.who == ""
