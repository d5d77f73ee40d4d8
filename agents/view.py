"""From rows to a UserView: the only place that loads what agents and policies look at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.models import Profile
from agents.base import EventView, TaskView, UserView
from agents.traits import Traits
from agents.understanding.loading import Understood, load_understood
from integrations.models import CalendarEvent, Completion, Connection, Task
from integrations.registry import SOURCES
from oo.lib.zones import zone_named

HORIZON = timedelta(days=8)


def load_view(user_id: UUID, *, at: datetime) -> UserView:
    """One person at `at`. Six queries, whatever they own. Raises Profile.DoesNotExist."""
    zone = Profile.objects.only("time_zone").get(user_id=user_id).zone
    sources: dict[UUID, str] = {}
    synced: list[datetime] = []
    for pk, source, synced_at in Connection.objects.filter(user_id=user_id).values_list(
        "pk", "source", "synced_at"
    ):
        sources[pk] = source
        if synced_at:
            synced.append(synced_at)
    understood = load_understood(user_id)
    return UserView(
        user_id=user_id,
        now=at,
        zone=zone,
        tasks=_tasks(user_id, zone, sources, understood),
        events=_events(user_id, at, sources, understood),
        synced_at=min(synced, default=None),
    )


def _tasks(
    user_id: UUID, zone: ZoneInfo, sources: Mapping[UUID, str], understood: Understood
) -> tuple[TaskView, ...]:
    answered = Completion.objects.answered(user_id)
    rows = Task.objects.open().filter(user_id=user_id).exclude(pk__in=answered.values("task_id"))
    completable = {s.manifest.key for s in SOURCES if s.manifest.can_complete}
    rows = rows.defer("description", "digest", "external_id").order_by("pk")
    return tuple(
        _task(
            row,
            zone,
            sources.get(row.connection_id, ""),
            completable,
            understood.of_task(row.words_digest),
        )
        for row in rows
    )


def _task(
    row: Task, zone: ZoneInfo, source: str, completable: set[str], traits: Traits
) -> TaskView:
    due_at = _moment(row, zone)
    return TaskView(
        id=row.pk,
        title=row.title,
        source=source,
        project=row.project,
        labels=tuple(row.labels),
        priority=row.priority,
        # A moment that is fixed in another zone may fall on another day where the person is.
        due_on=due_at.astimezone(zone).date() if due_at else row.due_on,
        due_at=due_at,
        deadline_on=row.deadline_on,
        duration=timedelta(minutes=row.duration_min) if row.duration_min else None,
        is_recurring=row.is_recurring,
        added_at=row.added_at,
        changed_at=row.changed_at,
        returned_at=row.returned_at,
        can_complete=source in completable,
        url=row.url,
        traits=traits,
    )


def _moment(row: Task, zone: ZoneInfo) -> datetime | None:
    """When the task is due, if its due date has a time: in its own zone, or afloat in the person's.

    A local time that a DST change skips or repeats is read as zoneinfo's fold 0 does.
    """
    if row.due_on is None or row.due_time is None:
        return None
    return datetime.combine(row.due_on, row.due_time, zone_named(row.due_zone) or zone)


def _events(
    user_id: UUID, at: datetime, sources: Mapping[UUID, str], understood: Understood
) -> tuple[EventView, ...]:
    rows = CalendarEvent.objects.filter(
        user_id=user_id, ends_at__gt=at, starts_at__lt=at + HORIZON
    ).order_by("starts_at", "pk")
    return tuple(
        EventView(
            id=row.pk,
            title=row.title,
            source=sources.get(row.connection_id, ""),
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            is_all_day=row.starts_on is not None,
            is_busy=row.is_busy,
            url=row.url,
            traits=understood.of_event(row.words_digest),
        )
        for row in rows
    )
