"""Rows for the tests that need a database: what a sync would have written."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from integrations.models import CalendarEvent, Connection, Task
from tips.tests.people import NOON, TODAY


def connect(
    user: User, *, at: datetime = NOON, source: str = "sample", **fields: Any
) -> Connection:
    values: dict[str, Any] = {
        "account": str(user.pk),
        "state": Connection.State.OK,
        "connected_at": at,
        "synced_at": at,
        "next_sync_at": at + timedelta(days=1),
    }
    return Connection.objects.create(user=user, source=source, **{**values, **fields})


def add_task(user: User, title: str, *, due_in: int | None = 0, **fields: Any) -> Task:
    """`due_in` counts days from the tests' today; None has no due date."""
    connection = fields.pop("connection", None) or _connection(user)
    due_on = TODAY + timedelta(days=due_in) if due_in is not None else None
    values: dict[str, Any] = {"due_on": due_on, "changed_at": NOON - timedelta(hours=1)}
    return Task.objects.create(
        user=user,
        connection=connection,
        external_id=f"{title[:200]} {Task.objects.count()}",
        title=title,
        digest="",
        **{**values, **fields},
    )


def add_meeting(
    user: User, *, starts_in_min: int, lasts_min: int = 60, **fields: Any
) -> CalendarEvent:
    starts_at = NOON + timedelta(minutes=starts_in_min)
    return CalendarEvent.objects.create(
        user=user,
        connection=_connection(user),
        external_id=f"meeting {CalendarEvent.objects.count()}",
        occurrence="",
        title=fields.pop("title", "Design review"),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=lasts_min),
        changed_at=NOON - timedelta(hours=1),
        digest="",
        **fields,
    )


def _connection(user: User) -> Connection:
    return Connection.objects.filter(user=user).first() or connect(user)
