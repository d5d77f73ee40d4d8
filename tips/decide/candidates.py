"""What could be said now: every open task and the next meeting, with the facts about them. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from agents.base import EventView, TaskView, UserView
from tips.base import Candidate, Evidence, Facts, Gap, Kind

# A meeting is worth a reminder when nothing else fits before it, and while one can still get there.
REMIND_FROM = timedelta(minutes=20)
REMIND_UNTIL = timedelta(minutes=2)
# How near a moment is, in steps: a score that depends on it changes at these moments only.
SOON = (timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2))
# Free time beyond this is not a gap between meetings but the day.
LONGEST_GAP = timedelta(hours=8)


def build_candidates(view: UserView, muted: Collection[str]) -> list[Candidate]:
    """Candidates in the order of the view; those whose key is muted are left out."""
    gap = find_gap(view)
    found = [_of_task(task, view, gap) for task in view.tasks if not waits_for_its_date(task, view)]
    found += [_of_event(event) for event in view.events if _is_near(event, view.now)]
    return [c for c in found if c.key not in muted]


def waits_for_its_date(task: TaskView, view: UserView) -> bool:
    """A recurring task that has come back is done for now, until its next date is near.

    Near is today and tomorrow. Of what came back only today, near is today, and of a moment the
    last step of SOON: "every 12 hours", done this morning, is not due again this noon. No rhythm is
    read for that; it is in the dates.
    """
    if not task.is_recurring or task.due_on is None or task.deadline_on is not None:
        return False
    days = (task.due_on - view.today).days
    if days > 1 or task.returned_at is None:
        return days > 1
    if task.returned_at.astimezone(view.zone).date() != view.today:
        return False
    return days == 1 or (task.due_at is not None and task.due_at - view.now > SOON[-1])


def find_meeting(view: UserView) -> EventView | None:
    """The meeting that the person is in; of several, the one that ends last."""
    running = (e for e in view.events if _is_meeting(e) and e.starts_at <= view.now < e.ends_at)
    return max(running, key=lambda e: e.ends_at, default=None)


def find_gap(view: UserView) -> Gap | None:
    """The time until the next meeting, when one comes within eight hours."""
    for event in view.events:
        if _is_meeting(event) and view.now < event.starts_at:
            length = event.starts_at - view.now
            return (
                Gap(event.starts_at, length, event.id, event.title)
                if length <= LONGEST_GAP
                else None
            )
    return None


def _is_meeting(event: EventView) -> bool:
    return event.is_busy and not event.is_all_day


def leaves_at(event: EventView) -> datetime:
    """When the person has to set out for it, as far as its words say; else when it begins."""
    leave = event.traits.leave_by
    return event.starts_at - leave.value if leave else event.starts_at


def _is_near(event: EventView, now: datetime) -> bool:
    return _is_meeting(event) and REMIND_UNTIL <= leaves_at(event) - now <= REMIND_FROM


def _of_task(task: TaskView, view: UserView, gap: Gap | None) -> Candidate:
    past = view.today > task.due_on if task.due_on else False
    facts = Facts(
        due_in_days=(task.due_on - view.today).days if task.due_on else None,
        due_at=task.due_at,
        due_within=_due_within(task, view.now),
        is_past_due=past or bool(task.due_at and task.due_at <= view.now),
        deadline_in_days=(task.deadline_on - view.today).days if task.deadline_on else None,
        priority=task.priority,
        duration=task.duration,
        gap=gap,
        traits=task.traits,
    )
    return Candidate(
        key=f"task:{task.id}",
        kind=Kind.TASK,
        content=task.title,
        source=task.source,
        evidence=(Evidence("task", task.id, "open"),),
        facts=facts,
        valid_until=task.due_at if task.due_at and task.due_at > view.now else None,
        url=task.url,
    )


def _due_within(task: TaskView, now: datetime) -> timedelta | None:
    if task.due_at is None or task.due_at <= now:
        return None
    return next((step for step in SOON if task.due_at - now <= step), None)


def _of_event(event: EventView) -> Candidate:
    return Candidate(
        key=f"event:{event.id}",
        kind=Kind.REMINDER,
        content=event.title,
        source=event.source,
        evidence=(Evidence("event", event.id, "starts_soon"),),
        facts=Facts(starts_at=event.starts_at),
        valid_until=event.starts_at,
        url=event.url,
    )
