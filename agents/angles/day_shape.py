"""How full today and tomorrow are; what is due on a full tomorrow may be done on an empty today."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

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
from agents.timing.chances import takes_time
from agents.timing.needs import can_begin
from oo.lib.words import clock, first_clock, gettext_lazy, ngettext
from oo.lib.words import gettext as _

DAY = timedelta(days=1)
FULL = timedelta(hours=5)  # of meetings
LIGHTER = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Day:
    events: tuple[EventView, ...]  # what is not over yet
    tasks: tuple[TaskView, ...]  # put down for it
    taken: timedelta  # by those events, each counted whole on the day that it begins

    @property
    def ends(self) -> datetime | None:
        return max((e.ends_at for e in self.events), default=None)


class DayShape(Agent):
    manifest = AgentManifest(
        key="day-shape",
        title=gettext_lazy("Today and tomorrow"),
        about=gettext_lazy(
            "How full today and tomorrow are, and what a full tomorrow leaves for today."
        ),
        version=2,
        ttl=timedelta(hours=6),
        consents=("calendar",),
        reads=("events", "tasks"),
    )

    def look(self, view: UserView) -> Snippet | None:
        today, tomorrow = _day(view.today, view), _day(view.today + DAY, view)
        if not (today.events or today.tasks or tomorrow.events or tomorrow.tasks):
            return None
        return Snippet(
            text=_("Today: %(today)s. Tomorrow: %(tomorrow)s.")
            % {"today": _today(today, view.now), "tomorrow": _tomorrow(tomorrow)},
            facts=(*_facts("today", today), *_facts("tomorrow", tomorrow)),
            nominations=_ahead(today, tomorrow, view),
            until=min([view.next_midnight, *_changes(today, view.now)]),
        )


def _changes(today: Day, now: datetime) -> Iterator[datetime]:
    """When a meeting begins that is spoken of, or one ends."""
    moments = (moment for e in today.events for moment in (e.starts_at, e.ends_at))
    return (moment for moment in moments if moment > now)


def _day(which: date, view: UserView) -> Day:
    start = datetime.combine(which, time(), view.zone)
    end = datetime.combine(which + DAY, time(), view.zone)
    events = tuple(
        e
        for e in view.events
        if takes_time(e) and e.ends_at > view.now and start <= e.starts_at < end
    )
    return Day(
        events=events,
        tasks=tuple(t for t in view.tasks if t.due_on == which),
        taken=sum((e.ends_at - e.starts_at for e in events), timedelta()),
    )


def _facts(name: str, day: Day) -> tuple[Fact, ...]:
    minutes = int(day.taken.total_seconds() // 60)
    rows = keys_of(day.events)
    return (
        Fact(f"{name}_meetings", minutes, Unit.MINUTES, rows),
        Fact(f"{name}_tasks", len(day.tasks), Unit.COUNT, keys_of(day.tasks)),
    )


def _today(day: Day, now: datetime) -> str:
    if not day.ends:
        return _("no more meetings, %(tasks)s") % {"tasks": _tasks(day)}
    n, begins = len(day.events), min(e.starts_at for e in day.events)
    facts = {"tasks": _tasks(day), "n": n, "start": first_clock(begins), "time": clock(day.ends)}
    if begins > now:
        return (
            ngettext(
                "one meeting from %(start)s to %(time)s, %(tasks)s",
                "%(n)s meetings between %(start)s and %(time)s, %(tasks)s",
                n,
            )
            % facts
        )
    return (
        ngettext(
            "one meeting until %(time)s, %(tasks)s", "%(n)s meetings until %(time)s, %(tasks)s", n
        )
        % facts
    )


def _tomorrow(day: Day) -> str:
    if not day.events:
        return _("no meetings, %(tasks)s") % {"tasks": _tasks(day)}
    n, start = len(day.events), min(e.starts_at for e in day.events)
    return ngettext(
        "one meeting at %(time)s, %(tasks)s", "%(n)s meetings from %(time)s, %(tasks)s", n
    ) % {"tasks": _tasks(day), "n": n, "time": clock(start)}


def _tasks(day: Day) -> str:
    n = len(day.tasks)
    if not n:
        return _("nothing due")
    return ngettext("one task due", "%(n)s tasks due", n) % {"n": n}


def _ahead(today: Day, tomorrow: Day, view: UserView) -> tuple[Nomination, ...]:
    if tomorrow.taken < FULL or tomorrow.taken - today.taken < LIGHTER:
        return ()
    reason = _("It is due tomorrow, and tomorrow is full.")
    soonest = sorted(tomorrow.tasks, key=lambda t: (-t.priority, t.id))
    return first_nominations(Nomination(t.key, 0.6, reason) for t in soonest if can_begin(t, view))
