"""What this hour is good for, by how the person has answered at this hour before."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time, timedelta

from agents.base import (
    Agent,
    AgentManifest,
    Answer,
    Fact,
    Nomination,
    Snippet,
    TaskView,
    Unit,
    UserView,
    first_nominations,
)
from agents.timing.meetings import PART_HOURS, part_of_day
from agents.timing.needs import can_begin, effort_of
from agents.traits import Energy
from oo.lib.words import clock, first_clock, gettext_lazy
from oo.lib.words import gettext as _

ENOUGH = 5  # answers in one part
# By how much a part has to differ from the whole day before it says anything.
DIFFERS = 0.15
HABIT_TIMES = 2
SHORT = timedelta(minutes=15)


class TimeOfDay(Agent):
    manifest = AgentManifest(
        key="time-of-day",
        title=gettext_lazy("What this hour is good for"),
        about=gettext_lazy("What you get done at this hour, by how you answered at it before."),
        version=2,
        ttl=timedelta(hours=3),
        consents=("tasks",),
        reads=("answers", "tasks"),
    )

    def look(self, view: UserView) -> Snippet | None:
        part = part_of_day(view.now, view)
        here = [a for a in view.answers if part_of_day(a.at, view) == part]
        if len(here) < ENOUGH:
            return None
        acted, share = _acted(here), _acted(here) / len(here)
        usual = _acted(list(view.answers)) / len(view.answers)
        return Snippet(
            text=_said(view, acted, len(here), share - usual),
            facts=(
                Fact("acted_share", round(share, 3), Unit.SHARE),
                Fact("usual_share", round(usual, 3), Unit.SHARE),
                Fact("asked", len(here), Unit.COUNT),
            ),
            nominations=_nominated(view, here, share - usual),
            until=_ends(view),
        )


def _bounds(view: UserView) -> tuple[datetime, datetime]:
    day, first = view.today, part_of_day(view.now, view) * PART_HOURS
    start = datetime.combine(day, time(first), view.zone)
    if first + PART_HOURS == 24:
        return start, view.next_midnight
    return start, datetime.combine(day, time(first + PART_HOURS), view.zone)


def _ends(view: UserView) -> datetime:
    return _bounds(view)[1]


def _acted(answers: list[Answer]) -> int:
    return sum(a.is_done for a in answers)


def _said(view: UserView, acted: int, asked: int, more: float) -> str:
    start, end = _bounds(view)
    first = _("Between %(start)s and %(end)s you acted on %(acted)s of %(asked)s suggestions.") % {
        "start": first_clock(start),
        "end": clock(end),
        "acted": acted,
        "asked": asked,
    }
    if more > DIFFERS:
        return " ".join((first, _("It is one of your better hours.")))
    if more < -DIFFERS:
        return " ".join((first, _("Other hours suit you better.")))
    return first


def _nominated(view: UserView, here: list[Answer], more: float) -> tuple[Nomination, ...]:
    """What is a habit at this hour; then what suits a good hour, or a bad one."""
    times = Counter(a.candidate for a in here if a.is_done)
    found = []
    for task in view.tasks:
        if times[task.key] >= HABIT_TIMES:
            reason = _("You have often done it about this time.")
            found.append((0.8, task, reason))
        elif more > DIFFERS and _wants_a_good_hour(task):
            found.append((0.6, task, _("It needs one of your better hours.")))
        elif more < -DIFFERS and (effort := effort_of(task)) and effort <= SHORT:
            found.append((0.4, task, _("It is short.")))
    found.sort(key=lambda each: (-each[0], -each[1].priority, each[1].id))
    return first_nominations(
        Nomination(task.key, salience, reason)
        for salience, task, reason in found
        if can_begin(task, view)
    )


def _wants_a_good_hour(task: TaskView) -> bool:
    energy, effort = task.traits.energy, effort_of(task)
    deep = energy is not None and energy.value is Energy.DEEP
    return deep or (effort is not None and effort >= timedelta(hours=1))
