"""What stands in calendars, as signals. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from integrations.base import TaskSignal
from integrations.ical.limits import NotACalendar, TooBig
from integrations.ical.todos import Todo, read_todos
from integrations.ical.values import Moment
from oo.lib.years import meant
from oo.lib.zones import zone_named

# RFC 5545's 1 is highest; programs with three levels write 1, 5 and 9.
PRIORITIES = {1: 4, 2: 3, 3: 3, 4: 3, 5: 2}
BEGINS, ENDS = "BEGIN:VCALENDAR", "END:VCALENDAR"


@dataclass(frozen=True, slots=True)
class Resource:
    """One file of a calendar."""

    url: str
    text: str

    @property
    def is_whole(self) -> bool:
        """One that broke off would take those behind it along."""
        return self.text[:50].lstrip().upper().startswith(BEGINS) and (
            self.text[-50:].rstrip().upper().endswith(ENDS)
        )


@dataclass(frozen=True, slots=True)
class Filed:
    """A to-do, and where it is."""

    url: str
    calendar: str
    todo: Todo


def read_resources(
    resources: Iterable[Resource], calendar: str, zone: ZoneInfo
) -> tuple[list[Filed], list[str]]:
    """(to-dos; addresses of resources that hold none that can be shown)."""
    found, nothing = [], []
    for resource in resources:
        todo = _main(resource, zone)
        if todo is None:
            nothing.append(resource.url)
        else:
            found.append(Filed(resource.url, calendar, todo))
    return found, nothing


def _main(resource: Resource, zone: ZoneInfo) -> Todo | None:
    """Of a series with changed dates the series: a file holds one UID."""
    try:
        todos = read_todos(resource.text.encode(), zone=zone)
    except (NotACalendar, TooBig):
        return None
    todo = min(todos, key=lambda each: each.is_change, default=None)
    return None if todo is None or todo.is_cancelled else todo


def task_of(filed: Filed, parents: Mapping[str, str], zone: ZoneInfo) -> TaskSignal:
    todo = filed.todo
    due_on, due_time, due_zone = _due(todo.due, todo.floats, zone)
    return TaskSignal(
        external_id=filed.url,
        title=todo.title,
        description=todo.description,
        project=filed.calendar,
        parent=parents.get(todo.parent, ""),
        labels=todo.categories,
        priority=PRIORITIES.get(todo.priority, 1),
        due_on=due_on,
        due_time=due_time,
        due_zone=due_zone,
        duration_min=todo.duration_min,
        recurrence=todo.recurrence,
        url=todo.url,
        added_at=todo.added_at,
        updated_at=todo.updated_at,
        completed_at=todo.completed_at,
    )


def _due(due: Moment | None, floats: bool, zone: ZoneInfo) -> tuple[date | None, time | None, str]:
    """As local time of the zone that was written, or else of the person's."""
    due = meant(due)
    if not isinstance(due, datetime):
        return due, None, ""
    if floats:
        return due.date(), due.time(), ""
    key = getattr(due.tzinfo, "key", "")
    there = zone_named(key) or zone
    local = due.astimezone(there)
    return local.date(), local.time().replace(microsecond=0), there.key
