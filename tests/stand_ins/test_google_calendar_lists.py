"""Google's own client reads the stand-in's events: whole, in pages, unrolled, and what changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from . import google_calendar
from .google_calendar import GoogleCalendarStandIn
from .google_client import Json, client, items, pages

MONDAY = date(2026, 3, 2)
WEEKLY = "RRULE:FREQ=WEEKLY;COUNT=4"


def at(hour: int, day: int = 0) -> datetime:
    return datetime(2026, 3, 2, hour, tzinfo=UTC) + timedelta(days=day)


@pytest.fixture
def google() -> Iterator[GoogleCalendarStandIn]:
    with google_calendar.running() as started:
        yield started


@pytest.fixture
def api(google: GoogleCalendarStandIn) -> Any:
    return client(google)


def titles(found: list[Json]) -> list[str]:
    return [item["summary"] for item in found]


def sync_token(api: Any, **asked: Any) -> str:
    return str(pages(api, **asked)[-1]["nextSyncToken"])


def test_an_event_has_what_was_entered(google: GoogleCalendarStandIn, api: Any) -> None:
    google.alice.add_event("Lunch", at(12), at(13), transparency="transparent", location="Inn")
    google.alice.add_event("Trip", MONDAY, MONDAY + timedelta(days=2))
    lunch, trip = items(api)
    assert (lunch["summary"], lunch["status"], lunch["location"]) == ("Lunch", "confirmed", "Inn")
    assert lunch["start"] == {"dateTime": "2026-03-02T12:00:00+00:00", "timeZone": "UTC"}
    assert (lunch["transparency"], lunch["organizer"]["self"]) == ("transparent", True)
    assert (trip["start"], trip["end"]) == ({"date": "2026-03-02"}, {"date": "2026-03-04"})


def test_pages_of_250_and_a_sync_token_on_the_last_alone(
    google: GoogleCalendarStandIn, api: Any
) -> None:
    ids = google.alice.add_events(501, at(0))
    found = pages(api)
    assert [len(page["items"]) for page in found] == [250, 250, 1]
    assert ["nextSyncToken" in page for page in found] == [False, False, True]
    assert ["nextPageToken" in page for page in found] == [True, True, False]
    assert [item["id"] for page in found for item in page["items"]] == ids


def test_no_page_is_larger_than_2500(google: GoogleCalendarStandIn, api: Any) -> None:
    google.alice.add_events(2501, at(0))
    assert [len(page["items"]) for page in pages(api, maxResults=9999)] == [2500, 1]


def test_a_page_may_be_empty_with_more_behind_it(google: GoogleCalendarStandIn, api: Any) -> None:
    google.alice.add_event("Lunch", at(12))
    google.alice.has_empty_pages = True
    assert [titles(page["items"]) for page in pages(api)] == [[], ["Lunch"]]


def test_what_changes_between_two_pages_comes_in_the_next_increment(
    google: GoogleCalendarStandIn, api: Any
) -> None:
    first, second = google.alice.add_events(2, at(9))
    request = api.events().list(calendarId="primary", maxResults=1)
    page = request.execute()
    google.alice.update(second, summary="Renamed")
    last = api.events().list_next(request, page).execute()
    assert titles([*page["items"], *last["items"]]) == ["Event 1", "Event 2"]
    assert titles(items(api, syncToken=last["nextSyncToken"])) == ["Renamed"]
    assert first == page["items"][0]["id"]


def test_the_window_excludes_what_ends_at_its_begin_and_begins_at_its_end(
    google: GoogleCalendarStandIn, api: Any
) -> None:
    for title, hour in (("before", 8), ("first", 9), ("last", 10), ("after", 11)):
        google.alice.add_event(title, at(hour))
    window = {"timeMin": "2026-03-02T09:00:00Z", "timeMax": "2026-03-02T12:00:00+01:00"}
    assert titles(items(api, **window)) == ["first", "last"]


def test_a_series_is_one_event_or_its_instances(google: GoogleCalendarStandIn, api: Any) -> None:
    series = google.alice.add_event("Choir", at(19), recurrence=WEEKLY)
    assert [item["recurrence"] for item in items(api)] == [[WEEKLY]]
    found = items(api, singleEvents=True, orderBy="startTime", timeMin="2026-03-05T00:00:00Z")
    assert [item["id"] for item in found] == [
        f"{series}_20260309T190000Z",
        f"{series}_20260316T190000Z",
        f"{series}_20260323T190000Z",
    ]
    assert {item["recurringEventId"] for item in found} == {series}
    assert found[0]["originalStartTime"] == found[0]["start"]
    assert all("recurrence" not in item for item in found)


def test_a_series_keeps_its_hour_when_the_clocks_change() -> None:
    with google_calendar.running(timezone="Europe/Vienna") as google:
        google.alice.add_event(
            "Run", datetime(2026, 3, 28, 7), recurrence="RRULE:FREQ=DAILY;COUNT=2"
        )
        found = items(client(google), singleEvents=True)
        assert [item["start"]["dateTime"] for item in found] == [
            "2026-03-28T07:00:00+01:00",
            "2026-03-29T07:00:00+02:00",
        ]
        assert found[1]["end"]["dateTime"] == "2026-03-29T08:00:00+02:00"
        away = items(client(google), singleEvents=True, timeZone="America/New_York")
        assert away[0]["start"]["dateTime"] == "2026-03-28T02:00:00-04:00"


def test_whole_days_recur_until_a_day(google: GoogleCalendarStandIn, api: Any) -> None:
    google.alice.add_event("Bins", MONDAY, recurrence="RRULE:FREQ=DAILY;UNTIL=20260304")
    found = items(api, singleEvents=True)
    assert [item["start"]["date"] for item in found] == ["2026-03-02", "2026-03-03", "2026-03-04"]
    assert found[-1]["end"]["date"] == "2026-03-05"


def test_an_increment_holds_what_changed_and_nothing_the_second_time(
    google: GoogleCalendarStandIn, api: Any
) -> None:
    kept, renamed, deleted = google.alice.add_events(3, at(9))
    token = sync_token(api)
    google.alice.update(renamed, summary="Renamed")
    google.alice.delete(deleted)
    added = google.alice.add_event("New", at(15))
    (page,) = pages(api, syncToken=token)
    found = {item["id"]: item for item in page["items"]}
    assert set(found) == {renamed, deleted, added}
    assert kept not in found
    assert found[deleted] == {"id": deleted, "status": "cancelled"}
    assert items(api, syncToken=page["nextSyncToken"]) == []
    assert len(items(api, syncToken=token)) == 3


def test_an_increment_comes_in_pages_too(google: GoogleCalendarStandIn, api: Any) -> None:
    token = sync_token(api)
    google.alice.add_events(5, at(9))
    found = pages(api, syncToken=token, maxResults=2)
    assert [len(page["items"]) for page in found] == [2, 2, 1]
    assert ["nextSyncToken" in page for page in found] == [False, False, True]


def test_what_is_moved_out_of_the_window_is_told_of(
    google: GoogleCalendarStandIn, api: Any
) -> None:
    lunch = google.alice.add_event("Lunch", at(12))
    series = google.alice.add_event("Choir", at(19), recurrence=WEEKLY)
    window = {"timeMin": "2026-03-02T00:00:00Z", "timeMax": "2026-03-10T00:00:00Z"}
    token = sync_token(api, singleEvents=True, **window)
    google.alice.move(lunch, at(12, day=90))
    instance = google.alice.instances(series)[1]
    google.alice.move(instance, at(20, day=91))
    found = {item["id"]: item for item in items(api, singleEvents=True, syncToken=token)}
    assert set(found) == {lunch, instance}
    assert found[lunch]["end"]["dateTime"] == "2026-05-31T13:00:00+00:00"
    assert found[instance]["originalStartTime"]["dateTime"] == "2026-03-09T19:00:00+00:00"


def test_one_instance_is_deleted(google: GoogleCalendarStandIn, api: Any) -> None:
    series = google.alice.add_event("Choir", at(19), recurrence=WEEKLY)
    token, token_of_series = sync_token(api, singleEvents=True), sync_token(api)
    instance = google.alice.instances(series)[1]
    google.alice.delete(instance)
    gone = {
        "id": instance,
        "status": "cancelled",
        "recurringEventId": series,
        "originalStartTime": {"dateTime": "2026-03-09T19:00:00+00:00", "timeZone": "UTC"},
    }
    assert items(api, singleEvents=True, syncToken=token) == [gone]
    assert items(api, syncToken=token_of_series) == [gone]
    assert instance not in [item["id"] for item in items(api, singleEvents=True)]
    assert gone in items(api)


def test_a_series_is_deleted_with_each_instance(google: GoogleCalendarStandIn, api: Any) -> None:
    series = google.alice.add_event("Choir", at(19), recurrence=WEEKLY)
    moved = google.alice.instances(series)[2]
    google.alice.move(moved, at(21, day=14))
    token, token_of_series = sync_token(api, singleEvents=True), sync_token(api)
    google.alice.delete(series)
    found = items(api, singleEvents=True, syncToken=token)
    assert {item["id"] for item in found} == set(google.alice.instances(series))
    assert {item["status"] for item in found} == {"cancelled"}
    assert all("summary" not in item for item in found)
    assert {"id": series, "status": "cancelled"} in items(api, syncToken=token_of_series)
    assert items(api, singleEvents=True) == []


def test_a_series_that_moves_has_other_instances(google: GoogleCalendarStandIn, api: Any) -> None:
    series = google.alice.add_event("Choir", at(19), recurrence=WEEKLY)
    before = google.alice.instances(series)
    token = sync_token(api, singleEvents=True)
    google.alice.move(series, at(18))
    found = {item["id"]: item["status"] for item in items(api, singleEvents=True, syncToken=token)}
    after = google.alice.instances(series)
    assert found == dict.fromkeys(before, "cancelled") | dict.fromkeys(after, "confirmed")
    google.alice.move(series, at(19))
    assert [item["id"] for item in items(api, singleEvents=True)] == before


def test_a_cancelled_event_keeps_its_details_and_shows_when_asked_for(
    google: GoogleCalendarStandIn, api: Any
) -> None:
    google.alice.cancel(google.alice.add_event("Lunch", at(12)))
    assert items(api) == []
    (lunch,) = items(api, showDeleted=True)
    assert (lunch["summary"], lunch["status"]) == ("Lunch", "cancelled")


def test_event_types_may_be_chosen(google: GoogleCalendarStandIn, api: Any) -> None:
    google.alice.add_event("Lunch", at(12))
    google.alice.add_event("Holiday", MONDAY, eventType="outOfOffice")
    google.alice.add_event("Home", MONDAY, eventType="workingLocation")
    assert titles(items(api, eventTypes=["default", "outOfOffice"])) == ["Lunch", "Holiday"]


def test_a_list_in_an_order_of_its_own_begins_no_sync(
    google: GoogleCalendarStandIn, api: Any
) -> None:
    google.alice.add_event("Late", at(15))
    google.alice.add_event("Early", at(8))
    (page,) = pages(api, singleEvents=True, orderBy="startTime")
    assert titles(page["items"]) == ["Early", "Late"]
    assert "nextSyncToken" not in page


@pytest.mark.parametrize(
    "wanted",
    ["items(status,start/date),nextSyncToken", "nextSyncToken,items/status,items/start/date"],
)
def test_one_may_ask_for_some_of_the_fields(
    google: GoogleCalendarStandIn, api: Any, wanted: str
) -> None:
    google.alice.add_event("Trip", MONDAY)
    (page,) = pages(api, fields=wanted)
    assert set(page) == {"items", "nextSyncToken"}
    assert page["items"] == [{"status": "confirmed", "start": {"date": "2026-03-02"}}]
    assert "summary" in pages(api, fields="items(*)")[0]["items"][0]


def test_an_end_of_a_series_is_in_its_own_time() -> None:
    """UNTIL is written in UTC, and includes what begins just then."""
    with google_calendar.running(timezone="America/New_York") as away:
        rule = "RRULE:FREQ=DAILY;UNTIL=20260304T000000Z"
        away.alice.add_event("Run", datetime(2026, 3, 1, 19), recurrence=rule)
        found = items(client(away), singleEvents=True)
        assert [item["start"]["dateTime"][:10] for item in found] == [
            "2026-03-01",
            "2026-03-02",
            "2026-03-03",
        ]


def test_whoever_sees_only_when_one_is_busy_gets_no_titles(
    google: GoogleCalendarStandIn, api: Any
) -> None:
    google.alice.add_event("Doctor", at(12), location="Main Street", description="Bring papers")
    google.alice.set_role("freeBusyReader")
    (page,) = pages(api)
    assert page["accessRole"] == "freeBusyReader"
    (event,) = page["items"]
    assert event["visibility"] == "private"
    assert not {"summary", "location", "description", "organizer"} & set(event)


def test_a_reader_sees_no_details_of_private_events(
    google: GoogleCalendarStandIn, api: Any
) -> None:
    google.alice.add_event("Doctor", at(12), visibility="private")
    google.alice.add_event("Lunch", at(13))
    google.alice.set_role("reader")
    doctor, lunch = items(api)
    assert (doctor["visibility"], "summary" in doctor) == ("private", False)
    assert lunch["summary"] == "Lunch"


def test_one_person_gets_nothing_of_another(google: GoogleCalendarStandIn) -> None:
    bob = google.add_person("bob@example.org")
    google.alice.add_event("Lunch", at(12))
    bob.add_event("Dinner", at(18))
    token = google.grant(bob)["access_token"]
    assert titles(items(client(google, token))) == ["Dinner"]
