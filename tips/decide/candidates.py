"""What could be said now: every open task, the next meeting, and what was newly learnt of the
person, with the facts about them. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from agents.base import EventView, TaskView, UserView
from agents.timing.meetings import (
    SOON,
    Gap,
    find_gap,
    is_meeting,
    leaves_at,
    waits_for_its_date,
)
from tips.base import Candidate, Evidence, Facts, Kind
from tips.decide.insights import build_insights

# A meeting is worth a reminder when nothing else fits before it, and while one can still get there.
REMIND_FROM = timedelta(minutes=20)
REMIND_UNTIL = timedelta(minutes=2)


def build_candidates(view: UserView, muted: Collection[str]) -> list[Candidate]:
    """Candidates in the order of the view; those whose key is muted are left out."""
    gap = find_gap(view)
    found = [
        _of_task(task, view, gap)
        for task in view.tasks
        if not waits_for_its_date(task, view) and _is_for_now(task, view)
    ]
    found += [_of_event(event) for event in view.events if _is_near(event, view.now)]
    found += build_insights(view)
    return [c for c in found if c.key not in muted]


def _is_for_now(task: TaskView, view: UserView) -> bool:
    """In a situation that is limited to some projects, only their tasks."""
    situation = view.situation
    return situation is None or not situation.projects or task.project in situation.projects


def _is_near(event: EventView, now: datetime) -> bool:
    return is_meeting(event) and REMIND_UNTIL <= leaves_at(event) - now <= REMIND_FROM


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
        key=task.key,
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
        key=event.key,
        kind=Kind.REMINDER,
        content=event.title,
        source=event.source,
        evidence=(Evidence("event", event.id, "starts_soon"),),
        facts=Facts(starts_at=event.starts_at, leaves_at=leaves_at(event)),
        valid_until=event.starts_at,
        url=event.url,
    )
