"""The free time until the next meeting, and what fits into it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

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
    keys_of,
)
from agents.phrases import quoted
from agents.timing.chances import diary_of, takes_time
from agents.timing.meetings import LONGEST_GAP, leaves_at
from agents.timing.needs import can_begin, effort_of, nearness
from oo.lib.words import clock, gettext_lazy, length
from oo.lib.words import gettext as _

SHORTEST_GAP = timedelta(minutes=5)
SALIENCE = 0.6


@dataclass(frozen=True, slots=True)
class Fitting:
    task: TaskView
    effort: timedelta
    until: datetime  # the last moment to begin it in this gap


class NextGap(Agent):
    manifest = AgentManifest(
        key="next-gap",
        title=gettext_lazy("Until the next meeting"),
        about=gettext_lazy("The free time until the next meeting, and what fits into it."),
        version=1,
        ttl=timedelta(hours=1),
        consents=("calendar",),
        reads=("events", "tasks"),
    )

    def look(self, view: UserView) -> Snippet | None:
        taken = [e for e in view.events if takes_time(e)]
        if any(e.is_on(view.now) for e in taken):
            return None
        coming = min((e for e in taken if e.starts_at > view.now), key=leaves_at, default=None)
        if coming is None:
            return None
        ends = leaves_at(coming)
        if not SHORTEST_GAP < ends - view.now <= LONGEST_GAP:
            return None
        fitting = _fitting(view, ends)
        return Snippet(
            text=_said(coming, ends, fitting[:2]),
            facts=(
                Fact("free_until", ends.isoformat(), Unit.MOMENT, (coming.key,)),
                Fact("fitting", len(fitting), Unit.COUNT, keys_of([f.task for f in fitting])),
            ),
            nominations=first_nominations(
                Nomination(
                    f.task.key,
                    SALIENCE,
                    _("It takes %(length)s, and fits.") % {"length": length(f.effort)},
                )
                for f in fitting
            ),
            until=min([ends - SHORTEST_GAP, *(f.until for f in fitting)]),
        )


def _fitting(view: UserView, ends: datetime) -> list[Fitting]:
    """The soonest due first; only what says how long it takes."""
    told = [(t, effort) for t in view.tasks if (effort := effort_of(t)) is not None]
    told.sort(key=lambda pair: nearness(pair[0], view))
    found = []
    for task, effort in told:
        first = diary_of(view).first(task.traits)
        if first is None or not can_begin(task, view):
            continue
        until = min(ends, first.end) - effort
        if until > view.now:
            found.append(Fitting(task, effort, until))
    return found


def _said(coming: EventView, ends: datetime, fitting: list[Fitting]) -> str:
    words = {"time": clock(ends), "event": quoted(coming.title)}
    if ends < coming.starts_at:
        first = _("Free until %(time)s, when you leave for %(event)s.") % words
    else:
        first = _("Free until %(time)s, when %(event)s begins.") % words
    if not fitting:
        return first
    named = ", ".join(f"{quoted(f.task.title)} ({length(f.effort)})" for f in fitting)
    return " ".join((first, _("What fits: %(tasks)s.") % {"tasks": named}))
