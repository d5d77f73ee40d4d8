"""events.list: whole and incremental, in pages."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from .calendar import Calendar
from .errors import Json, full_sync_required, invalid
from .questions import Question
from .series import HORIZON
from .shapes import Record, moment, shown, stamp


@dataclass(frozen=True, slots=True)
class Page:
    """What is left of an answer, as it was when its first page was asked for: what changes
    meanwhile is in the next increment."""

    calendar: Calendar
    question: Question
    left: list[Record]
    next_sync_token: str


@dataclass(frozen=True, slots=True)
class SyncPoint:
    """What a sync token stands for. The window of the first list bounds only how far a series is
    unrolled: single events that changed outside of it are told of all the same, the sterner
    reading, so that a client must sort them out."""

    calendar_id: str
    version: int
    epoch: int
    asked: str
    time_min: datetime | None
    time_max: datetime | None


class Listing:
    """The lists of all calendars, with the pages that wait to be asked for."""

    def __init__(self) -> None:
        self._pages: dict[str, Page] = {}

    def answer(self, calendar: Calendar, question: Question, role: str) -> Json:
        page = self._find_page(calendar, question) or self._begin(calendar, question)
        size = question.page_size
        if calendar.has_empty_pages and not question.page_token:
            size = 0
        items = [shown(record, role, question.time_zone) for record in page.left[:size]]
        answer = _head(calendar, question, role) | {"items": items}
        if page.left[size:]:
            return answer | {"nextPageToken": self._keep(replace(page, left=page.left[size:]))}
        return answer | ({"nextSyncToken": page.next_sync_token} if page.next_sync_token else {})

    def _find_page(self, calendar: Calendar, question: Question) -> Page | None:
        """The same question has to come with the token, sync token and window included."""
        if not question.page_token:
            return None
        page = self._pages.get(question.page_token)
        if page is None or page.calendar is not calendar or _base(page.question) != _base(question):
            raise invalid("pageToken")
        return page

    def _keep(self, page: Page) -> str:
        token = secrets.token_urlsafe(18)
        self._pages[token] = page
        return token

    def _begin(self, calendar: Calendar, question: Question) -> Page:
        if question.sync_token:
            point = _read(question.sync_token)
            _check(point, calendar, question)
            found = list(_changed(calendar, question, point))
        else:
            window = question.time_min, question.time_max
            point = SyncPoint(calendar.id, 0, 0, question.asked, *window)
            found = [
                record for record in _all(calendar, question) if _is_in(record, point, calendar)
            ]
        # A list in an order of its own is no beginning for a sync.
        point = replace(point, version=calendar.version, epoch=calendar.epoch)
        token = "" if question.order_by else _write(point)
        return Page(calendar, question, _ordered(found, question, calendar), token)


def _head(calendar: Calendar, question: Question, role: str) -> Json:
    return {
        "kind": "calendar#events",
        "etag": f'"{calendar.epoch}-{calendar.version}"',
        "summary": calendar.id,
        "updated": stamp(calendar.clock.now()),
        "timeZone": question.time_zone or calendar.timezone,
        "accessRole": role,
        "defaultReminders": [],
    }


def _base(question: Question) -> Question:
    return replace(question, page_token="", page_size=0)


def _until(calendar: Calendar, time_max: datetime | None) -> datetime:
    """Without an end, a series is unrolled as far as the stand-in sees."""
    return time_max or calendar.clock.now() + HORIZON


def _all(calendar: Calendar, question: Question) -> Iterator[Record]:
    if question.single:
        records = calendar.expanded(_until(calendar, question.time_max))
    else:
        records = calendar.records()
    for record in records:
        # Whoever gets series has to know which of their instances fell out.
        is_hole = bool(record.series_id) and not question.single
        is_shown = not record.is_cancelled or question.show_deleted or is_hole
        if is_shown and _is_type(record, question) and not record.gone:
            yield record


def _changed(calendar: Calendar, question: Question, point: SyncPoint) -> Iterator[Record]:
    if question.single:
        records = calendar.expanded(_until(calendar, point.time_max))
    else:
        records = calendar.records()
    for record in records:
        if record.version <= point.version or not _is_type(record, question):
            continue
        if not record.planned or _is_in(record, point, calendar):
            yield record


def _is_type(record: Record, question: Question) -> bool:
    return record.data.get("eventType", "default") in question.event_types


def _is_in(record: Record, point: SyncPoint, calendar: Calendar) -> bool:
    """Both bounds are exclusive. A series is in from its first instance on."""
    data, zone = record.data, calendar.timezone
    if point.time_max and moment(data["start"], zone) >= point.time_max:
        return False
    if not point.time_min or "recurrence" in data:
        return True
    return moment(data["end"], zone) > point.time_min


def _ordered(found: list[Record], question: Question, calendar: Calendar) -> list[Record]:
    if question.order_by == "startTime":
        return sorted(found, key=lambda record: moment(record.data["start"], calendar.timezone))
    if question.order_by == "updated":
        return sorted(found, key=lambda record: record.version)
    return found


def _check(point: SyncPoint, calendar: Calendar, question: Question) -> None:
    if point.calendar_id != calendar.id or point.version > calendar.version:
        raise invalid("syncToken", "Invalid sync token value.")
    if point.epoch != calendar.epoch:
        raise full_sync_required()
    if point.asked != question.asked:
        # Google says that it is undefined then; here nobody may come to rely on it.
        raise invalid("syncToken", "Sync token was given out for other parameters.")


def _write(point: SyncPoint) -> str:
    window = [at and at.isoformat() for at in (point.time_min, point.time_max)]
    plain = json.dumps([point.calendar_id, point.version, point.epoch, point.asked, *window])
    return base64.urlsafe_b64encode(plain.encode()).decode()


def _read(token: str) -> SyncPoint:
    try:
        plain: list[Any] = json.loads(base64.urlsafe_b64decode(token))
        calendar_id, version, epoch, asked, *window = plain
        low, high = (at and datetime.fromisoformat(at) for at in window)
        return SyncPoint(calendar_id, int(version), int(epoch), asked, low, high)
    except (ValueError, TypeError):
        raise invalid("syncToken", "Invalid sync token value.") from None
