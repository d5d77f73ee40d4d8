"""A moment as a signal source: what the person's apps said at any time up to its now. Pure.

The moment tells how things stand now. What was before follows from the history: a task appears when
it was added, a recurring one that was done came back with its next date, and what is named in the
history alone is there until it was closed, or last spoken of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from uuid import UUID
from zoneinfo import ZoneInfo

from integrations.base import (
    Account,
    EventSignal,
    Link,
    Pull,
    SignalSource,
    SourceManifest,
    TaskSignal,
)
from lab.moments.format import EventItem, Happening, Moment, TaskItem

# After an answer, until oO has told the source, and until the source says what came of it. Not at
# once: a task that is read at the very moment of its completion is not open again.
TOLD, SETTLED = timedelta(seconds=30), timedelta(minutes=1)
# oO was connected a while before the first thing that is known.
BEFORE = timedelta(days=7)


class MomentSource(SignalSource):
    manifest = SourceManifest(
        key="moments",
        title="Moments",
        version=1,
        consents=frozenset({"tasks", "calendar"}),
        sync_every=timedelta(minutes=10),
        can_complete=True,
        debug_only=True,
    )

    def __init__(self, moment: Moment) -> None:
        self.moment = moment

    def identify(self, credentials: Mapping[str, str], document: str) -> Account:
        return Account(self.moment.id, self.moment.id)

    def pull(self, link: Link, *, at: datetime) -> Pull:
        zone = self.moment.person_zone
        return Pull(
            full=True,
            cursor={},
            tasks=(*self._tasks(at), *self._gone(at)),
            events=tuple(event_signal(item, zone) for item in self.moment.events),
        )

    def complete(self, link: Link, external_id: str, *, key: UUID) -> None:
        """Nothing to do: the history says what came of it."""

    @cached_property
    def timeline(self) -> tuple[datetime, ...]:
        """The times at which something changed or was answered, from connecting to now."""
        now, history = self.moment.now, self.moment.history
        times = [past.at for past in history]
        start = min([now, *times]) - BEFORE
        times += [past.at + delay for past in history if closes(past) for delay in (TOLD, SETTLED)]
        times += [task.added for task in self.moment.tasks if task.added]
        return (start, *sorted({at for at in times if start < at < now}), now)

    def _tasks(self, at: datetime) -> Iterator[TaskSignal]:
        zone = self.moment.person_zone
        for item in self.moment.tasks:
            pasts = [past for past in self.moment.history if past.item == item.id]
            known = [moment for moment in (item.added, *(p.at for p in pasts)) if moment]
            if known and at < min(known):
                continue
            closings = [past.at + SETTLED for past in pasts if closes(past)]
            before = [c for c in closings if c <= at]
            signal = task_signal(_as_of(item, len(closings) - len(before)), zone)
            yield replace(signal, updated_at=max(before, default=signal.updated_at))

    def _gone(self, at: datetime) -> Iterator[TaskSignal]:
        """Tasks that only the history names."""
        here = self.moment.titles.keys()
        pasts = {past.item: past for past in self.moment.history if past.item not in here}
        for name, last in pasts.items():
            mine = [past for past in self.moment.history if past.item == name]
            title = next(past.title for past in mine if past.title)
            if at > last.at and not closes(last) and last.what != "added":
                continue  # deleted there
            was_added = next((past.at for past in mine if past.what == "added"), None)
            if was_added and at < was_added:
                continue
            closed = last.at if closes(last) and at >= last.at + _delay(last) else None
            yield TaskSignal(name, title, added_at=was_added, completed_at=closed)


def closes(past: Happening) -> bool:
    return past.what in ("done", "completed_elsewhere") or past.reason == "already_done"


def _delay(past: Happening) -> timedelta:
    """What was answered in oO reaches the source a little later."""
    return timedelta() if past.what == "completed_elsewhere" else SETTLED


def _as_of(item: TaskItem, closings_to_come: int) -> TaskItem:
    """A recurring task had an earlier date before each of them: which, the moment does not say."""
    if not item.recurring or item.due is None:
        return item
    return replace(item, due=item.due - timedelta(days=closings_to_come))


def task_signal(item: TaskItem, zone: ZoneInfo) -> TaskSignal:
    due_on, due_time, due_zone = due_fields(item.due, zone)
    return TaskSignal(
        external_id=item.id,
        title=item.title,
        description=item.description,
        project=item.project,
        labels=item.labels,
        priority=item.priority,
        due_on=due_on,
        due_time=due_time,
        due_zone=due_zone,
        deadline_on=item.deadline,
        duration_min=item.duration_min,
        recurrence=item.recurring,
        added_at=item.added,
        updated_at=item.added,
    )


def due_fields(due: datetime | date | None, zone: ZoneInfo) -> tuple[date | None, time | None, str]:
    """Day, time and zone, "" where it floats.

    A moment is told in the person's zone, or in UTC where that clock cannot name it: the second
    of two hours that a change of the clock repeats.
    """
    if not isinstance(due, datetime):
        return due, None, ""
    if due.tzinfo is None:
        return due.date(), due.time(), ""
    local = due.astimezone(zone)
    if local.replace(fold=0).astimezone(UTC) != due.astimezone(UTC):
        local = due.astimezone(UTC)
        return local.date(), local.time(), "UTC"
    return local.date(), local.time(), zone.key


def event_signal(item: EventItem, zone: ZoneInfo) -> EventSignal:
    """Whole days are dates, as they are written; their moments are those of the person's zone."""
    starts_on = ends_on = None
    if item.all_day:
        starts_on = _date(item.start)
        ends_on = max(_date(item.end), starts_on + timedelta(days=1))
    return EventSignal(
        external_id=item.id,
        occurrence="",
        title=item.title,
        location=item.location,
        starts_at=_moment(starts_on or item.start, zone),
        ends_at=_moment(ends_on or item.end, zone),
        starts_on=starts_on,
        ends_on=ends_on,
        is_busy=item.busy,
    )


def _date(when: datetime | date) -> date:
    return when.date() if isinstance(when, datetime) else when


def _moment(when: datetime | date, zone: ZoneInfo) -> datetime:
    if not isinstance(when, datetime):
        return datetime.combine(when, time(), zone)
    return when if when.tzinfo else when.replace(tzinfo=zone)
