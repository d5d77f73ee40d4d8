"""How long a task can still wait: the moment by which it has to be begun. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from operator import attrgetter
from typing import Any, NamedTuple

from agents.base import EventView, TaskView, UserView
from agents.timing.chances import Diary, Window, diary_of
from agents.timing.meetings import leaves_at, waits_for_its_date
from agents.timing.prepared import find_prepared, find_related
from agents.timing.waking import bed_time, waking_day
from agents.traits import LastMoment, Origin, Place, Trait, Traits
from oo.lib.zones import zone_named

# Of a task whose length nobody says.
USUAL_EFFORT = timedelta(minutes=15)
# A day is over for what is merely due on it.
BED = time(22, 30)
# From here on a task is work for the day, and takes longer than one thinks.
LONG, SPARE = timedelta(minutes=90), 1.5
EVENING = time(20)
# So long somebody else takes, and longer than they say.
WAITED, WAITED_SPARE = timedelta(days=7), 1.2
SURE = 0.6  # from here on a last moment is one
CERTAIN = 0.7  # and from here on one that is over is missed
FIRST_DAY, LAST_DAY = date(2, 1, 1), date(9999, 12, 30)
AWAY = "away"  # key of a situation: agents.profile.contexts
A_DAY = timedelta(days=1)
LONGEST_WAIT = 62  # days to the next 31st
FAR_DAYS = 365  # of a task without a day


class Hard(NamedTuple):
    """by: "due_at", "prepares", "deadline", "obsolete_soon" or "last_moment" """

    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Need:
    """hard  after this moment it is of no use, or harmful; by the words, a deadline, a time: the
          next to come, else the one that passed last
    soft  the end of the day for which the person put it down, or of which its words speak, or the
          start of what is `related`
    begin_by, begin_softly_by  the starts in time for each, by when it can be done at all
    last_start  the very last one for `hard`; begin_by has time to spare where it is long
    """

    effort: timedelta
    chances: tuple[Window, ...]
    hard: datetime | None = None
    soft: datetime | None = None
    begin_by: datetime | None = None
    begin_softly_by: datetime | None = None
    last_start: datetime | None = None
    prepares: EventView | None = None
    prepared_by: datetime | None = None  # for it; of what is late for it, its start
    related: EventView | None = None  # it may be for that: nobody said so
    hard_by: str = ""  # what `hard` is by: a name of Hard

    @property
    def first(self) -> Window | None:
        return self.chances[0] if self.chances else None


def find_need(task: TaskView, diary: Diary) -> Need:
    view = diary.view
    traits = task.traits
    effort = effort_of(task) or USUAL_EFFORT
    prepared = find_prepared(traits.prepares, view, task.title) if traits.prepares else None
    prepared_by = _prepared(prepared, traits, view) if prepared else None
    ends = _next(_hard(task, prepared_by, view), view.now)
    hard = ends.at if ends else None
    related = None if prepared else find_related(task, view)
    before = related.starts_at if related else None
    soft = min((m for m in (*_soft(task, view), before) if m), default=None)
    chances = diary.chances(traits)
    last_start = _begin_by(chances, effort, hard, view)
    at_rest = diary.chances(traits, at_rest=True) if effort >= LONG and hard else ()
    begin_by = _with_time_to_spare(at_rest, effort, hard, view) or last_start
    if prepared and _lead_is_running(prepared, traits, view):
        missed = view.now - _prepared_by(prepared, traits)
        late = min(view.now + missed, _at_the_latest(prepared, traits, view))
        begin_by = min(begin_by, late) if begin_by else late
    return Need(
        effort=effort,
        chances=tuple(w for w in chances if w.length >= min(effort, timedelta(hours=1))),
        hard=hard,
        soft=soft,
        begin_by=begin_by,
        begin_softly_by=_begin_by(chances, effort, soft, view),
        last_start=last_start,
        prepares=prepared,
        prepared_by=prepared_by,
        related=related,
        hard_by=ends.by if ends else "",
    )


def is_blocked(task: TaskView, view: UserView) -> bool:
    """By another open task, by a day to come, or by somebody, as far as its words say."""
    if task.traits.blocked is None:
        return False
    blocked = task.traits.blocked.value
    if blocked.task_id is not None:
        return any(t.id == blocked.task_id for t in view.tasks)
    return blocked.until is None or blocked.until > view.today


def is_obsolete(task: TaskView, view: UserView) -> bool:
    """Past the day after which it is of no use."""
    after = task.traits.obsolete_after
    return after is not None and after.value < waking_day(view.now, view)


def is_elsewhere(task: TaskView, view: UserView) -> bool:
    """What can only be done at home, while the person is away by their own word."""
    place = task.traits.place
    is_away = view.situation is not None and view.situation.key == AWAY
    return is_away and place is not None and place.value is Place.HOME


def can_begin(task: TaskView, view: UserView) -> bool:
    """Whether it could be done now: nothing closed, blocked or taken, as far as anybody knows."""
    if waits_for_its_date(task, view) or is_blocked(task, view):
        return False
    if is_obsolete(task, view) or is_elsewhere(task, view):
        return False
    effort = effort_of(task)
    first = diary_of(view).first(task.traits)
    if first is None or first.start > view.now:
        return False
    return effort is None or effort <= first.length


def effort_of(task: TaskView) -> timedelta | None:
    """How long it takes, as the person says of it here, else as its source or its words do."""
    effort = task.traits.effort
    if effort and effort.origin is Origin.PERSON:
        return effort.value
    return task.duration or (effort.value if effort else None)


def nearness(task: TaskView, view: UserView) -> tuple[int, int, int]:
    """To sort by: the nearest day first, before or behind; then what is important."""
    days = (task.due_on - view.today).days if task.due_on else FAR_DAYS
    return abs(days), -task.priority, task.id


def is_past(task: TaskView, view: UserView) -> bool:
    """Past the day or the moment for which the person put it down."""
    if task.due_at is not None:
        return task.due_at <= view.now
    return task.due_on is not None and task.due_on < view.today


def _soft(task: TaskView, view: UserView) -> tuple[datetime | None, ...]:
    due = _end_of(task.due_on, view) if task.due_on and task.due_at is None else None
    return due, near_moment(task, view)


def near_moment(task: TaskView, view: UserView) -> datetime | None:
    """The moment to come of which its words speak, without saying that it ends then."""
    last = task.traits.last_moment
    if last is None or is_sure(last):
        return None
    moment = _moment(last.value, task, view)
    return moment if moment and moment > view.now else None


def _just_added(task: TaskView, view: UserView) -> list[date]:
    """For which a time without a day may be meant."""
    if task.added_at is None:
        return []
    added = task.added_at.astimezone(view.zone).date()
    return [added, added + A_DAY]


def is_certain(trait: Trait[Any]) -> bool:
    """Whether it is missed when it is over; what was only probable then was none."""
    return trait.confidence >= CERTAIN


def is_sure(trait: Trait[Any]) -> bool:
    """Whether what was read may say what is too late, not only what is near."""
    return trait.confidence >= SURE


def _hard(task: TaskView, prepared_by: datetime | None, view: UserView) -> Iterator[Hard]:
    """Of two that are one moment, the first is what it is by."""
    after = task.traits.obsolete_after
    if task.due_at:
        yield Hard(task.due_at.astimezone(UTC), "due_at")
    if prepared_by:
        yield Hard(prepared_by, "prepares")
    if task.deadline_on:
        yield Hard(_over(task.deadline_on, view), "deadline")
    if after:
        yield Hard(_over(after.value, view), "obsolete_soon")
    if last := last_moment(task, view):
        yield Hard(last, "last_moment")


def _next(moments: Iterable[Hard], now: datetime) -> Hard | None:
    found = list(moments)
    ahead = [each for each in found if each.at > now]
    if ahead:
        return min(ahead, key=attrgetter("at"))
    return max(found, key=attrgetter("at"), default=None)


def last_moment(task: TaskView, view: UserView) -> datetime | None:
    """One that is over, and was only probable, was none."""
    last = task.traits.last_moment
    if last is None or not is_sure(last):
        return None
    moment = _moment(last.value, task, view)
    is_over = moment is not None and moment <= view.now
    return moment if is_certain(last) or not is_over else None


def _prepared(event: EventView, traits: Traits, view: UserView) -> datetime:
    """What is late for an event that has not begun still helps, until it begins."""
    by = _prepared_by(event, traits)
    return by if by > view.now else event.starts_at


def _prepared_by(event: EventView, traits: Traits) -> datetime:
    lead = traits.prepares.value.lead if traits.prepares else timedelta()
    if lead >= WAITED:
        lead *= WAITED_SPARE
    return leaves_at(event) - lead


def _at_the_latest(event: EventView, traits: Traits, view: UserView) -> datetime:
    """When the lead that its words say is all that is left; behind that, when the event begins."""
    lead = traits.prepares.value.lead if traits.prepares else timedelta()
    exactly = event.starts_at - lead
    return exactly if exactly > view.now else event.starts_at


def _lead_is_running(event: EventView, traits: Traits, view: UserView) -> bool:
    """It should have been begun already, and the sooner now the better."""
    return _prepared_by(event, traits) <= view.now < event.starts_at


def _moment(last: LastMoment, task: TaskView, view: UserView) -> datetime | None:
    """A time without a day is of the day for which the task is, else of just after it was added.

    "In by 3, takes 3 days to clear", on that day: what takes so long comes after it.
    """
    day = _next_of_its_name(last, task, view) or task.due_on
    if day:
        ends = _at(day, last, view)
        is_behind = last.on is None and day == view.today and last.lead >= A_DAY
        return ends if is_behind else ends - last.lead
    moments = (_at(each, last, view) - last.lead for each in _just_added(task, view))
    return next((moment for moment in moments if moment > view.now), None) if last.at else None


def _next_of_its_name(last: LastMoment, task: TaskView, view: UserView) -> date | None:
    """ "By Thursday", of what is due after a Thursday that is over, or still open: a later one. "By
    the 15th", of what is due after it.
    """
    day = last.on
    if day is None or day >= view.today:
        return day
    earliest = task.due_on or view.today
    if last.is_of_week:
        return day + timedelta(weeks=max(0, -((day - earliest).days // 7)))
    if last.is_of_month and task.due_on and day < task.due_on:
        found = (earliest + timedelta(days=ahead) for ahead in range(LONGEST_WAIT))
        return next((later for later in found if later.day == day.day), day)
    return day


def _at(day: date, last: LastMoment, view: UserView) -> datetime:
    """Midnight is the end of a day, as in Span.

    In UTC: a lead before it is hours that pass, on the night too on which clocks are set back.
    """
    if last.at is None:
        return _over(day, view)
    zone = zone_named(last.zone) or view.zone
    local = datetime.combine(day + timedelta(days=last.at == time()), last.at, zone)
    return local.astimezone(UTC)


def _end_of(day: date, view: UserView) -> datetime:
    return _on(day, BED, view)


def _on(day: date, clock: time, view: UserView) -> datetime:
    """In UTC, which has no moment for the last night of the year 9999 west of Greenwich."""
    return datetime.combine(min(max(day, FIRST_DAY), LAST_DAY), clock, view.zone).astimezone(UTC)


def _over(day: date, view: UserView) -> datetime:
    """When what ends with a day has ended: for most it should be done by BED, and can be until
    midnight; of whoever is up past that, the day is over when they go to bed."""
    bed = bed_time(view)
    if bed is not None:
        return _on(min(day, LAST_DAY) + A_DAY, bed, view)
    usual = _end_of(day, view)
    return usual if view.now < usual else _on(day, time.max, view)


def _begin_by(
    chances: Sequence[Window], effort: timedelta, ends: datetime | None, view: UserView
) -> datetime | None:
    """In the last chance that is long enough; when there is none left, now. None: nothing ends."""
    if ends is None or ends <= view.now:
        return None
    return max(_starts(chances, effort, ends), default=view.now)


def _starts(chances: Iterable[Window], effort: timedelta, ends: datetime) -> list[datetime]:
    """The last start in each chance that is long enough."""
    return [
        min(w.end, ends) - effort
        for w in chances
        if w.start < ends and min(w.end, ends) - w.start >= effort
    ]


def _with_time_to_spare(
    chances: Sequence[Window], effort: timedelta, ends: datetime | None, view: UserView
) -> datetime | None:
    """Of what is long, the last start that leaves it to no evening. None: the very last one is."""
    if effort < LONG or ends is None or ends <= view.now:
        return None
    by_day = [_until_evening(window, view) for window in chances]
    starts = (_starts(by_day, wanted, ends) for wanted in (effort * SPARE, effort))
    return next((max(found) for found in starts if found), None)


def _until_evening(window: Window, view: UserView) -> Window:
    start = window.start.astimezone(view.zone)
    evening = datetime.combine(start.date(), EVENING, view.zone)
    return Window(window.start, max(window.start, min(window.end, evening)))
