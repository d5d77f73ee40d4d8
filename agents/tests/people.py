"""Made-up people for the pure tests: a Tuesday noon in Berlin, and short ways to fill it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from agents.base import EventView, TaskView, UserView
from tests.clock import BERLIN, NOON, TODAY

SOMEBODY = UUID(int=1)


def task(pk: int, title: str = "Task", *, due_in: int | None = None, **fields: Any) -> TaskView:
    """`due_in` counts days from today."""
    due_on = TODAY + timedelta(days=due_in) if due_in is not None else fields.pop("due_on", None)
    return TaskView(pk, title, "sample", due_on=due_on, **fields)


def meeting(pk: int, *, starts_in_min: int, lasts_min: int = 60, **fields: Any) -> EventView:
    starts_at = NOON + timedelta(minutes=starts_in_min)
    title = fields.pop("title", "Design review")
    return EventView(
        pk, title, "sample", starts_at, starts_at + timedelta(minutes=lasts_min), **fields
    )


def view(*things: TaskView | EventView, now: datetime = NOON, zone: ZoneInfo = BERLIN) -> UserView:
    return UserView(
        SOMEBODY,
        now,
        zone,
        tasks=tuple(t for t in things if isinstance(t, TaskView)),
        events=tuple(t for t in things if isinstance(t, EventView)),
    )
