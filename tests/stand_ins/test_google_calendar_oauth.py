"""The stand-in's OAuth: consent, codes, refresh tokens, and the ways in which a grant ends."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from google.auth.exceptions import RefreshError

from . import google_calendar
from .google_calendar import GoogleCalendarStandIn
from .google_calendar.oauth import MOST_REFRESH
from .google_calendar.scopes import EMAIL, EVENTS_READONLY, PREFIX
from .google_client import client, items, refreshed
from .openid.visitor import get, post

BACK = "http://testserver/connect/back?from=google"
SETTINGS = f"{PREFIX}calendar.settings.readonly"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode()[:-1]
PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}


@pytest.fixture
def google() -> Iterator[GoogleCalendarStandIn]:
    with google_calendar.running() as started:
        yield started


def question(google: GoogleCalendarStandIn, **changes: str) -> str:
    asked = {
        "client_id": google.client_id,
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": EVENTS_READONLY,
        "state": "s t/a?te",
        "access_type": "offline",
        **changes,
    }
    return f"{google.authorize_url}?{urlencode(asked)}"


def params(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def exchange(google: GoogleCalendarStandIn, **form: str) -> httpx.Response:
    asked = {
        "client_id": google.client_id,
        "client_secret": google.client_secret,
        "grant_type": "authorization_code",
        "redirect_uri": BACK,
        **form,
    }
    return post(google.token_url, data=asked)


def tokens(google: GoogleCalendarStandIn, **changes: str) -> dict[str, Any]:
    code = params(google_calendar.allow(question(google, **changes)))["code"]
    answer: dict[str, Any] = exchange(google, code=code).raise_for_status().json()
    return answer


def error_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


def test_a_code_with_its_verifier_gives_tokens_that_read_events(
    google: GoogleCalendarStandIn,
) -> None:
    back = google_calendar.allow(question(google, **PKCE))
    said = params(back)
    assert back.startswith(f"{BACK}&")
    assert (said["state"], said["scope"], said["from"]) == ("s t/a?te", EVENTS_READONLY, "google")
    answer = exchange(google, code=said["code"], code_verifier=VERIFIER).json()
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3599)
    assert answer["scope"] == EVENTS_READONLY
    assert items(client(google, answer["access_token"])) == []
    assert items(client(google, refreshed(google, answer["refresh_token"]))) == []


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"code_verifier": "w" * 64}, (400, "invalid_grant")),
        ({}, (400, "invalid_grant")),
        ({"code_verifier": VERIFIER, "redirect_uri": BACK[:-1]}, (400, "redirect_uri_mismatch")),
        ({"code_verifier": VERIFIER, "client_secret": "x"}, (401, "invalid_client")),
        ({"code_verifier": VERIFIER, "client_id": "x"}, (401, "invalid_client")),
        ({"code_verifier": VERIFIER, "grant_type": "password"}, (400, "unsupported_grant_type")),
    ],
)
def test_a_code_is_not_for_everybody(
    google: GoogleCalendarStandIn, form: dict[str, str], error: tuple[int, str]
) -> None:
    code = params(google_calendar.allow(question(google, **PKCE)))["code"]
    assert error_of(exchange(google, code=code, **form)) == error


def test_a_code_is_good_once_and_not_for_long(google: GoogleCalendarStandIn) -> None:
    code = params(google_calendar.allow(question(google)))["code"]
    assert exchange(google, code=code).status_code == 200
    assert error_of(exchange(google, code=code)) == (400, "invalid_grant")
    late = params(google_calendar.allow(question(google)))["code"]
    google.clock.advance(seconds=601)
    assert error_of(exchange(google, code=late)) == (400, "invalid_grant")


def test_a_refresh_token_comes_with_the_first_consent_or_when_asked_for(
    google: GoogleCalendarStandIn,
) -> None:
    assert "refresh_token" in tokens(google)
    assert "refresh_token" not in tokens(google)
    assert "refresh_token" in tokens(google, prompt="consent")
    assert "refresh_token" not in tokens(google, prompt="consent", access_type="online")


def test_a_refresh_token_is_not_rotated(google: GoogleCalendarStandIn) -> None:
    held = google.grant()["refresh_token"]
    first, second = refreshed(google, held), refreshed(google, held)
    assert first != second
    answer = exchange(google, grant_type="refresh_token", refresh_token=held).json()
    assert "refresh_token" not in answer


def test_of_too_many_refresh_tokens_the_oldest_dies(google: GoogleCalendarStandIn) -> None:
    held = [google.grant()["refresh_token"] for _ in range(MOST_REFRESH + 1)]
    with pytest.raises(RefreshError, match="invalid_grant"):
        refreshed(google, held[0])
    assert refreshed(google, held[1])
    assert refreshed(google, held[-1])


def test_what_is_unticked_is_not_granted(google: GoogleCalendarStandIn) -> None:
    both = f"openid {EVENTS_READONLY} {SETTINGS}"
    said = params(google_calendar.allow(question(google, scope=both), untick={EVENTS_READONLY}))
    answer = exchange(google, code=said["code"]).json()
    assert set(answer["scope"].split()) == {"openid", SETTINGS}
    assert google.authority.consented("alice@example.org") == {"openid", SETTINGS}


def test_who_unticks_all_has_denied(google: GoogleCalendarStandIn) -> None:
    back = google_calendar.allow(question(google), untick={EVENTS_READONLY})
    assert params(back)["error"] == "access_denied"
    denied = params(google_calendar.deny(question(google)))
    assert (denied["error"], denied["state"]) == ("access_denied", "s t/a?te")
    assert "code" not in denied


def test_scopes_that_were_granted_before_come_along_when_asked_for(
    google: GoogleCalendarStandIn,
) -> None:
    tokens(google, scope=SETTINGS)
    assert tokens(google)["scope"] == EVENTS_READONLY
    together = tokens(google, include_granted_scopes="true")["scope"]
    assert set(together.split()) == {SETTINGS, EVENTS_READONLY}


def test_the_person_chooses_the_account(google: GoogleCalendarStandIn) -> None:
    bob = google.add_person("bob@example.org")
    bob.add_event("Dinner", google.clock.now())
    code = params(google_calendar.allow(question(google), person="bob@example.org"))["code"]
    token = exchange(google, code=code).json()["access_token"]
    assert [item["summary"] for item in items(client(google, token))] == ["Dinner"]


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ({"client_id": "somebody"}, "invalid_client"),
        ({"redirect_uri": "https://evil.example/back"}, "redirect_uri_mismatch"),
        ({"scope": f"{PREFIX}calendar.everything"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": "x", "code_challenge_method": "plain"}, "invalid_request"),
        ({"access_type": "forever"}, "invalid_request"),
        ({"prompt": "please"}, "invalid_request"),
        ({"include_granted_scopes": "1"}, "invalid_request"),
    ],
)
def test_a_wrong_question_is_shown_and_not_sent_back(
    google: GoogleCalendarStandIn, change: dict[str, str], shown: str
) -> None:
    for answer in (get(question(google, **change)), post(question(google, **change))):
        assert answer.status_code == 400
        assert shown in answer.text
        assert "location" not in answer.headers


def test_nothing_of_the_question_becomes_markup(google: GoogleCalendarStandIn) -> None:
    page = get(question(google, state='"><script>alert(1)</script>'))
    assert page.status_code == 200
    assert "<script>" not in page.text


@pytest.mark.parametrize("name", ["access_token", "refresh_token"])
def test_giving_back_either_token_ends_the_grant(google: GoogleCalendarStandIn, name: str) -> None:
    held, other = google.grant(), google.grant()
    bobs = google.grant(google.add_person("bob@example.org"))
    assert post(google.revoke_url, data={"token": held[name]}).status_code == 200
    assert google.authority.revoked == [held[name]]
    for dead in (held, other):
        with pytest.raises(RefreshError, match="invalid_grant"):
            refreshed(google, dead["refresh_token"])
        asked = {"Authorization": f"Bearer {dead['access_token']}"}
        events = f"{google.url}/calendar/v3/calendars/primary/events"
        assert get(events, headers=asked).status_code == 401
    assert refreshed(google, bobs["refresh_token"])
    again = post(google.revoke_url, data={"token": held[name]})
    assert error_of(again) == (400, "invalid_token")
    assert "refresh_token" in tokens(google)


def test_the_person_takes_the_grant_back(google: GoogleCalendarStandIn) -> None:
    held = google.grant()
    google.revoke_grant()
    answer = exchange(google, grant_type="refresh_token", refresh_token=held["refresh_token"])
    assert error_of(answer) == (400, "invalid_grant")


def user(google: GoogleCalendarStandIn, token: str) -> httpx.Response:
    return get(google.user_url, headers={"Authorization": f"Bearer {token}"})


def test_whose_a_token_is_is_told_as_far_as_it_was_asked_for(
    google: GoogleCalendarStandIn,
) -> None:
    granted = tokens(google, scope=f"openid email {EVENTS_READONLY}")
    assert set(granted["scope"].split()) == {"openid", EMAIL, EVENTS_READONLY}
    told = user(google, granted["access_token"]).json()
    assert (told["email"], told["email_verified"]) == ("alice@example.org", True)
    assert (len(told["sub"]), told["sub"].isdigit()) == (21, True)
    alone = user(google, tokens(google, scope="openid")["access_token"]).json()
    assert alone == {"sub": told["sub"]}
    bobs = google.grant(google.add_person("bob@example.org"), ("openid",))
    assert user(google, bobs["access_token"]).json()["sub"] != told["sub"]


def test_who_did_not_sign_in_is_nobody(google: GoogleCalendarStandIn) -> None:
    for token in ("ya29.nonsense", google.grant()["access_token"]):
        assert error_of(user(google, token)) == (401, "invalid_request")
