"""One sync: what has changed since the cursor, or everything in the window."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin

from integrations import ical
from integrations.base import EventSignal, Link, Pull
from integrations.ical.failures import named_failures
from integrations.ical.limits import AFTER, BEFORE, MAX_OCCURRENCES
from integrations.sources.caldav.discovery import (
    Calendar,
    Place,
    find_place,
    list_calendars,
    path_of,
)
from integrations.sources.caldav.server import Server
from integrations.sources.caldav.signals import Filed, Resource, read_resources, task_of
from integrations.sources.caldav.wire import (
    DATA,
    NOT_HERE,
    SERVICE,
    Answer,
    changes,
    multiget,
    query,
)
from oo.lib.http import ApiError, Refused, Unauthorized, Unexpected, Unreachable
from oo.lib.types import JSON

# Zones, and whole days, of whoever asks and whoever wrote it.
MARGIN = timedelta(days=2)
# How long a full sync tells of what was closed.
CLOSED = timedelta(days=30)
# More changes than these are read with everything else.
MOST_CHANGES, AT_ONCE = 300, 50
REFUSED_TOKEN = frozenset({400, 403, 404, 409, 410, 412, 507})


@dataclass(slots=True)
class _Changes:
    filed: list[Filed] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)


class _NeedsAll(Exception):
    """What has changed cannot be told by itself."""


def read(server: Server, link: Link, at: datetime) -> Pull:
    """Raises ApiError."""
    place, calendars = _calendars(server, link.cursor)
    cursor: dict[str, JSON] = {
        "principal": place.principal,
        "homes": list(place.homes),
        "alone": place.alone,
        "window": f"{at.astimezone(link.zone):%Y-%m-%d} {link.zone.key}",
        "marks": {calendar.url: [calendar.name, calendar.mark] for calendar in calendars},
        "parents": link.cursor.get("parents", {}),
    }
    is_same_window = link.cursor.get("window") == cursor["window"]
    is_told = all(calendar.mark for calendar in calendars)
    if is_same_window and is_told and link.cursor.get("marks") == cursor["marks"]:
        return Pull(full=False, cursor=cursor, not_modified=True)
    if is_same_window:
        try:
            return _delta(server, link, cursor, calendars)
        except _NeedsAll:
            pass
    return _everything(server, link, at, cursor, calendars)


def _calendars(server: Server, cursor: Mapping[str, JSON]) -> tuple[Place, list[Calendar]]:
    """Where they were the last time; only when they are not there any more they are looked for."""
    homes, principal = cursor.get("homes"), cursor.get("principal")
    if isinstance(homes, list) and homes and isinstance(principal, str):
        kept = tuple(server.whole(str(home)) for home in homes)
        place = Place(principal, kept, cursor.get("alone") is True)
        try:
            return place, list_calendars(server, place)
        except Unexpected as error:
            if error.status not in NOT_HERE:
                raise
    place = find_place(server)
    return place, list_calendars(server, place)


def _everything(
    server: Server,
    link: Link,
    at: datetime,
    cursor: dict[str, JSON],
    calendars: Iterable[Calendar],
) -> Pull:
    events: dict[tuple[str, str], EventSignal] = {}
    filed: list[Filed] = []
    kept: set[str] = set()
    for calendar in calendars:
        if "VEVENT" in calendar.kinds:
            for event in _events(server, calendar, link, at, kept):
                key = event.external_id, event.occurrence
                # The same meeting in two calendars is one; busy in either is busy.
                if key not in events or event.is_busy:
                    events[key] = event
        if "VTODO" in calendar.kinds:
            resources = _resources(server, calendar, query("VTODO"), kept)
            filed += read_resources(resources, calendar.name, link.zone)[0]
    titles = {each.todo.uid: each.todo.title for each in filed}
    parents = {
        each.todo.parent: titles.get(each.todo.parent, "") for each in filed if each.todo.parent
    }
    ordered = sorted(events.values(), key=lambda e: (e.starts_at, e.external_id, e.occurrence))
    return Pull(
        full=True,
        cursor={**cursor, "parents": dict[str, JSON](parents)},
        tasks=tuple(
            task_of(each, parents, link.zone)
            for each in filed
            if each.todo.completed_at is None or each.todo.completed_at > at - CLOSED
        ),
        events=tuple(ordered[:MAX_OCCURRENCES]),
        kept=frozenset(kept),
    )


def _events(
    server: Server, calendar: Calendar, link: Link, at: datetime, kept: set[str]
) -> tuple[EventSignal, ...]:
    now = at.astimezone(UTC)
    span = now - BEFORE - MARGIN, now + AFTER + MARGIN
    resources = _resources(server, calendar, query("VEVENT", span), kept)
    text = "\r\n".join(each.text for each in resources if each.is_whole)
    if not text:
        return ()
    # What is in somebody's own home is theirs to decline, by whichever address they were asked.
    name = server.name.lower()
    owners = link.addresses | ({name} if "@" in name else frozenset())
    with named_failures(SERVICE):
        found = ical.read(
            text.encode(), at=at, zone=link.zone, owners=owners, addresses=link.addresses
        )
    return found.events


def _resources(server: Server, calendar: Calendar, body: bytes, kept: set[str]) -> list[Resource]:
    """None of a calendar that is listed and may not be read. Adds to `kept` what of it may not."""
    try:
        told = server.report(calendar.url, body)
    except ApiError as error:
        if error.status in (403, *NOT_HERE):
            return []
        raise
    for answer in told.answers:
        if _is_refused(answer, calendar):
            kept.update(_names_of(server, answer, calendar))
    return [each for each in _told(server, calendar, told.answers) if each.text]


def _is_refused(answer: Answer, calendar: Calendar) -> bool:
    """Whether it is there and may not be read (403), as what is private in a shared calendar.

    Of everything, what else is not told counts as gone. Raises Unreachable.
    """
    is_gone = answer.status in NOT_HERE or DATA in answer.missing
    is_one = path_of(urljoin(calendar.url, answer.href)) != path_of(calendar.url)
    if is_one and answer.trouble == 403 and answer.trouble_with(DATA):
        return True
    is_hidden = answer.trouble and not (is_one and answer.trouble == 403)
    if is_hidden or not (is_gone or answer.text(DATA)):
        raise Unreachable(SERVICE, "not all was told", status=answer.trouble or None)
    return False


def _names_of(server: Server, answer: Answer, calendar: Calendar) -> set[str]:
    """What a task in it is known by, and an entry: nearly all programs name a file by its UID."""
    try:
        url = server.whole(answer.href, calendar.url)
    except Refused:
        return set()
    return {url, path_of(url).rpartition("/")[2].removesuffix(".ics")}


def _told(server: Server, calendar: Calendar, answers: Iterable[Answer]) -> Iterator[Resource]:
    """Without text where there is none any more."""
    for answer in answers:
        try:
            url = server.whole(answer.href, calendar.url)
        except Refused:
            continue
        yield Resource(url, answer.text(DATA) if answer.status == 200 else "")


def _delta(
    server: Server, link: Link, cursor: dict[str, JSON], calendars: Iterable[Calendar]
) -> Pull:
    """Raises _NeedsAll."""
    kept, marks = link.cursor.get("marks"), cursor["marks"]
    if not isinstance(kept, dict) or not isinstance(marks, dict) or kept.keys() != marks.keys():
        raise _NeedsAll
    found = _Changes()
    for calendar in calendars:
        before = kept[calendar.url]
        if before == [calendar.name, calendar.mark] and calendar.mark:
            continue
        if not isinstance(before, list) or before[:1] != [calendar.name] or not calendar.token:
            raise _NeedsAll
        _read_changes(server, calendar, str(before[1]), link, found)
    parents = _known_parents(link.cursor, found.filed)
    return Pull(
        full=False,
        cursor=cursor,
        tasks=tuple(task_of(each, parents, link.zone) for each in found.filed),
        gone_tasks=frozenset(found.gone),
    )


def _read_changes(
    server: Server, calendar: Calendar, token: str, link: Link, found: _Changes
) -> None:
    try:
        told = server.report(calendar.url, changes(token), depth="0")
    except (Unexpected, Unauthorized) as error:
        if error.status in REFUSED_TOKEN:
            raise _NeedsAll from None
        raise
    changed = _changed(server, calendar, told.answers, found)
    for start in range(0, len(changed), AT_ONCE):
        answers = server.report(calendar.url, multiget(changed[start : start + AT_ONCE])).answers
        resources = list(_told(server, calendar, answers))
        if any(not each.text or "BEGIN:VEVENT" in each.text.upper() for each in resources):
            raise _NeedsAll
        filed, nothing = read_resources(resources, calendar.name, link.zone)
        found.filed += filed
        found.gone.update(nothing)


def _changed(
    server: Server, calendar: Calendar, answers: Iterable[Answer], found: _Changes
) -> list[str]:
    """What there is to read. Raises _NeedsAll."""
    changed: list[str] = []
    for answer in answers:
        if answer.status in NOT_HERE:
            # Of a calendar that takes both, nobody knows whether it was an entry.
            if "VEVENT" in calendar.kinds:
                raise _NeedsAll
            found.gone.add(server.whole(answer.href, calendar.url))
        elif answer.trouble or len(changed) >= MOST_CHANGES:
            raise _NeedsAll
        elif answer.found:
            changed.append(answer.href)
    return changed


def _known_parents(cursor: Mapping[str, JSON], filed: Iterable[Filed]) -> dict[str, str]:
    """Raises _NeedsAll for a part of a task that had none, and where a task with parts has another
    title: its parts, which are not told, say so too.
    """
    kept = cursor.get("parents")
    parents = {uid: str(title) for uid, title in kept.items()} if isinstance(kept, dict) else {}
    for each in filed:
        is_renamed = parents.get(each.todo.uid, each.todo.title) != each.todo.title
        if is_renamed or (each.todo.parent and each.todo.parent not in parents):
            raise _NeedsAll
    return parents
