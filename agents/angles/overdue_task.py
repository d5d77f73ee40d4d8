"""What is past its date: what slipped lately, and what may be let go."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

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
from agents.beliefs import Lateness
from agents.phrases import put_down_for, quoted
from agents.timing.needs import can_begin, is_past
from oo.lib.words import gettext as _
from oo.lib.words import gettext_lazy, ngettext

# Whoever has lived without it for so long can go on doing so.
STALE_DAYS = 60
FADES_DAYS = 14


class OverdueTask(Agent):
    manifest = AgentManifest(
        key="overdue-task",
        title=gettext_lazy("What is overdue"),
        about=gettext_lazy("What slipped lately, and what you could drop."),
        version=1,
        ttl=timedelta(hours=12),
        consents=("tasks",),
        reads=("tasks",),
    )

    def look(self, view: UserView) -> Snippet | None:
        late = sorted(
            (t for t in view.tasks if is_past(t, view)),
            key=lambda t: (t.due_on or view.today, t.priority, -t.id),
            reverse=True,
        )
        if not late:
            return None
        normal = view.belief("overdue-task", Lateness)
        stale_days = max(STALE_DAYS, 2 * normal.days) if normal else STALE_DAYS
        stale = [t for t in late if _days(t, view) > stale_days]
        alive = late[: len(late) - len(stale)]
        return Snippet(
            text=" ".join(filter(None, (_slipped(alive), _stale(stale)))),
            facts=(
                Fact("overdue", len(late), Unit.COUNT, keys_of(late)),
                Fact("stale", len(stale), Unit.COUNT, keys_of(stale)),
                Fact("oldest", _days(late[-1], view), Unit.DAYS, (late[-1].key,)),
            ),
            nominations=_nominated(alive, view),
            until=_until(view),
        )


def _days(task: TaskView, view: UserView) -> int:
    return (view.today - task.due_on).days if task.due_on else 0


def _slipped(alive: list[TaskView]) -> str:
    if not alive:
        return ""
    return ngettext(
        "One task slipped: %(task)s, planned %(day)s.",
        "%(n)s tasks slipped; the last of them is %(task)s, planned %(day)s.",
        len(alive),
    ) % {"n": len(alive), "task": quoted(alive[0].title), "day": put_down_for(alive[0])}


def _stale(stale: list[TaskView]) -> str:
    if not stale:
        return ""
    return ngettext(
        "%(task)s has waited for long: it may be let go.",
        "%(n)s have waited for long, %(task)s among them: they may be let go.",
        len(stale),
    ) % {"n": len(stale), "task": quoted(stale[-1].title)}


def _nominated(alive: list[TaskView], view: UserView) -> tuple[Nomination, ...]:
    by_salience = sorted(((_salience(t, view), t) for t in alive), key=lambda p: (-p[0], p[1].id))
    return first_nominations(
        Nomination(t.key, salience, _("It was planned %(day)s.") % {"day": put_down_for(t)})
        for salience, t in by_salience
        if can_begin(t, view)
    )


def _salience(task: TaskView, view: UserView) -> float:
    fresh = math.exp(-_days(task, view) / FADES_DAYS)
    return round(fresh * (0.6 + 0.1 * task.priority), 3)


def _until(view: UserView) -> datetime:
    ahead = [t.due_at for t in view.tasks if t.due_at and t.due_at > view.now]
    return min([view.next_midnight, *ahead])
