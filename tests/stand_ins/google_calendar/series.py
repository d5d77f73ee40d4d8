"""Recurring events: which instances a series has, and what each is called."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from dateutil.rrule import rrulestr  # type: ignore[import-untyped]

from .errors import Json
from .shapes import build_time, moment

HORIZON = timedelta(days=730)
Starts = dict[str, Json]


def starts(series: Json, zone: str, until: datetime) -> Starts:
    """Id of each instance that begins before `until`, with its original start; all without its
    exceptions."""
    return {_instance_id(series["id"], at): at for at in _occurrences(series, zone, until)}


def _occurrences(series: Json, zone: str, until: datetime) -> Iterator[Json]:
    lines = "\n".join(series["recurrence"])
    first = series["start"]
    if "date" in first:
        # Days are counted without a zone, as UNTIL of a whole day is written.
        begin = datetime.fromisoformat(first["date"])
        for at in rrulestr(lines, dtstart=begin, forceset=True).xafter(begin, inc=True):
            if at >= until.replace(tzinfo=None):
                return
            yield build_time(at.date(), zone)
        return
    begin = moment(first, zone)
    for at in rrulestr(lines, dtstart=begin, forceset=True).xafter(begin, inc=True):
        if at >= until:
            return
        yield build_time(at, first.get("timeZone", zone))


def _instance_id(series_id: str, at: Json) -> str:
    if "date" in at:
        return f"{series_id}_{at['date'].replace('-', '')}"
    there = datetime.fromisoformat(at["dateTime"]).astimezone(UTC)
    return f"{series_id}_{there:%Y%m%dT%H%M%SZ}"


def build_instance(series: Json, instance_id: str, at: Json, zone: str) -> Json:
    """The instance as the series has it."""
    inherited = {key: value for key, value in series.items() if key != "recurrence"}
    return {
        **inherited,
        "id": instance_id,
        "recurringEventId": series["id"],
        "originalStartTime": at,
        "start": at,
        "end": shifted(series["end"], series["start"], at, zone),
    }


def shifted(end: Json, start: Json, new_start: Json, zone: str) -> Json:
    """The end that keeps the length after the start was moved."""
    if "date" in new_start:
        if "date" in start:
            days = date.fromisoformat(end["date"]) - date.fromisoformat(start["date"])
        else:
            days = timedelta(days=1)
        return build_time(date.fromisoformat(new_start["date"]) + days, zone)
    # Lengths are real time, also over a change of the clocks.
    length = moment(end, zone).astimezone(UTC) - moment(start, zone).astimezone(UTC)
    begin = moment(new_start, zone).astimezone(UTC)
    if "date" in start:
        length = timedelta(hours=1)
    there = (begin + length).astimezone(moment(new_start, zone).tzinfo)
    return build_time(there, new_start.get("timeZone", zone))
