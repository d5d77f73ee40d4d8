"""When nothing is said at all, and how many points it takes to be said at other times (the bar)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from agents.base import EventView, UserView
from agents.beliefs import Away
from agents.timing.chances import takes_time
from agents.timing.waking import awake_of, bed_time
from agents.traits import EventKind
from tips.base import Kind, Scored
from tips.policies.good_sense import weights as w
from tips.policies.good_sense.prefs import is_between, prefs_of, quiet_hours

_CODES = {
    EventKind.FOCUS: "in_focus",
    EventKind.DRIVING: "at_the_wheel",
    EventKind.CEREMONY: "in_ceremony",
    EventKind.SLEEP: "asleep",
    EventKind.TRAVEL: "on_a_journey",
}


def silence_now(view: UserView, best: Scored | None) -> str:
    """The code of why this is no moment for anything, or "".

    `best` is said shortly before an event all the same if it cannot wait, but not in the last
    minutes (see _last_minutes).
    """
    if view.situation and view.situation.is_quiet:
        return "quiet_situation"
    cannot_wait = best is not None and best.score >= w.CANNOT_WAIT
    for event in view.events:
        if cannot_wait and view.now < event.starts_at - _last_minutes(event):
            continue
        if code := _code_of_event(event, view.now):
            return code
    return "refused" if len(recent_refusals(view)) >= w.REFUSALS_SILENCE else ""


def _last_minutes(event: EventView) -> timedelta:
    """How long before the event not even what cannot wait is said."""
    return w.BEFORE_LEAVING if event.kind is EventKind.CEREMONY else w.ABOUT_TO


def _code_of_event(event: EventView, now: datetime) -> str:
    """The code of the silence that this event asks for now, or ""."""
    kind, may = event.kind, event.traits.may_interrupt
    if event.is_all_day or event.ends_at <= now or (may and may.value):
        return ""
    if kind is EventKind.CEREMONY and event.starts_at - now <= w.BEFORE_A_CEREMONY:
        return "in_ceremony"
    if kind in (EventKind.TRAVEL, EventKind.DRIVING) and may and not may.value:
        return _CODES[kind] if event.starts_at - now <= w.BEFORE_LEAVING else ""
    if event.starts_at > now:
        is_about_to = event.starts_at - now <= w.ABOUT_TO and takes_time(event)
        return "in_meeting" if is_about_to and not event.traits.leave_by else ""
    if kind is EventKind.TRAVEL and may is None:
        return ""  # a passenger has free hands
    if kind is EventKind.FOCUS and event.ends_at - event.starts_at > w.LONGEST_FOCUS:
        return ""  # nobody works that long: it is a plan for the day, or somebody else's entry
    if kind in _CODES:
        return _CODES[kind]
    wants_peace = may is not None and event.ends_at - event.starts_at <= w.LONGEST_PEACE
    return "in_meeting" if wants_peace or takes_time(event) else ""


def recent_refusals(view: UserView) -> list[datetime]:
    since = view.now - w.REFUSALS_COUNT_FOR
    return [a.at for a in view.answers if a.is_no_to_now and a.at > since]


@dataclass(frozen=True, slots=True)
class Bar:
    """points  that the best candidate needs to be said now
    code    of the silence when it has enough for a usual moment, but not for this one
    """

    points: float
    code: str


def bar(view: UserView, best: Scored | None) -> Bar:
    """The bar that `best` has to reach. For a reminder it is always the usual one: the meeting
    begins whether or not the moment suits the person.
    """
    if best and best.candidate.kind is Kind.REMINDER:
        return usual_bar()
    usual = _bar_of_the_hour(view)
    if refusals := len(recent_refusals(view)):
        more = w.AFTER_ONE_REFUSAL if refusals == 1 else w.AFTER_TWO
        return Bar(usual.points + more, "after_a_no")
    return usual


def usual_bar() -> Bar:
    return Bar(w.SPEAK, "nothing_urgent")


def _bar_of_the_hour(view: UserView) -> Bar:
    clock = view.now.astimezone(view.zone).time()
    if is_between(clock, quiet_hours(view)):
        # Hours that the person set may be at noon, where "late" would be wrong.
        return Bar(w.SPEAK_AT_NIGHT, "quiet_hours" if prefs_of(view).quiet else "late")
    bars = [Bar(w.SPEAK_LATE, "late") if is_late(view) else usual_bar()]
    free = [e for e in view.events if _is_free_day(e, view)]
    if free or _is_away(view):
        bars.append(Bar(w.SPEAK_ON_A_FREE_DAY, "free_day"))
    if any(e.traits.may_interrupt and not e.traits.may_interrupt.value for e in free):
        bars.append(Bar(w.SPEAK_IN_PEACE, "free_day"))
    return max(bars, key=lambda each: each.points)


def is_late(view: UserView) -> bool:
    """Whether it is between late_from and the hour at which the person gets up."""
    clock = view.now.astimezone(view.zone).time()
    return is_between(clock, (late_from(view), awake_of(view).start))


def late_from(view: UserView) -> time:
    """LATE; for somebody who goes to bed past midnight, BEFORE_BED before that."""
    bed = bed_time(view)
    if bed is None:
        return w.LATE
    return (datetime.combine(date.min + timedelta(days=1), bed) - w.BEFORE_BED).time()


def _is_free_day(event: EventView, view: UserView) -> bool:
    is_free = event.kind in (EventKind.AWAY, EventKind.HOLIDAY)
    return event.is_all_day and event.is_on(view.now) and is_free


def _is_away(view: UserView) -> bool:
    """Whether the person said, or it was inferred, that they are away today."""
    away = view.belief("active-context", Away)
    return away is not None and view.today <= away.until


def quiet_until(view: UserView) -> datetime | None:
    """The end of the situation, if it is one in which nothing is said: nothing else ends that."""
    return view.situation.until if view.situation and view.situation.is_quiet else None


def next_changes(view: UserView) -> list[datetime]:
    """When the clock alone changes what is said: quiet or late hours begin or end, EVE_FROM comes,
    a silence before an event begins, or a refusal no longer counts. At the latest at midnight.
    """
    local = view.now.astimezone(view.zone)
    clocks = (*quiet_hours(view), w.EVE_FROM, late_from(view))
    ahead = [clock for clock in clocks if clock > local.time()]
    day = local.date() if ahead else view.next_midnight.date()
    next_clock = datetime.combine(day, min(ahead, default=time()), view.zone)
    begins = (moment for event in view.events for moment in _silent_from(event))
    forgotten = (refused + w.REFUSALS_COUNT_FOR for refused in recent_refusals(view))
    return [next_clock, *forgotten, *(moment for moment in begins if moment > view.now)]


def _silent_from(event: EventView) -> Iterator[datetime]:
    """When the silences before a ceremony or a journey begin. The last minutes before other events
    are not named: they only hold back new tips, and what is on the page may stay.
    """
    kind = event.kind
    if event.is_all_day:
        return
    if kind is EventKind.CEREMONY:
        yield event.starts_at - w.BEFORE_A_CEREMONY
    if kind in (EventKind.CEREMONY, EventKind.TRAVEL, EventKind.DRIVING):
        yield event.starts_at - w.BEFORE_LEAVING
    if kind in (EventKind.TRAVEL, EventKind.DRIVING):
        yield event.starts_at - w.ABOUT_TO
