"""What is known of a person in numbers: one table, each with its unit, source and freshness.

Two kinds: from days that were counted (COUNTED), and from the view of this moment (CONTEXT). Pure.
A feature is None when there is nothing to say, or too little data: see the ENOUGH_ constants.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Generic, TypeAlias, TypeVar

from agents.base import Unit, UserView
from agents.timing.meetings import find_gap, is_meeting
from events.catalog import TipReacted, TipReactionUndone, TipServed
from oo.lib.words import Words, clock_of, gettext_lazy, length, ngettext, number
from oo.lib.words import gettext as _

WINDOW_DAYS = 28  # today and the days before it that features look at
ENOUGH_ANSWERS = 8
ENOUGH_TIMED = 5  # answers whose time from shown to answered is known
ENOUGH_DONE = 5  # tasks done
ENOUGH_HERE = 2  # of them in the preferred hour
ENOUGH_DAYS = 7  # since the first day that was counted
HALF = timedelta(days=WINDOW_DAYS // 2)

Value: TypeAlias = int | float | str


@dataclass(frozen=True, slots=True)
class Day:
    """One counted day; see CountedDay."""

    day: date
    served: int = 0
    done: int = 0
    noted: int = 0
    snoozed: int = 0
    dismissed: int = 0
    dwell_s: float = 0.0
    dwells: int = 0
    hours: Mapping[int, int] = field(default_factory=dict)  # done by hour

    @property
    def answered(self) -> int:
        return self.done + self.noted + self.snoozed + self.dismissed


@dataclass(frozen=True, slots=True)
class Counted:
    """The last WINDOW_DAYS of one person, the oldest first; a day without anything is left out."""

    today: date  # where the person is
    days: tuple[Day, ...] = ()

    def total(self, of: Callable[[Day], float]) -> float:
        return sum(of(day) for day in self.days)


S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Feature(Generic[S]):
    """source     the subjects of the events, or the fields of UserView, that it comes from
    freshness  how old an event may be that is not counted in yet; 0: worked out on demand
    consents   without any one of these it is not worked out
    say        the value as a sentence, in the language that is active
    """

    key: str
    title: Words
    unit: Unit
    source: tuple[str, ...]
    freshness: timedelta
    consents: tuple[str, ...]
    work_out: Callable[[S], Value | None]
    say: Callable[[Value], str]


def completion_rate(counted: Counted) -> Value | None:
    """The share of answers, 0..1. None below ENOUGH_ANSWERS."""
    return _share(counted, lambda day: day.done)


def dismiss_rate(counted: Counted) -> Value | None:
    """The share of answers, 0..1. None below ENOUGH_ANSWERS."""
    return _share(counted, lambda day: day.dismissed)


def mean_dwell(counted: Counted) -> Value | None:
    """Seconds from shown to answered. None below ENOUGH_TIMED answers."""
    timed = counted.total(lambda day: day.dwells)
    return (
        round(counted.total(lambda day: day.dwell_s) / timed, 1) if timed >= ENOUGH_TIMED else None
    )


def preferred_hour(counted: Counted) -> Value | None:
    """The hour (0..23) with most tasks done, of several the earliest; see ENOUGH_DONE."""
    done: Counter[int] = Counter()
    for day in counted.days:
        done.update(day.hours)
    best = min(done, key=lambda hour: (-done[hour], hour), default=None)
    if best is None or done.total() < ENOUGH_DONE or done[best] < ENOUGH_HERE:
        return None
    return best


def tips_a_day(counted: Counted) -> Value | None:
    """Tips seen a day, from the first counted day to yesterday. None below ENOUGH_DAYS."""
    if not counted.days or (since := (counted.today - counted.days[0].day).days) < ENOUGH_DAYS:
        return None
    return round(_served(counted, counted.days[0].day, counted.today) / since, 1)


def volume_trend(counted: Counted) -> Value | None:
    """How many tips a day more in the last two weeks than in the days before them; below 0: fewer.

    Today is left out. None if there are fewer than ENOUGH_DAYS before those weeks.
    """
    middle = counted.today - HALF
    if not counted.days or (before := (middle - counted.days[0].day).days) < ENOUGH_DAYS:
        return None
    late = _served(counted, middle, counted.today) / HALF.days
    return round(late - _served(counted, counted.days[0].day, middle) / before, 1)


def open_tasks(view: UserView) -> Value | None:
    return len(view.tasks)


def minutes_to_meeting(view: UserView) -> Value | None:
    """Until the next one begins; None when none does within eight hours."""
    gap = find_gap(view)
    return int(gap.length.total_seconds() // 60) if gap else None


def meetings_left(view: UserView) -> Value | None:
    """How many begin between now and midnight."""
    return sum(
        is_meeting(event) and view.now <= event.starts_at < view.next_midnight
        for event in view.events
    )


def situation(view: UserView) -> Value | None:
    return view.situation.title if view.situation else None


def _share(counted: Counted, of: Callable[[Day], float]) -> float | None:
    answered = counted.total(lambda day: day.answered)
    return round(counted.total(of) / answered, 3) if answered >= ENOUGH_ANSWERS else None


def _served(counted: Counted, start: date, end: date) -> int:
    return sum(day.served for day in counted.days if start <= day.day < end)


def _say_done(value: Value) -> str:
    return _("You act on %(share)s%% of the suggestions you answer.") % {"share": _percent(value)}


def _say_dismissed(value: Value) -> str:
    return _("You turn down %(share)s%% of the suggestions you answer.") % {
        "share": _percent(value)
    }


def _say_dwell(value: Value) -> str:
    n = round(float(value))
    return ngettext(
        "You answer one second after you see a tip.",
        "You answer %(n)s seconds after you see a tip.",
        n,
    ) % {"n": n}


def _say_hour(value: Value) -> str:
    return _("In the hour from %(start)s on you get most done.") % {
        "start": clock_of(time(int(value)))
    }


def _say_volume(value: Value) -> str:
    return _("You see %(n)s tips a day.") % {"n": number(float(value))}


def _say_trend(value: Value) -> str:
    more = float(value)
    if not more:
        return _("As many tips a day as before.")
    n = {"n": number(abs(more))}
    if more > 0:
        return _("%(n)s tips a day more than before.") % n
    return _("%(n)s tips a day fewer than before.") % n


def _say_open(value: Value) -> str:
    return ngettext("One task is open.", "%(n)s tasks are open.", int(value)) % {"n": value}


def _say_next(value: Value) -> str:
    return _("The next meeting begins in %(length)s.") % {
        "length": length(timedelta(minutes=int(value)))
    }


def _say_left(value: Value) -> str:
    return ngettext(
        "One more meeting begins today.", "%(n)s more meetings begin today.", int(value)
    ) % {"n": value}


def _say_situation(value: Value) -> str:
    return _("Now: %(what)s") % {"what": value}


def _percent(value: Value) -> int:
    return round(float(value) * 100)


# The events from which answers, and tips that were seen, are counted.
ANSWERS = (TipReacted.subject, TipReactionUndone.subject)
SEEN = (TipServed.subject,)
# Counting runs every 15 minutes: one run may be lost.
COUNTED_WITHIN = timedelta(minutes=30)
AT_ONCE = timedelta(0)
# The same as the agent that looks at recent answers needs.
COUNTED_CONSENTS = ("tasks",)

# fmt: off
COUNTED: tuple[Feature[Counted], ...] = (
    Feature("completion-rate", gettext_lazy("What you act on"), Unit.SHARE,
            ANSWERS, COUNTED_WITHIN, COUNTED_CONSENTS, completion_rate, _say_done),
    Feature("dismiss-rate", gettext_lazy("What you turn down"), Unit.SHARE,
            ANSWERS, COUNTED_WITHIN, COUNTED_CONSENTS, dismiss_rate, _say_dismissed),
    Feature("mean-dwell", gettext_lazy("How soon you answer"), Unit.SECONDS,
            ANSWERS, COUNTED_WITHIN, COUNTED_CONSENTS, mean_dwell, _say_dwell),
    Feature("preferred-hour", gettext_lazy("Your hour"), Unit.HOUR,
            ANSWERS, COUNTED_WITHIN, COUNTED_CONSENTS, preferred_hour, _say_hour),
    Feature("tips-a-day", gettext_lazy("Tips a day"), Unit.COUNT,
            SEEN, COUNTED_WITHIN, COUNTED_CONSENTS, tips_a_day, _say_volume),
    Feature("volume-trend", gettext_lazy("More or fewer tips"), Unit.COUNT,
            SEEN, COUNTED_WITHIN, COUNTED_CONSENTS, volume_trend, _say_trend),
)
CONTEXT: tuple[Feature[UserView], ...] = (
    Feature("open-tasks", gettext_lazy("Open tasks"), Unit.COUNT,
            ("tasks",), AT_ONCE, ("tasks",), open_tasks, _say_open),
    Feature("minutes-to-meeting", gettext_lazy("The next meeting"), Unit.MINUTES,
            ("events", "now"), AT_ONCE, ("calendar",), minutes_to_meeting, _say_next),
    Feature("meetings-left", gettext_lazy("Meetings left today"), Unit.COUNT,
            ("events", "now", "zone"), AT_ONCE, ("calendar",), meetings_left, _say_left),
    Feature("situation", gettext_lazy("Your situation"), Unit.NAME,
            ("situation",), AT_ONCE, (), situation, _say_situation),
)
# fmt: on
FEATURES: tuple[Feature[Counted] | Feature[UserView], ...] = (*COUNTED, *CONTEXT)
