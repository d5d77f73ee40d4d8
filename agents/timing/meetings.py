"""The meeting that the person is in, and the free time until the next one. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from agents.base import EventView, TaskView, UserView

# Free time beyond this is not a gap between meetings but the day.
LONGEST_GAP = timedelta(hours=8)
PART_HOURS = 3
# How near a moment is, in steps: a score that depends on it changes at these moments only.
SOON = (timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2))


@dataclass(frozen=True, slots=True)
class Gap:
    """The free time from now to the next meeting."""

    until: datetime
    length: timedelta
    event_id: int
    event_title: str


def find_meeting(view: UserView) -> EventView | None:
    """The meeting that the person is in; of several, the one that ends last."""
    running = (e for e in view.events if is_meeting(e) and e.is_on(view.now))
    return max(running, key=lambda e: e.ends_at, default=None)


def find_gap(view: UserView) -> Gap | None:
    """The time until the next meeting, when one comes within eight hours."""
    for event in view.events:
        if is_meeting(event) and view.now < event.starts_at:
            length = event.starts_at - view.now
            return (
                Gap(event.starts_at, length, event.id, event.title)
                if length <= LONGEST_GAP
                else None
            )
    return None


def is_meeting(event: EventView) -> bool:
    return event.is_busy and not event.is_all_day


def leaves_at(event: EventView) -> datetime:
    """When the person has to set out for it, as far as its words say; else when it begins."""
    leave = event.traits.leave_by
    return event.starts_at - leave.value if leave else event.starts_at


def part_of_day(moment: datetime, view: UserView) -> int:
    """Which of the eight parts of the local day: 0 is from midnight to 3:00, 7 from 21:00 on."""
    return moment.astimezone(view.zone).hour // PART_HOURS


def waits_for_its_date(task: TaskView, view: UserView) -> bool:
    """Whether a recurring task is done for now, since its next date is not near yet.

    It waits until the day before that date. If it came back only today, it waits until the date
    itself and, where that has a time, until two hours before it (the last step of SOON): "every 12
    hours", done this morning, is not shown at noon. The dates tell; the rhythm is not read.
    """
    if not task.is_recurring or task.due_on is None or task.deadline_on is not None:
        return False
    days = (task.due_on - view.today).days
    if days > 1 or task.returned_at is None:
        return days > 1
    if task.returned_at.astimezone(view.zone).date() != view.today:
        return False
    return days == 1 or (task.due_at is not None and task.due_at - view.now > SOON[-1])
