"""A month of a made-up person, so that oO can be tried before anything is connected."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from integrations.base import Account, Link, Pull, SignalSource, SourceManifest
from integrations.sources.sample.month import Month
from oo.lib.types import JSON
from oo.lib.words import gettext_lazy as _


class Sample(SignalSource):
    """Tasks are told once: nobody but oO holds them, so what is closed stays closed.

    Every new day the recurring ones move on and the calendar's window with it. The cursor keeps the
    moment around which the month was placed, and the day that was told last.
    """

    manifest = SourceManifest(
        key="sample",
        title=_("Sample data"),
        version=1,
        description=_("A month of a made-up person, to try oO: tasks and meetings."),
        consents=frozenset({"tasks", "calendar"}),
        sync_every=timedelta(hours=1),
        can_complete=True,
    )

    def identify(self, credentials: Mapping[str, str], document: str) -> Account:
        return Account("sample", "Nora Lindqvist")

    def pull(self, link: Link, *, at: datetime) -> Pull:
        today = at.astimezone(link.zone).date()
        start = _start(link.cursor)
        month = Month(start or link.connected_at, link.zone)
        cursor: dict[str, JSON] = {
            "seeded": True,
            "start": month.start.isoformat(),
            "day": today.isoformat(),
        }
        if start and _day(link.cursor) == today:
            return Pull(full=False, cursor=link.cursor, not_modified=True)
        tasks = month.recurring(today) if start else month.tasks(today)
        return Pull(
            full=start is None,
            cursor=cursor,
            tasks=tuple(tasks),
            events=tuple(month.events(today)),
        )

    def complete(self, link: Link, external_id: str, *, key: UUID) -> None:
        """Nothing to do: there is no other place in which the task is open."""


def _start(cursor: Mapping[str, JSON]) -> datetime | None:
    """None before the first pull, or where the person's zone has changed since."""
    start = cursor.get("start")
    return datetime.fromisoformat(start) if isinstance(start, str) else None


def _day(cursor: Mapping[str, JSON]) -> date | None:
    day = cursor.get("day")
    return date.fromisoformat(day) if isinstance(day, str) else None
