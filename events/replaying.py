"""Telling one subscriber again what happened, out of the log.

It is safe to do twice, and while everything runs: what subscribers do is to note in a row that
somebody should look, or to queue a task that looks at rows. A past event says nothing about today.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, get_type_hints
from uuid import UUID

from events.bus import subscribers
from events.catalog import BY_SUBJECT, Event
from events.models import EventRecord
from oo.lib.tracing import within

log = logging.getLogger(__name__)

READERS: dict[Any, Callable[[Any], Any]] = {
    UUID: UUID,
    datetime: datetime.fromisoformat,
    tuple[str, ...]: tuple,
}


@dataclass(slots=True)
class Fed:
    told: int = 0
    unreadable: int = 0  # of an older version of their schema
    failed: int = 0


class NobodyOfThatName(LookupError):
    """The text has the names that there are."""


def replay(name: str, *, begin: datetime, end: datetime) -> Fed:
    """Everything of begin <= at < end that the subscriber hears, in order. One query; constant
    memory. Raises NobodyOfThatName."""
    known = subscribers()
    if name not in known:
        raise NobodyOfThatName(", ".join(sorted(known)))
    handlers, fed = known[name], Fed()
    subjects = [kind.subject for kind in handlers]
    rows = EventRecord.objects.filter(at__gte=begin, at__lt=end, subject__in=subjects)
    for row in rows.order_by("at", "pk").iterator(chunk_size=1_000):
        event = read(row)
        if event is None:
            fed.unreadable += 1
        elif _tell(name, handlers[type(event)], event, row):
            fed.told += 1
        else:
            fed.failed += 1
    return fed


def replay_one(name: str, row: EventRecord) -> bool:
    """As `replay`, of one event. False: it failed, is not heard by it, or cannot be read."""
    known = subscribers()
    if name not in known:
        raise NobodyOfThatName(", ".join(sorted(known)))
    event = read(row)
    handler = known[name].get(type(event)) if event else None
    return bool(event and handler and _tell(name, handler, event, row))


def _tell(name: str, handler: Callable[[Any], object], event: Event, row: EventRecord) -> bool:
    try:
        with within(row.trace or ""):
            handler(event)
    except Exception as error:  # a subscriber may raise anything, and quote anything
        log.error("%s failed at event %s: %s", name, row.event_id, type(error).__name__)  # noqa: TRY400
        return False
    return True


def read(row: EventRecord) -> Event | None:
    """The event that was published; None when its schema is another today."""
    kind = BY_SUBJECT.get(row.subject)
    if kind is None or kind.version != row.version:
        return None
    types = get_type_hints(kind)
    body = {**row.body, "user_id": str(row.user_id), "at": row.at.isoformat()}
    try:
        return kind(**{f.name: _read(body[f.name], types[f.name]) for f in fields(kind)})
    except (KeyError, ValueError, TypeError):
        return None


def _read(value: Any, kind: Any) -> Any:
    return READERS[kind](value) if kind in READERS else value
