"""Reading the person's first calendar: all of the window once a day, else what has changed.

A sync token keeps the window that it was made with, so that what time alone brings into the window
is in no answer to it. With the first sync of each of the person's days, everything is read anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from integrations.base import Link, Pull
from integrations.ical.limits import AFTER, BEFORE, MAX_OCCURRENCES
from integrations.sources.google_calendar.refusals import SERVICE
from integrations.sources.google_calendar.wire import Found, Window, read_entries
from oo.lib.http import Api, TooLarge, Unexpected
from oo.lib.types import JSON

EVENTS = "calendars/primary/events"
KIND = "calendar#events"
PAGE_ENTRIES = 2_500
MOST_PAGES = 20  # a page may be empty, and there be more
# 410 is their word for a sync token that they do not know any more, 400 for one that is none.
LOST = frozenset({400, 410})
# What is not asked for does not come: no descriptions, and of guests no names and no addresses.
FIELDS = (
    "kind,nextPageToken,nextSyncToken,items(id,status,summary,location,start,end,transparency,"
    "eventType,recurringEventId,attendees(self,responseStatus,resource),attendeesOmitted,"
    "organizer/self,htmlLink,updated)"
)


@dataclass(frozen=True, slots=True)
class _Read:
    entries: list[object]
    sync_token: str


def read(api: Api, link: Link, at: datetime) -> Pull:
    """Raises ApiError."""
    window = Window(at - BEFORE, at + AFTER, link.zone)
    where = f"{at.astimezone(link.zone):%Y-%m-%d} {link.zone.key}"
    token = _token(link.cursor) if link.cursor.get("window") == where else ""
    found = _since(api, token) if token else None
    full = found is None
    if found is None:
        found = _pages(api, _bounds(window))
    entries = read_entries(found.entries, window)
    return _pull(entries, full, {"window": where, "token": found.sync_token})


def _pull(found: Found, full: bool, cursor: Mapping[str, JSON]) -> Pull:
    if not full:
        return Pull(False, cursor, events=tuple(found.events.values()), gone_events=found.gone)
    ordered = sorted(
        found.events.values(), key=lambda e: (e.starts_at, e.external_id, e.occurrence)
    )
    return Pull(True, cursor, events=tuple(ordered[:MAX_OCCURRENCES]))


def _since(api: Api, token: str) -> _Read | None:
    """What has changed; None when that cannot be told any more."""
    try:
        return _pages(api, {"syncToken": token})
    except Unexpected as error:
        if error.status not in LOST:
            raise
        return None


def _pages(api: Api, asked: Mapping[str, str]) -> _Read:
    """Every page. Where one has no sync token at its end, the next sync reads everything again."""
    params = {"singleEvents": "true", "maxResults": str(PAGE_ENTRIES), "fields": FIELDS, **asked}
    entries: list[object] = []
    for _page in range(MOST_PAGES):
        answer = api.get(EVENTS, params=params)
        if not isinstance(answer, dict) or answer.get("kind") != KIND:
            raise Unexpected(SERVICE, "not an answer of events.list")
        items = answer.get("items", [])
        if not isinstance(items, list):
            raise Unexpected(SERVICE, "no items in the answer")
        entries += items
        following = answer.get("nextPageToken")
        if not following:
            return _Read(entries, _token({"token": answer.get("nextSyncToken")}))
        params["pageToken"] = str(following)
    raise TooLarge(SERVICE, "too many pages")


def _bounds(window: Window) -> dict[str, str]:
    times = {"timeMin": window.after, "timeMax": window.before}
    return {name: f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for name, moment in times.items()}


def _token(cursor: Mapping[str, JSON]) -> str:
    token = cursor.get("token")
    return token if isinstance(token, str) else ""
