"""The area of life that presses most: the project to which most of what is near belongs."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from agents.base import (
    Agent,
    AgentManifest,
    Fact,
    Nomination,
    Snippet,
    TaskView,
    Unit,
    UserView,
    first_nominations,
    keys_of,
)
from agents.beliefs import Areas
from agents.phrases import put_down_for, quoted
from agents.timing.needs import can_begin
from oo.lib.words import day, gettext_lazy
from oo.lib.words import gettext as _

NEAR_DAYS, STALE_DAYS = 7, 60
IMPORTANT = 3  # a priority
SALIENCE = 0.5
ENOUGH, SHARE = 2, 0.25  # tasks of one area that press, and their part of all that do


class FocusArea(Agent):
    manifest = AgentManifest(
        key="focus-area",
        title=gettext_lazy("The area that needs you most"),
        about=gettext_lazy("The project with the most coming up."),
        version=2,
        ttl=timedelta(hours=12),
        consents=("tasks",),
        reads=("tasks",),
    )

    def look(self, view: UserView) -> Snippet | None:
        pressing = [t for t in view.tasks if _presses(t, view)]
        areas: dict[str, list[TaskView]] = defaultdict(list)
        own = view.belief("focus-area", Areas)
        for task in pressing:
            # Where somebody has said which areas are theirs, no other is one.
            if task.project and (own is None or not own.names or task.project in own.names):
                areas[task.project].append(task)
        if not areas:
            return None
        area, tasks = max(areas.items(), key=lambda item: (len(item[1]), item[0]))
        if len(tasks) < ENOUGH or len(tasks) < SHARE * len(pressing):
            return None
        tasks.sort(key=lambda t: (t.due_on is None, t.due_on or view.today, -t.priority, t.id))
        reason = _("It belongs to %(area)s.") % {"area": quoted(area)}
        return Snippet(
            text=_said(area, tasks, len(pressing), view),
            facts=(
                Fact("area", area, Unit.NAME, keys_of(tasks)),
                Fact("pressing_share", round(len(tasks) / len(pressing), 3), Unit.SHARE),
            ),
            nominations=first_nominations(
                Nomination(t.key, SALIENCE, reason) for t in tasks if can_begin(t, view)
            ),
            until=view.next_midnight,
        )


def _presses(task: TaskView, view: UserView) -> bool:
    if task.due_on is None:
        return task.priority >= IMPORTANT
    return -STALE_DAYS <= (task.due_on - view.today).days <= NEAR_DAYS


def _said(area: str, tasks: list[TaskView], pressing: int, view: UserView) -> str:
    first = tasks[0]
    return _("%(area)s needs you most: %(n)s of %(all)s upcoming tasks. First %(task)s%(day)s.") % {
        "area": quoted(area),
        "n": len(tasks),
        "all": pressing,
        "task": quoted(first.title),
        "day": _day(first, view) if first.due_on else "",
    }


def _day(task: TaskView, view: UserView) -> str:
    if task.due_on and task.due_on < view.today:
        return _(", overdue since %(day)s") % {"day": day(task.due_on)}
    return f", {put_down_for(task)}"
