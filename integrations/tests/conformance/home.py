"""One person's connection to a source, read as workers read it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import User
from events.models import EventRecord
from integrations.access import connections
from integrations.access.backoff import trouble_of
from integrations.base import SignalSource, Trouble
from integrations.models import CalendarEvent, Connection, Task
from integrations.registry import SOURCES
from integrations.sync import syncing
from integrations.tests.conformance.driver import Driver
from oo.lib.http import ApiError


class Home:
    def __init__(self, user: User, driver: Driver, *, at: datetime) -> None:
        self.user, self.driver = user, driver
        self.connect(at)

    def connect(self, at: datetime) -> None:
        """Also again. Raises ApiError."""
        driver = self.driver
        driver.move_clock(at)
        made = connections.connect(
            self.user.pk, driver.key, driver.given(), driver.document(), at=at
        )
        self.pk = made.pk

    def read(self, at: datetime) -> Trouble | None:
        """What was wrong, as the page says it."""
        self.driver.move_clock(at)
        try:
            self.driver.hand_over(self.user, at)
        except ApiError as error:
            return trouble_of(error)
        Connection.objects.filter(pk=self.pk).update(next_sync_at=at)
        outcome = syncing.sync(self.pk, at=at)
        assert outcome in (syncing.Outcome.SYNCED, syncing.Outcome.FAILED), outcome
        return Trouble(self.row.last_error) if outcome == syncing.Outcome.FAILED else None

    def forget_cursor(self) -> None:
        Connection.objects.filter(pk=self.pk).update(cursor={})

    @property
    def row(self) -> Connection:
        return Connection.objects.select_related("user__profile").get(pk=self.pk)

    @property
    def source(self) -> SignalSource:
        return SOURCES[self.driver.key]

    @property
    def told(self) -> int:
        return EventRecord.objects.filter(user_id=self.user.pk).count()

    def everything(self) -> list[dict[str, Any]]:
        """All columns of all rows of the person, and how far the source was read."""
        tasks: Iterable[Any] = Task.objects.filter(user=self.user).order_by("pk").values()
        events: Iterable[Any] = CalendarEvent.objects.filter(user=self.user).order_by("pk").values()
        return [*tasks, *events, {"cursor": self.row.cursor}]

    def titles(self) -> set[str]:
        """Of tasks, those that are open."""
        rows: Any = Task.objects.open() if self.driver.rows is Task else CalendarEvent.objects
        return set(rows.filter(user=self.user).values_list("title", flat=True))

    def item(self, title: str) -> Any:
        return self.driver.rows.objects.get(user=self.user, title=title)

    def moments(self, title: str) -> list[datetime]:
        """When it begins, or is due, the earliest first."""
        rows = self.driver.rows.objects.filter(user=self.user, title=title)
        return sorted(self._moment(row) for row in rows)

    def _moment(self, row: Task | CalendarEvent) -> datetime:
        if isinstance(row, CalendarEvent):
            return row.starts_at
        assert row.due_on is not None
        assert row.due_time is not None
        zone = ZoneInfo(row.due_zone) if row.due_zone else self.user.profile.zone
        return datetime.combine(row.due_on, row.due_time, zone)

    def live_in(self, zone: str) -> None:
        self.user.profile.time_zone = zone
        self.user.profile.save(update_fields=["time_zone"])
