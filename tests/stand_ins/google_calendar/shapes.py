"""The objects of the API: how they are stored, and how much of one a reader gets to see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from .errors import Json

READER, FREE_BUSY_READER, OWNER = "reader", "freeBusyReader", "owner"
_GONE_FIELDS = ("id", "status", "recurringEventId", "originalStartTime")
_BUSY_FIELDS = (
    "kind",
    "etag",
    "id",
    "status",
    "start",
    "end",
    "recurrence",
    "recurringEventId",
    "originalStartTime",
    "transparency",
    "eventType",
)


@dataclass(frozen=True, slots=True)
class Record:
    """`version` is the counter at the last change.

    `bare`: deleted, so that only its ids are shown. `gone`: an instance that the series no longer
    has, which only those who list instances hear of. `planned`: an instance as its series has it.
    """

    version: int
    data: Json
    bare: bool = False
    gone: bool = False
    planned: bool = False

    @property
    def is_cancelled(self) -> bool:
        return bool(self.data["status"] == "cancelled")

    @property
    def series_id(self) -> str:
        return str(self.data.get("recurringEventId", ""))


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def build_time(at: date | datetime, zone: str) -> Json:
    """A naive moment is on the wall of the calendar's own zone."""
    if not isinstance(at, datetime):
        return {"date": at.isoformat()}
    if at.tzinfo is None:
        at = at.replace(tzinfo=ZoneInfo(zone))
    return {"dateTime": at.isoformat(timespec="seconds"), "timeZone": zone}


def moment(at: Json, zone: str) -> datetime:
    """A whole day begins at midnight of the calendar's zone."""
    if "date" in at:
        return datetime.combine(date.fromisoformat(at["date"]), time(), ZoneInfo(zone))
    return datetime.fromisoformat(at["dateTime"]).astimezone(ZoneInfo(at.get("timeZone", zone)))


def build_event(event_id: str, title: str, person: str, now: datetime) -> Json:
    return {
        "kind": "calendar#event",
        "etag": "",
        "id": event_id,
        "status": "confirmed",
        "htmlLink": f"https://www.google.com/calendar/event?eid={event_id}",
        "created": stamp(now),
        "updated": stamp(now),
        "summary": title,
        "creator": {"email": person, "self": True},
        "organizer": {"email": person, "self": True},
        "iCalUID": f"{event_id}@google.com",
        "sequence": 0,
        "reminders": {"useDefault": True},
        "eventType": "default",
    }


def shown(record: Record, role: str, zone: str) -> Json:
    """`zone`: asked for in the request; empty leaves the times as they were entered."""
    data = record.data
    if record.bare:
        return {key: data[key] for key in _GONE_FIELDS if key in data}
    if role == FREE_BUSY_READER:
        data = {key: data[key] for key in _BUSY_FIELDS if key in data} | {"visibility": "private"}
    if role == READER and data.get("visibility") in ("private", "confidential"):
        data = {key: data[key] for key in (*_BUSY_FIELDS, "visibility") if key in data}
    if zone:
        times = {key: _in_zone(data[key], zone) for key in ("start", "end") if key in data}
        data = data | times
    return data


def _in_zone(at: Json, zone: str) -> Json:
    if "dateTime" not in at:
        return at
    there = datetime.fromisoformat(at["dateTime"]).astimezone(ZoneInfo(zone))
    return at | {"dateTime": there.isoformat(timespec="seconds")}
