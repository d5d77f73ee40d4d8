"""The stand-in held against what Google publishes of the API for machines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from . import google_calendar
from .google_calendar import GoogleCalendarStandIn, fields, questions, scopes
from .google_client import Json, client, pages

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
METHODS = {
    ("events", "list"): scopes.READ_EVENTS,
    ("events", "watch"): scopes.READ_EVENTS,
    ("calendars", "get"): scopes.READ_CALENDAR,
    ("channels", "stop"): scopes.STOP_CHANNEL,
}


@pytest.fixture(scope="module")
def published() -> Json:
    return fields.published()


@pytest.fixture
def google() -> Iterator[GoogleCalendarStandIn]:
    with google_calendar.running() as started:
        yield started


def method(published: Json, resource: str, name: str) -> Json:
    found: Json = published["resources"][resource]["methods"][name]
    return found


def test_each_parameter_is_known_or_said_to_be_lacking(published: Json) -> None:
    listed = method(published, "events", "list")["parameters"]
    assert set(listed) - {"calendarId"} == questions.HERE | questions.NOT_HERE
    assert set(published["parameters"]) == questions.COMMON
    assert not questions.HERE & questions.NOT_HERE


def test_choices_and_defaults_are_the_published_ones(published: Json) -> None:
    listed = method(published, "events", "list")["parameters"]
    assert set(listed["eventTypes"]["enum"]) == questions.EVENT_TYPES
    assert set(listed["orderBy"]["enum"]) == {"startTime", "updated"}
    assert int(listed["maxResults"]["default"]) == questions.DEFAULT_PAGE
    assert f"larger than {questions.LARGEST_PAGE}" in listed["maxResults"]["description"]
    told = listed["syncToken"]["description"]
    named = told.partition("These are:")[2].partition("All other")[0]
    assert {line.strip("- ") for line in named.split("\n")} - {""} == set(
        questions.NOT_WITH_SYNC_TOKEN
    )


def test_each_method_takes_the_published_scopes(published: Json) -> None:
    for (resource, name), taken in METHODS.items():
        assert set(method(published, resource, name)["scopes"]) == taken, (resource, name)


def test_addresses_and_verbs_are_the_published_ones(published: Json) -> None:
    assert published["servicePath"] == "calendar/v3/"
    shapes = {key: method(published, *key) for key in METHODS}
    assert {key: (found["httpMethod"], found["path"]) for key, found in shapes.items()} == {
        ("events", "list"): ("GET", "calendars/{calendarId}/events"),
        ("events", "watch"): ("POST", "calendars/{calendarId}/events/watch"),
        ("calendars", "get"): ("GET", "calendars/{calendarId}"),
        ("channels", "stop"): ("POST", "channels/stop"),
    }


def test_what_is_answered_fits_the_published_schemas(
    published: Json, google: GoogleCalendarStandIn
) -> None:
    token = google.grant(scopes=(f"{scopes.PREFIX}calendar.readonly",))["access_token"]
    api = client(google, token)
    check(published, "Calendar", api.calendars().get(calendarId="primary").execute())
    body = {"id": "one", "type": "web_hook", "address": "https://oo.example/told", "token": "x"}
    check(published, "Channel", api.events().watch(calendarId="primary", body=body).execute())
    google.alice.add_event("Trip", date(2026, 3, 2))
    attendees = [{"email": "alice@example.org", "self": True, "responseStatus": "accepted"}]
    google.alice.add_event("Lunch", NOON, attendees=attendees, visibility="private")
    series = google.alice.add_event("Choir", NOON, recurrence="RRULE:FREQ=WEEKLY;COUNT=3")
    seen = [*pages(api, maxResults=1), *pages(api, singleEvents=True)]
    google.alice.delete(google.alice.instances(series)[1])
    seen += pages(api, singleEvents=True, syncToken=seen[-1]["nextSyncToken"])
    google.alice.set_role("freeBusyReader")
    seen += pages(api, showDeleted=True)
    assert len(seen) > 5
    for page in seen:
        check(published, "Events", page)


KINDS: dict[str, Any] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "object": dict,
    "array": list,
}


def check(published: Json, name: str, value: Json) -> None:
    """Every field is one of the schema's, and of its type; and the kind is the schema's own."""
    properties = published["schemas"][name]["properties"]
    assert set(value) <= set(properties), name
    for key, found in value.items():
        check_value(published, properties[key], found)
    if "kind" in value:
        assert value["kind"] == properties["kind"]["default"]


def check_value(published: Json, schema: Json, value: Any) -> None:
    if "$ref" in schema:
        check(published, schema["$ref"], value)
        return
    assert isinstance(value, KINDS[schema["type"]])
    if schema["type"] == "array":
        for each in value:
            check_value(published, schema["items"], each)
    if schema["type"] == "object":
        for key, each in value.items():
            check_value(published, schema["properties"][key], each)
    if "format" in schema:
        check_format(schema["format"], value)


def check_format(name: str, value: Any) -> None:
    match name:
        case "date-time":
            assert datetime.fromisoformat(value).tzinfo is not None
        case "date":
            assert date.fromisoformat(value).isoformat() == value
        case "int64":
            assert value.isdigit()
