"""What has to be done before something that is coming."""

from __future__ import annotations

import math
from datetime import timedelta

from agents.base import (
    Agent,
    AgentManifest,
    EventView,
    Fact,
    Nomination,
    Snippet,
    TaskView,
    Unit,
    UserView,
    first_nominations,
)
from agents.phrases import quoted, when
from agents.timing.chances import diary_of
from agents.timing.needs import can_begin, find_need
from oo.lib.words import gettext as _
from oo.lib.words import gettext_lazy, ngettext

NEAR_H = 24.0
Prepared = tuple[TaskView, EventView]


class Prepare(Agent):
    manifest = AgentManifest(
        key="prepare",
        title=gettext_lazy("Getting ready for what is coming"),
        about=gettext_lazy("What has to be done before something in your calendar."),
        version=2,
        ttl=timedelta(hours=6),
        consents=("tasks", "calendar"),
        reads=("tasks", "events"),
    )

    def look(self, view: UserView) -> Snippet | None:
        found = [
            (task, event)
            for task in view.tasks
            if task.traits.prepares and (event := find_need(task, diary_of(view)).prepares)
        ]
        if not found:
            return None
        found.sort(key=lambda pair: (pair[1].starts_at, -pair[0].priority, pair[0].id))
        return Snippet(
            text=_said(found, view),
            facts=tuple(
                Fact("prepares", event.starts_at.isoformat(), Unit.MOMENT,
                     (task.key, event.key))
                for task, event in found
            ),
            nominations=first_nominations(
                Nomination(
                    task.key,
                    _salience(event, view),
                    _("It has to be done before %(event)s.") % {"event": quoted(event.title)},
                )
                for task, event in found
                if can_begin(task, view)
            ),
            until=min([view.next_midnight, *(event.starts_at for _task, event in found)]),
        )  # fmt: skip


def _said(found: list[Prepared], view: UserView) -> str:
    task, event = found[0]
    words = {"task": quoted(task.title), "event": quoted(event.title), "time": when(event, view)}
    first = _("%(task)s has to be done before %(event)s (%(time)s).") % words
    if event.organises:
        organises = _("You organise it.")
        first = f"{first} {organises}"
    rest = len(found) - 1
    if not rest:
        return first
    more = ngettext(
        "One more task is preparation for something coming up.",
        "%(n)s more tasks are preparation for something coming up.",
        rest,
    ) % {"n": rest}
    return f"{first} {more}"


def _salience(event: EventView, view: UserView) -> float:
    hours = (event.starts_at - view.now) / timedelta(hours=1)
    return round(0.2 + 0.8 * math.exp(-hours / NEAR_H), 3)
