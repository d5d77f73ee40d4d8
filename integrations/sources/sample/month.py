"""The month of month.toml, placed around the moment of connecting. Pure.

The same moment, zone and day give the same month; what the person has done since is not asked.
"""

from __future__ import annotations

import tomllib
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from integrations.base import EventSignal, TaskSignal

FILE = Path(__file__).with_name("month.toml")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# The meetings that are told: a week back, and a month ahead.
BEHIND, AHEAD = timedelta(days=7), timedelta(days=30)
# From connecting to the first meeting: time enough for one small task, and for the next quarter.
WELCOME_AFTER, QUARTER = timedelta(minutes=45), timedelta(minutes=15)
# The small hours belong to the night before.
FIRST_HOUR = 5

Entry: TypeAlias = Mapping[str, Any]


@cache
def load() -> Mapping[str, list[Entry]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Month:
    """start: the moment of connecting."""

    start: datetime
    zone: ZoneInfo

    @property
    def first_day(self) -> date:
        return self.start.astimezone(self.zone).date()

    def tasks(self, today: date) -> Iterator[TaskSignal]:
        return (self._task(entry, today) for entry in load()["task"])

    def recurring(self, today: date) -> Iterator[TaskSignal]:
        """The tasks that have moved on to `today` or later."""
        return (self._task(entry, today) for entry in load()["task"] if "every" in entry)

    def events(self, today: date) -> Iterator[EventSignal]:
        """Everything between a week before `today` and a month after, by no particular order."""
        window = (today - BEHIND, today + AHEAD)
        welcome = self._welcome()
        yield welcome
        for event in (*self._weekly(*window), *self._once()):
            day = event.starts_at.astimezone(self.zone).date()
            inside = window[0] <= day <= window[1]
            # Nobody sits in a meeting at the moment of connecting, or until the first is over.
            clear = bool(event.starts_on) or not (
                event.starts_at < welcome.ends_at and event.ends_at > self.start
            )
            if inside and clear:
                yield event

    def _task(self, entry: Entry, today: date) -> TaskSignal:
        due_on, due_time = self._due(entry, today)
        done = entry.get("done")
        return TaskSignal(
            external_id=entry["id"],
            title=entry["title"],
            description=entry.get("note", ""),
            project=entry["project"],
            labels=tuple(entry.get("labels", ())),
            priority=entry.get("priority", 1),
            due_on=due_on,
            due_time=due_time,
            deadline_on=self._day(entry, "deadline"),
            duration_min=entry.get("minutes"),
            recurrence=entry.get("every", ""),
            added_at=self.start - timedelta(days=entry["added"]),
            # Older than any answer, so that reading it again opens nothing that was closed.
            updated_at=self.start - timedelta(days=done or 0, hours=1),
            completed_at=self.start - timedelta(days=done, hours=1) if done else None,
        )

    def _due(self, entry: Entry, today: date) -> tuple[date | None, time | None]:
        if "in_h" in entry:
            local = self.start.astimezone(self.zone)
            then = _next_quarter(self.start + timedelta(hours=entry["in_h"])).astimezone(self.zone)
            same_day = then.date() == local.date()
            return local.date(), then.time().replace(tzinfo=None) if same_day else None
        due_on = self._day(entry, "due")
        if due_on and "every" in entry:
            due_on = next_date(entry["every"], due_on, today)
        return due_on, time.fromisoformat(entry["at"]) if "at" in entry else None

    def _day(self, entry: Entry, key: str) -> date | None:
        if key not in entry:
            return None
        day = self.first_day + timedelta(days=entry[key])
        return _workday(day, entry[key] < 0) if entry.get("work") else day

    def _welcome(self) -> EventSignal:
        starts_at = _next_quarter(self.start + WELCOME_AFTER)
        hour = starts_at.astimezone(self.zone).hour
        hour += 24 * (hour < FIRST_HOUR)
        entry = next(e for e in load()["welcome"] if e["from"] <= hour < e["until"])
        return _event({**entry, "id": "welcome"}, starts_at, self.first_day)

    def _weekly(self, since: date, until: date) -> Iterator[EventSignal]:
        off = set(self._days_off())
        for entry in load()["weekly"]:
            # At home life goes on.
            away = set() if entry.get("home") else off
            for day in _days(since, until):
                if day not in away and _takes_place(entry, day):
                    yield _event(entry, self._moment(day, entry["at"]), day, is_recurring=True)

    def _once(self) -> Iterator[EventSignal]:
        for entry in load()["once"]:
            day = self.first_day + timedelta(days=entry["in_days"])
            if "all_day" in entry:
                yield self._all_day(entry, day)
            else:
                day = day if entry.get("home") else _workday(day, False)
                yield _event(entry, self._moment(day, entry["at"]), day)

    def _all_day(self, entry: Entry, day: date) -> EventSignal:
        ends_on = day + timedelta(days=entry["all_day"])
        return EventSignal(
            external_id=entry["id"],
            occurrence=day.isoformat(),
            title=entry["title"],
            location=entry.get("place", ""),
            starts_at=self._moment(day, "00:00"),
            ends_at=self._moment(ends_on, "00:00"),
            starts_on=day,
            ends_on=ends_on,
            is_busy=False,
        )

    def _days_off(self) -> Iterator[date]:
        for entry in load()["once"]:
            if entry.get("off"):
                first = self.first_day + timedelta(days=entry["in_days"])
                yield from _days(first, first + timedelta(days=entry["all_day"] - 1))

    def _moment(self, day: date, at: str) -> datetime:
        return datetime.combine(day, time.fromisoformat(at), self.zone).astimezone(UTC)


def _takes_place(entry: Entry, day: date) -> bool:
    week = (day.toordinal() - 1) // 7 % 2  # day 1 of the calendar was a Monday
    return day.weekday() in entry["days"] and entry.get("week", week) == week


def next_date(every: str, first: date, today: date) -> date:
    """The first date, neither before `first` nor before `today`, of one of the rules in the data:
    "every day", "every 3 days", "every monday", "every month"."""
    words = every.split()
    if words[1] in WEEKDAYS:
        day = max(first, today)
        return day + timedelta(days=(WEEKDAYS.index(words[1]) - day.weekday()) % 7)
    if words[1] == "month":
        return next(day for day in _monthly(first) if day >= today)
    step = int(words[1]) if len(words) == 3 else 1
    return first + timedelta(days=max(0, -((first - today).days // step) * step))


def _monthly(first: date) -> Iterator[date]:
    for month0 in range(first.month - 1, first.month + 12 * 100):
        year, month = first.year + month0 // 12, month0 % 12 + 1
        yield date(year, month, min(first.day, monthrange(year, month)[1]))


def _event(
    entry: Entry, starts_at: datetime, day: date, *, is_recurring: bool = False
) -> EventSignal:
    return EventSignal(
        external_id=entry["id"],
        occurrence=day.isoformat(),
        title=entry["title"],
        location=entry.get("place", ""),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=entry["minutes"]),
        is_recurring=is_recurring,
    )


def _next_quarter(moment: datetime) -> datetime:
    past = timedelta(minutes=moment.minute % 15, seconds=moment.second)
    past += timedelta(microseconds=moment.microsecond)
    return moment - past + QUARTER if past else moment


def _workday(day: date, back: bool) -> date:
    """The day itself, or the nearest Monday after a weekend, or Friday before it."""
    beyond = day.weekday() - 4
    if beyond <= 0:
        return day
    return day - timedelta(days=beyond) if back else day + timedelta(days=3 - beyond)


def _days(since: date, until: date) -> Iterator[date]:
    """Both ends included."""
    return (since + timedelta(days=n) for n in range((until - since).days + 1))
