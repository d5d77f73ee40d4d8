"""Answers of Todoist's sync, as signals. Pure.

Nothing here fails because of one odd object: what cannot be read of a task is left out, and a task
without an id or a title is. Shapes: Todoist API v1, "Sync" and "Tasks", read in November 2026.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, TypeAlias
from urllib.parse import quote
from zoneinfo import ZoneInfo

from integrations.base import TaskSignal
from integrations.sources.todoist.text import plain_note, plain_title
from oo.lib.text import one_line
from oo.lib.years import meant
from oo.lib.zones import zone_named

TASK_PAGE = "https://app.todoist.com/app/task/"
HEADING = "* "  # Todoist shows such a task without a box to tick
LONGEST_NAME = 200

Object: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Due:
    on: date | None = None
    at: time | None = None
    zone: str = ""
    recurrence: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """What tasks only point at, by id: active projects and sections, and tasks that have parts."""

    projects: Mapping[str, str] = field(default_factory=dict)
    sections: Mapping[str, str] = field(default_factory=dict)
    parents: Mapping[str, str] = field(default_factory=dict)  # "": nobody names it


@dataclass(frozen=True, slots=True)
class Found:
    """The items of one answer: what concerns the person, and the ids of what does not any more."""

    tasks: Mapping[str, TaskSignal]
    gone: frozenset[str]


def read_items(items: Iterable[object], *, me: str, names: Names, shelved: frozenset[str]) -> Found:
    """me: the person's id at Todoist. shelved: ids of archived and deleted projects."""
    tasks, gone = {}, set()
    for name, item in _newest(items).items():
        signal = None if _is_gone(item, me, shelved) else read_task(item, names)
        if signal is None:
            gone.add(name)
        else:
            tasks[name] = signal
    return Found(tasks, frozenset(gone))


def read_names(
    objects: Iterable[object], known: Mapping[str, str]
) -> tuple[dict[str, str], frozenset[str]]:
    """Of projects or sections: (names of the active ones by id, `known` brought up to date; ids of
    those that are archived or deleted).
    """
    names, shelved = dict(known), set()
    for name, found in _newest(objects).items():
        if found.get("is_archived") or found.get("is_deleted"):
            names.pop(name, None)
            shelved.add(name)
        else:
            names[name] = one_line(_text(found.get("name")), LONGEST_NAME)
    return names, frozenset(shelved)


def read_parents(
    items: Iterable[object], known: Mapping[str, str]
) -> tuple[dict[str, str], frozenset[str]]:
    """(titles of the tasks that have parts, `known` brought up to date; ids of those that have
    another title than in `known`, or that are in neither).
    """
    newest = {name: i for name, i in _newest(items).items() if not i.get("is_deleted")}
    wanted = {
        parent
        for item in newest.values()
        if not item.get("checked") and (parent := _text(item.get("parent_id")))
    }
    titles, amiss = dict(known), set()
    for name in wanted | (known.keys() & newest.keys()):
        if name in newest:
            titles[name] = _title_of_parent(newest[name])
        if titles.setdefault(name, "") != known.get(name, titles[name]):
            amiss.add(name)
    return titles, frozenset(amiss | (wanted - known.keys() - newest.keys()))


def _title_of_parent(item: Object) -> str:
    """Of a heading too: what stands below it is a part of it."""
    return one_line(plain_title(_text(item.get("content")).removeprefix(HEADING)), LONGEST_NAME)


def read_task(item: Object, names: Names) -> TaskSignal | None:
    """None when there is nothing to say of it: no id, no title, or a mere heading."""
    external_id, content = _text(item.get("id")), _text(item.get("content"))
    title = "" if content.startswith(HEADING) else plain_title(content)
    if not external_id or not title:
        return None
    due = read_due(item.get("due"))
    return TaskSignal(
        external_id=external_id,
        title=title,
        description=plain_note(_text(item.get("description"))),
        project=names.projects.get(_text(item.get("project_id")), ""),
        section=names.sections.get(_text(item.get("section_id")), ""),
        parent=names.parents.get(_text(item.get("parent_id")), ""),
        labels=tuple(
            filter(None, (one_line(_text(label), 100) for label in _list(item, "labels")))
        ),
        priority=_priority(item.get("priority")),
        due_on=due.on,
        due_time=due.at,
        due_zone=due.zone,
        deadline_on=_day(_object(item.get("deadline")).get("date")),
        duration_min=_minutes(_object(item.get("duration"))),
        recurrence=due.recurrence,
        url=TASK_PAGE + quote(external_id, safe=""),
        added_at=read_moment(item.get("added_at")),
        updated_at=read_moment(item.get("updated_at")),
        completed_at=_completed_at(item),
    )


