"""When a task can be done: opening hours, daylight, sleep and the calendar, as spans of time. Pure.

What is unknown rules nothing out: a task whose words do not say when can be done while awake.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from agents.base import EventView, UserView
from agents.timing.meetings import leaves_at
from agents.timing.waking import awake_of
from agents.traits import WEEK, Door, EventKind, Hours, Place, Span, Traits
from oo.lib.zones import zone_named

WORKDAYS, SHOPPING_DAYS = frozenset(range(5)), frozenset(range(6))
# Hours of doors where no words name any. Door.OWN is missing: it is open while the person is up.
USUAL = {
    Door.OFFICE: Span(WORKDAYS, time(9), time(17)),
    Door.SHOP: Span(SHOPPING_DAYS, time(9), time(19)),
    Door.PEOPLE: Span(WEEK, time(8, 30), time(21)),
}
OUT = Span(WEEK, time(7), time(21, 30))  # for errands
# By month, in the middle of the northern temperate zone, in local time with its summer time.
SUNRISE = (time(8), time(7, 30), time(6, 45), time(6, 30), time(6), time(6), time(6), time(6),
           time(6, 45), time(7, 15), time(7, 15), time(8))  # fmt: skip
SUNSET = (time(16, 30), time(17, 30), time(18, 15), time(20), time(20, 45), time(21, 15),
          time(21, 15), time(20, 30), time(19, 30), time(18, 30), time(16, 30), time(16)
          )  # fmt: skip
CLOSED_ON_HOLIDAYS = frozenset({Door.OFFICE, Door.SHOP})
# An entry that lasts longer says where somebody is, not what they do.
LONGEST_MEETING = timedelta(hours=24)
# How far ahead chances are looked for.
LOOK_AHEAD = timedelta(days=8)
TAKES_NO_TIME = frozenset({EventKind.MARKER, EventKind.HOLIDAY, EventKind.AWAY})


@dataclass(frozen=True, slots=True, order=True)
class Window:
    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        return self.end - self.start


def takes_time(event: EventView) -> bool:
    """Whether the person can do nothing else meanwhile. All-day entries never take time.

    Nor do journeys as a passenger, unless the words of the entry ask not to be disturbed.
    """
    if event.is_all_day or event.ends_at - event.starts_at >= LONGEST_MEETING:
        return False
    kind, may = event.kind, event.traits.may_interrupt
    if may and may.value:
        return False
    if kind is None:
        return event.is_busy
    if kind is EventKind.TRAVEL:
        return may is not None
    return kind not in TAKES_NO_TIME


class Diary:
    """The free time of one person until `until`. Keeps its answers: most tasks ask the same."""

    def __init__(self, view: UserView, *, until: datetime) -> None:
        self.view, self.until = view, until
        self._busy = _times_taken(e for e in view.events if takes_time(e))
        self._asked: dict[object, tuple[Window, ...]] = {}

    def chances(self, traits: Traits, *, at_rest: bool = False) -> tuple[Window, ...]:
        """The spans from now on in which such a task can be done, the earliest first.

        at_rest  leaves out journeys as well, on which long work cannot be counted on
        """
        key = (traits.hours and traits.hours.value, traits.place and traits.place.value, at_rest)
        if key not in self._asked:
            self._asked[key] = tuple(self._find(traits, at_rest=at_rest))
        return self._asked[key]

    def first(self, traits: Traits) -> Window | None:
        """The first of `chances`, found without looking at the days after it."""
        key = ("first", traits.hours and traits.hours.value, traits.place and traits.place.value)
        if key not in self._asked:
            self._asked[key] = tuple(islice(self._find(traits), 1))
        return next(iter(self._asked[key]), None)

    def _find(self, traits: Traits, *, at_rest: bool = False) -> Iterator[Window]:
        busy = self._busy
        if at_rest:
            journeys = (e for e in self.view.events if _is_journey(e))
            busy = sorted({*busy, *_times_taken(journeys)})
        for opened in _openings(traits, self.view, self.until):
            window = Window(max(opened.start, self.view.now), min(opened.end, self.until))
            if window.end > window.start:
                yield from _without(window, busy)


def _times_taken(events: Iterable[EventView]) -> list[Window]:
    """When they take place, with the way there where their words say how long that is."""
    return sorted(Window(leaves_at(e), e.ends_at) for e in events)


def _is_journey(event: EventView) -> bool:
    return not event.is_all_day and event.kind is EventKind.TRAVEL


def diary_of(view: UserView) -> Diary:
    """The diary of this view, made once and shared."""
    if "diary" not in view.memo:
        view.memo["diary"] = Diary(view, until=view.now + LOOK_AHEAD)
    found: Diary = view.memo["diary"]
    return found


def _openings(traits: Traits, view: UserView, until: datetime) -> Iterator[Window]:
    """When hours, place and sleep allow it, whatever the calendar holds, the earliest first.

    From yesterday on, since its hours may reach past midnight.
    """
    hours = traits.hours.value if traits.hours else None
    zone = (zone_named(hours.zone) if hours else None) or view.zone
    holidays = _holidays(view) if hours and hours.door in CLOSED_ON_HOLIDAYS else frozenset()
    awake = awake_of(view)
    day = view.now.astimezone(zone).date() - timedelta(days=1)
    while datetime.combine(day, time(), zone) < until:
        if day not in holidays:
            for span in _spans(traits, hours, day, awake):
                if day.weekday() in span.days:
                    yield _on(day, span, zone)
        day += timedelta(days=1)


def _spans(traits: Traits, hours: Hours | None, day: date, awake: Span) -> tuple[Span, ...]:
    if hours:
        return hours.spans or (USUAL.get(hours.door, awake),)
    place = traits.place.value if traits.place else None
    if place is Place.ERRAND:
        return (OUT,)
    if place is Place.OUTDOORS:
        return (Span(WEEK, SUNRISE[day.month - 1], SUNSET[day.month - 1]),)
    return (USUAL[Door.PEOPLE] if place is Place.PHONE else awake,)


def _on(day: date, span: Span, zone: ZoneInfo) -> Window:
    """In UTC, so that its length is the time that passes even in a night when clocks change."""
    start = datetime.combine(day, span.start, zone)
    last = day + timedelta(days=1) if span.end <= span.start else day
    end = datetime.combine(last, span.end, zone)
    return Window(start.astimezone(UTC), end.astimezone(UTC))


def _holidays(view: UserView) -> frozenset[date]:
    """Days on which offices and shops are closed, as far as the calendar says so."""
    return frozenset(
        day
        for e in view.events
        if e.is_all_day and e.kind is EventKind.HOLIDAY
        for day in _days(e, view)
    )


def _days(event: EventView, view: UserView) -> Iterator[date]:
    """The local dates of an all-day event, from yesterday to the end of LOOK_AHEAD."""
    first = max(event.starts_at, view.now - timedelta(days=1)).astimezone(view.zone).date()
    ends = min(event.ends_at, view.now + LOOK_AHEAD) - timedelta(microseconds=1)
    for ahead in range((ends.astimezone(view.zone).date() - first).days + 1):
        yield first + timedelta(days=ahead)


def _without(window: Window, busy: Iterable[Window]) -> Iterator[Window]:
    """The parts of `window` that are not busy. `busy` is sorted and may overlap."""
    start = window.start
    for taken in busy:
        if taken.end <= start or taken.start >= window.end:
            continue
        if taken.start > start:
            yield Window(start, taken.start)
        start = max(start, taken.end)
    if start < window.end:
        yield Window(start, window.end)
