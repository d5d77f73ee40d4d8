"""What Google's own client makes of the stand-in's errors and faults."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import IncompleteRead
from typing import Any

import pytest
from googleapiclient.errors import HttpError

from . import google_calendar
from .google_calendar import FaultKind, GoogleCalendarStandIn
from .google_calendar.scopes import FREE_BUSY, PREFIX
from .google_client import client, items, pages, reason_of
from .openid.visitor import get

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
EVENTS = "/calendar/v3/calendars/primary/events"


@pytest.fixture
def google() -> Iterator[GoogleCalendarStandIn]:
    with google_calendar.running() as started:
        yield started


@pytest.fixture
def api(google: GoogleCalendarStandIn) -> Any:
    return client(google)


def refused(api: Any, **asked: Any) -> HttpError:
    with pytest.raises(HttpError) as caught:
        pages(api, **asked)
    return caught.value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timeMin", "2026-03-02T00:00:00Z"),
        ("timeMax", "2026-03-02T00:00:00Z"),
        ("updatedMin", "2026-03-02T00:00:00Z"),
        ("orderBy", "updated"),
        ("q", "lunch"),
        ("iCalUID", "x@google.com"),
        ("privateExtendedProperty", "a=b"),
        ("sharedExtendedProperty", "a=b"),
        ("showDeleted", False),
    ],
)
def test_a_sync_token_goes_with_no_filter(api: Any, name: str, value: Any) -> None:
    token = pages(api)[-1]["nextSyncToken"]
    failure = refused(api, syncToken=token, **{name: value})
    assert failure.status_code == 400
    assert failure.error_details[0]["location"] == name


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"maxResults": 0}, "invalid"),
        ({"timeMin": "2026-03-02T00:00:00"}, "badRequest"),
        ({"timeMin": "yesterday"}, "badRequest"),
        ({"timeMin": "2026-03-02T00:00:00Z", "timeMax": "2026-03-02T00:00:00Z"}, "timeRangeEmpty"),
        ({"orderBy": "startTime"}, "invalid"),
        ({"timeZone": "Europe/Atlantis"}, "invalid"),
        ({"fields": "items(id,titel)"}, "invalidParameter"),
        ({"fields": "items(id"}, "invalidParameter"),
        ({"fields": "items/"}, "invalidParameter"),
        ({"fields": ""}, "invalidParameter"),
        ({"fields": "items id"}, "invalidParameter"),
        ({"pageToken": "made-up"}, "invalid"),
        ({"syncToken": "made-up"}, "invalid"),
    ],
)
def test_what_makes_no_sense_is_refused(api: Any, asked: dict[str, Any], reason: str) -> None:
    failure = refused(api, **asked)
    assert (failure.status_code, reason_of(failure)) == (400, reason)


def test_what_the_client_would_not_send_is_refused_too(google: GoogleCalendarStandIn) -> None:
    headers = {"Authorization": f"Bearer {google.grant()['access_token']}"}
    for query in ("eventTypes=party", "maxresults=5", "singleEvents=yes", "alt=media"):
        answer = get(f"{google.url}{EVENTS}?{query}", headers=headers)
        assert answer.status_code == 400
        assert answer.json()["error"]["errors"][0]["location"] == query.split("=")[0]


def test_what_the_stand_in_lacks_is_no_silent_success(api: Any) -> None:
    assert refused(api, q="lunch").status_code == 501
    assert refused(api, maxAttendees=1).status_code == 501


def test_tokens_that_expired_ask_for_all_anew(google: GoogleCalendarStandIn, api: Any) -> None:
    google.alice.add_event("Lunch", NOON)
    token = pages(api)[-1]["nextSyncToken"]
    google.alice.expire_sync_tokens()
    failure = refused(api, syncToken=token)
    assert (failure.status_code, reason_of(failure)) == (410, "fullSyncRequired")
    fresh = pages(api)[-1]["nextSyncToken"]
    assert items(api, syncToken=fresh) == []


def test_a_change_of_what_one_may_see_ends_the_tokens(
    google: GoogleCalendarStandIn, api: Any
) -> None:
    token = pages(api)[-1]["nextSyncToken"]
    google.alice.set_role("reader")
    assert reason_of(refused(api, syncToken=token)) == "fullSyncRequired"


def test_a_sync_token_is_good_for_its_owner_and_its_parameters(
    google: GoogleCalendarStandIn, api: Any
) -> None:
    token = pages(api, singleEvents=True)[-1]["nextSyncToken"]
    assert refused(api, syncToken=token).status_code == 400
    bobs = client(google, google.grant(google.add_person("bob@example.org"))["access_token"])
    assert refused(bobs, syncToken=token, singleEvents=True).status_code == 400


def test_a_page_token_is_good_for_its_question(google: GoogleCalendarStandIn, api: Any) -> None:
    google.alice.add_events(2, NOON)
    token = api.events().list(calendarId="primary", maxResults=1).execute()["nextPageToken"]
    failure = refused(api, pageToken=token, singleEvents=True)
    assert (failure.status_code, reason_of(failure)) == (400, "invalid")


def test_a_token_of_nobody_and_one_that_is_over(google: GoogleCalendarStandIn) -> None:
    token = google.grant()["access_token"]
    google.clock.advance(seconds=3600)
    for dead in (token, "made-up"):
        answer = get(f"{google.url}{EVENTS}", headers={"Authorization": f"Bearer {dead}"})
        assert answer.status_code == 401
        (error,) = answer.json()["error"]["errors"]
        assert (error["reason"], error["location"]) == ("authError", "Authorization")


def test_a_scope_that_reads_no_events(google: GoogleCalendarStandIn) -> None:
    token = google.grant(scopes=(f"{PREFIX}calendar.settings.readonly",))["access_token"]
    failure = refused(client(google, token))
    assert (failure.status_code, reason_of(failure)) == (403, "insufficientPermissions")


def test_scopes_of_events_do_not_describe_the_calendar(
    google: GoogleCalendarStandIn, api: Any
) -> None:
    with pytest.raises(HttpError) as caught:
        api.calendars().get(calendarId="primary").execute()
    assert reason_of(caught.value) == "insufficientPermissions"
    token = google.grant(scopes=(f"{PREFIX}calendar.readonly",))["access_token"]
    described = client(google, token).calendars().get(calendarId="primary").execute()
    assert (described["id"], described["timeZone"]) == ("alice@example.org", "UTC")


def test_a_scope_of_own_events_reads_no_calendar_of_others(google: GoogleCalendarStandIn) -> None:
    google.alice.add_event("Lunch", NOON)
    own = google.grant(scopes=(f"{PREFIX}calendar.events.owned.readonly",))["access_token"]
    assert len(items(client(google, own))) == 1
    google.alice.set_role("reader")
    assert refused(client(google, own)).status_code == 403


def test_a_scope_of_busy_times_hides_titles(google: GoogleCalendarStandIn) -> None:
    google.alice.add_event("Doctor", NOON)
    token = google.grant(scopes=(FREE_BUSY,))["access_token"]
    (event,) = items(client(google, token))
    assert "summary" not in event
    assert event["start"]["dateTime"] == "2026-03-02T12:00:00+00:00"


def test_other_calendars_are_not_there(google: GoogleCalendarStandIn, api: Any) -> None:
    google.add_person("bob@example.org")
    for name in ("bob@example.org", "nobody@example.org"):
        with pytest.raises(HttpError) as caught:
            api.events().list(calendarId=name).execute()
        assert (caught.value.status_code, reason_of(caught.value)) == (404, "notFound")
    assert api.events().list(calendarId="alice@example.org").execute()["items"] == []


@pytest.mark.parametrize(
    ("kind", "status", "reason"),
    [
        (FaultKind.RATE_LIMITED, 403, "rateLimitExceeded"),
        (FaultKind.USER_RATE_LIMITED, 403, "userRateLimitExceeded"),
        (FaultKind.TOO_MANY, 429, "rateLimitExceeded"),
        (FaultKind.SERVER_ERROR, 500, "backendError"),
    ],
)
def test_faults_last_as_often_as_said(
    google: GoogleCalendarStandIn, api: Any, kind: FaultKind, status: int, reason: str
) -> None:
    google.faults.add(kind, EVENTS, times=2)
    for _ in range(2):
        failure = refused(api)
        assert (failure.status_code, reason_of(failure)) == (status, reason)
    assert items(api) == []


def test_the_client_waits_and_asks_again(google: GoogleCalendarStandIn, api: Any) -> None:
    waited: list[float] = []
    google.faults.add(FaultKind.USER_RATE_LIMITED, EVENTS)
    request = api.events().list(calendarId="primary")
    request._sleep = waited.append
    assert request.execute(num_retries=1)["items"] == []
    assert len(waited) == 1


def test_a_full_sync_is_required_of_tokens_only(google: GoogleCalendarStandIn, api: Any) -> None:
    google.faults.add(FaultKind.FULL_SYNC)
    token = pages(api)[-1]["nextSyncToken"]
    assert reason_of(refused(api, syncToken=token)) == "fullSyncRequired"
    assert items(api, syncToken=token) == []


def test_a_connection_that_is_cut_and_garbage(google: GoogleCalendarStandIn, api: Any) -> None:
    google.faults.add(FaultKind.CUT, EVENTS)
    with pytest.raises(IncompleteRead):
        items(api)
    google.faults.add(FaultKind.GARBAGE, EVENTS)
    garbage = api.events().list(calendarId="primary").execute()
    assert "We will be right back" in garbage
    assert items(api) == []