def read_due(given: object) -> Due:
    """All three notations: a day, a local time that floats with the person, a moment with a zone.

    The last is told as the local time of its zone, as the person wrote it.
    """
    due = _object(given)
    written = _text(due.get("datetime")) or _text(due.get("date"))
    zone = _text(due.get("timezone"))
    recurrence = ""
    if due.get("is_recurring") is True:
        recurrence = one_line(_text(due.get("string")), 200) or "every …"
    if "T" not in written:
        return Due(_day(written), recurrence=recurrence)
    moment = _parsed(written)
    if moment is None:
        return Due(_day(written[:10]), recurrence=recurrence)
    if moment.tzinfo is not None:
        found = _zone(zone)
        moment, zone = moment.astimezone(found), found.key
    else:
        zone = _zone(zone).key if zone else ""
    return Due(moment.date(), moment.time().replace(microsecond=0), zone, recurrence)


def read_moment(written: object) -> datetime | None:
    """A moment in UTC. What has no zone is taken to be UTC, as all of Todoist's stamps are."""
    moment = _parsed(_text(written))
    if moment is None:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _newest(objects: Iterable[object]) -> dict[str, Object]:
    """By id. Of several versions the one changed last, wherever in the list it stands."""
    newest: dict[str, Object] = {}
    for given in objects:
        found = _object(given)
        name = _text(found.get("id"))
        if name and not (name in newest and _stamp(found) < _stamp(newest[name])):
            newest[name] = found
    return newest


def _stamp(found: Object) -> datetime:
    return read_moment(found.get("updated_at")) or datetime.min.replace(tzinfo=UTC)


def _is_gone(item: Object, me: str, shelved: frozenset[str]) -> bool:
    """Deleted, put away with its project, or somebody else's to do."""
    doer = _text(item.get("responsible_uid"))
    return bool(
        item.get("is_deleted")
        or (doer and me and doer != me)
        or _text(item.get("project_id")) in shelved
    )


def _completed_at(item: Object) -> datetime | None:
    if item.get("checked") is not True:
        return None
    # Some moment it must have, else it would count as open.
    moments: Iterator[datetime | None] = (
        read_moment(item.get(key)) for key in ("completed_at", "updated_at", "added_at")
    )
    return next((m for m in moments if m), datetime(1970, 1, 1, tzinfo=UTC))


def _priority(given: object) -> int:
    # Their 4 is what the apps call "priority 1": urgent.
    return given if isinstance(given, int) and given in (1, 2, 3, 4) else 1


def _minutes(duration: Object) -> int | None:
    """Days are a span on the calendar, not an amount of work."""
    amount = duration.get("amount")
    if duration.get("unit") != "minute" or not isinstance(amount, int) or amount < 1:
        return None
    return amount


def _day(written: object) -> date | None:
    moment = _parsed(_text(written)[:10])
    return moment.date() if moment else None


def _parsed(written: str) -> datetime | None:
    try:
        return meant(datetime.fromisoformat(written))
    except ValueError:
        return None


def _zone(key: str) -> ZoneInfo:
    return zone_named(key) or ZoneInfo("UTC")


def _text(given: object) -> str:
    """Ids were numbers once."""
    if isinstance(given, str):
        return given
    return str(given) if type(given) is int else ""


def _object(given: object) -> Object:
    return given if isinstance(given, dict) else {}


def _list(found: Object, key: str) -> list[Any]:
    given = found.get(key)
    return given if isinstance(given, list) else []
