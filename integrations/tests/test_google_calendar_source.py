"""Google Calendar by its script, over real HTTP on loopback."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from integrations.access import oauth
from integrations.access.backoff import trouble_of
from integrations.base import Account, Pull, Trouble
from integrations.sources.google_calendar import EVENTS, GoogleCalendar, reading
from integrations.tests.google_calendar import (
    ENTRIES,
    REVOKE,
    SUB,
    USER,
    Google,
    credentials,
    entry,
    link,
    page,
    refusal,
)
from oo.lib.http import ApiError, RateLimited, TooLarge, Unauthorized, Unexpected, Unreachable
from oo.lib.types import JSON
from tests.clock import NOON

CURSOR: dict[str, JSON] = {"window": "2026-05-05 Europe/Berlin", "token": "s1"}
CANCELLED = {"id": "e1", "status": "cancelled"}


def pull(cursor: dict[str, JSON] | None = None, *, days: int = 0) -> Pull:
    return GoogleCalendar().pull(link(cursor), at=NOON + timedelta(days=days))


# ---- whose it is ----------------------------------------------------------------------------


def test_it_finds_out_whose_it_is(google: Google) -> None:
    google.says(USER, {"sub": SUB, "email": "alice@example.org"})
    assert GoogleCalendar().identify(credentials(), "") == Account(SUB, "alice@example.org")
    (asked,) = google.asked
    assert asked.headers["authorization"] == "Bearer ya29.a"


def test_a_box_that_was_not_ticked_is_seen_before_anything_is_asked(google: Google) -> None:
    with pytest.raises(Unauthorized) as error:
        GoogleCalendar().identify(credentials(scope="openid email"), "")
    assert trouble_of(error.value) is Trouble.NOT_ALLOWED
    assert google.asked == []


def test_a_wider_scope_is_not_the_one_that_was_asked_for(google: Google) -> None:
    with pytest.raises(Unauthorized):
        GoogleCalendar().identify(credentials(scope=f"{EVENTS}.more"), "")


def test_a_scope_that_is_not_told_is_what_was_asked_for(google: Google) -> None:
    google.says(USER, {"sub": SUB})
    told = {name: value for name, value in credentials().items() if name != "scope"}
    assert GoogleCalendar().identify(told, "") == Account(SUB, "Google Calendar")


@pytest.mark.parametrize("answer", [None, [], {}, {"sub": ""}, {"sub": 7}])
def test_an_answer_that_names_nobody_is_unexpected(google: Google, answer: object) -> None:
    google.says(USER, answer)
    with pytest.raises(Unexpected):
        GoogleCalendar().identify(credentials(), "")


def test_it_asks_for_a_grant_that_lasts_and_for_nothing_wide(google: Google) -> None:
    there = oauth.start({}, GoogleCalendar.manifest, UUID(int=1), "https://oo.test/b", at=NOON)  # type: ignore[arg-type]
    query = {name: value for name, (value,) in parse_qs(urlsplit(there).query).items()}
    assert query["scope"] == f"openid email {EVENTS}"
    assert (query["access_type"], query["prompt"]) == ("offline", "consent")
    assert query["include_granted_scopes"] == "true"
    assert query["code_challenge_method"] == "S256"


# ---- reading --------------------------------------------------------------------------------


def test_the_first_pull_reads_every_page_of_the_window(google: Google) -> None:
    google.says(
        ENTRIES,
        page(entry("e1"), following="p2"),
        page(following="p3"),
        page(entry("e2"), CANCELLED | {"id": "e3"}, token="s1"),
    )
    found = pull()
    assert found.full
    assert [event.external_id for event in found.events] == ["e1", "e2"]
    assert found.cursor == CURSOR
    first, second, third = (asked.query for asked in google.asked_at(ENTRIES))
    assert (first["timeMin"], first["timeMax"]) == ("2026-05-04T10:00:00Z", "2026-06-05T10:00:00Z")
    assert first["singleEvents"] == "true"
    assert second == first | {"pageToken": "p2"}
    assert third == first | {"pageToken": "p3"}


def test_no_guests_name_is_asked_for(google: Google) -> None:
    google.says(ENTRIES, page(token="s1"))
    pull()
    fields = google.asked[0].query["fields"]
    assert "attendees(self,responseStatus,resource)" in fields
    assert not {"email", "displayName", "description", "creator"} & set(
        fields.replace("(", ",").replace(")", ",").split(",")
    )


def test_the_next_pull_reads_what_has_changed(google: Google) -> None:
    google.says(ENTRIES, page(entry("e2"), following="p2"), page(CANCELLED, token="s2"))
    found = pull(CURSOR)
    assert not found.full
    assert [event.external_id for event in found.events] == ["e2"]
    assert found.gone_events == {("e1", "")}
    assert found.cursor == CURSOR | {"token": "s2"}
    first, second = (asked.query for asked in google.asked_at(ENTRIES))
    assert first["syncToken"] == second["syncToken"] == "s1"
    assert second["pageToken"] == "p2"
    assert not {"timeMin", "timeMax"} & first.keys()


@pytest.mark.parametrize("status", [410, 400])
def test_a_lost_token_reads_everything_in_the_same_pull(google: Google, status: int) -> None:
    google.says(ENTRIES, (status, refusal(status, "fullSyncRequired")), page(entry(), token="s9"))
    found = pull(CURSOR)
    assert found.full
    assert len(found.events) == 1
    assert found.cursor["token"] == "s9"
    lost, again = (asked.query for asked in google.asked_at(ENTRIES))
    assert "syncToken" in lost
    assert "syncToken" not in again


def test_a_token_that_is_lost_between_two_pages_leaves_nothing_of_the_first(
    google: Google,
) -> None:
    gone = (410, refusal(410, "updatedMinTooLongAgo"))
    google.says(ENTRIES, page(entry("old"), following="p2"), gone, page(entry("new"), token="s9"))
    found = pull(CURSOR)
    assert found.full
    assert [event.external_id for event in found.events] == ["new"]
    assert "pageToken" not in google.asked[-1].query


def test_a_refusal_of_everything_is_not_asked_again(google: Google) -> None:
    google.says(ENTRIES, (410, refusal(410, "fullSyncRequired")))
    with pytest.raises(Unexpected):
        pull()
    assert len(google.asked) == 1


def test_everything_is_read_once_in_a_day_since_the_window_moves(google: Google) -> None:
    google.says(ENTRIES, page(token="s5"))
    found = pull(CURSOR, days=1)
    assert found.full
    assert found.cursor["window"] == "2026-05-06 Europe/Berlin"
    assert "syncToken" not in google.asked[0].query


def test_the_day_is_the_persons(google: Google) -> None:
    google.says(ENTRIES, page(token="s5"))
    late = NOON + timedelta(hours=10, minutes=30)  # half past eight in the evening by UTC
    assert not GoogleCalendar().pull(link(CURSOR), at=late).full
    assert GoogleCalendar().pull(link(CURSOR), at=late + timedelta(hours=1, minutes=31)).full


@pytest.mark.parametrize(
    "cursor", [{"token": "s1"}, {**CURSOR, "token": 7}, {**CURSOR, "token": ""}, {"window": []}]
)
def test_a_cursor_of_another_shape_is_the_beginning(
    google: Google, cursor: dict[str, JSON]
) -> None:
    google.says(ENTRIES, page(token="s5"))
    assert pull(cursor).full


def test_without_a_sync_token_the_next_pull_reads_everything(google: Google) -> None:
    google.says(ENTRIES, page(entry()))
    found = pull()
    assert found.full
    assert pull(dict(found.cursor)).full


@pytest.mark.parametrize("answer", [None, [], {}, {"items": []}, {**page(), "items": {}}])
def test_an_answer_that_is_none_does_not_mean_that_all_is_gone(
    google: Google, answer: object
) -> None:
    google.says(ENTRIES, answer)
    with pytest.raises(Unexpected):
        pull()


def test_pages_without_end_are_too_many(google: Google) -> None:
    google.says(ENTRIES, page(following="again"))
    with pytest.raises(TooLarge):
        pull()
    assert len(google.asked) == reading.MOST_PAGES


def test_of_too_many_entries_the_earliest_are_kept(
    google: Google, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_OCCURRENCES", 1)
    later = {"dateTime": "2026-05-09T13:00:00+02:00"}
    google.says(ENTRIES, page(entry("e2", start=later, end=later), entry("e1"), token="s1"))
    assert [event.external_id for event in pull().events] == ["e1"]


# ---- refusals -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "reason", "kind", "trouble"),
    [
        (401, "authError", Unauthorized, Trouble.UNAUTHORIZED),
        (403, "rateLimitExceeded", RateLimited, Trouble.RATE_LIMITED),
        (403, "userRateLimitExceeded", RateLimited, Trouble.RATE_LIMITED),
        (403, "quotaExceeded", RateLimited, Trouble.RATE_LIMITED),
        (429, "rateLimitExceeded", RateLimited, Trouble.RATE_LIMITED),
        (403, "insufficientPermissions", Unauthorized, Trouble.NOT_ALLOWED),
        (403, "accessNotConfigured", Unexpected, Trouble.UNREADABLE),
        (403, "forbidden", Unauthorized, Trouble.UNAUTHORIZED),
        (404, "notFound", Unexpected, Trouble.GONE),
        (503, "backendError", Unreachable, Trouble.UNREACHABLE),
    ],
)
def test_it_names_the_failure(
    google: Google, status: int, reason: str, kind: type[ApiError], trouble: Trouble
) -> None:
    google.says(ENTRIES, (status, refusal(status, reason)))
    with pytest.raises(ApiError) as error:
        pull(CURSOR)
    assert type(error.value) is kind
    assert trouble_of(error.value) is trouble
    assert len(google.asked) == 1


@pytest.mark.parametrize(("status", "reason"), [(403, "quotaExceeded"), (429, "x")])
def test_it_waits_as_long_as_it_is_told(google: Google, status: int, reason: str) -> None:
    google.headers["Retry-After"] = "120"
    google.says(ENTRIES, (status, refusal(status, reason)))
    with pytest.raises(RateLimited) as error:
        pull()
    assert error.value.retry_after_s == 120


def test_without_a_token_nothing_is_asked(google: Google) -> None:
    with pytest.raises(Unauthorized):
        GoogleCalendar().identify({}, "")
    assert google.asked == []


# ---- giving it back -------------------------------------------------------------------------


def test_it_gives_the_grant_back(google: Google) -> None:
    google.says(REVOKE, None)
    assert GoogleCalendar().revoke(credentials())
    (asked,) = google.asked
    assert asked.form == {"token": "1//r"}
    assert "authorization" not in asked.headers


def test_a_grant_that_has_ended_is_given_back(google: Google) -> None:
    google.says(REVOKE, (400, {"error": "invalid_token"}))
    assert GoogleCalendar().revoke({"access_token": "ya29.a"})
    assert google.asked[0].form == {"token": "ya29.a"}


def test_a_grant_that_google_does_not_take_back_is_told(google: Google) -> None:
    google.says(REVOKE, (400, {"error": "invalid_request"}))
    with pytest.raises(Unexpected):
        GoogleCalendar().revoke(credentials())


def test_nothing_is_given_back_where_nothing_was_given(google: Google) -> None:
    assert not GoogleCalendar().revoke({})
    assert google.asked == []


def test_it_is_offered_where_the_app_is_registered(google: Google, settings: Any) -> None:
    assert oauth.is_configured(GoogleCalendar.manifest.oauth)
    settings.GOOGLE_CALENDAR_CLIENT_ID = ""
    assert not oauth.is_configured(GoogleCalendar.manifest.oauth)
