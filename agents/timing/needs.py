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

# Assumed of a task where nothing says how long it takes.
USUAL_EFFORT = timedelta(minutes=15)
# By then a task that is due on a day should be done.
BED = time(22, 30)
# A task that takes LONG is to be done before EVENING, and usually takes SPARE times what is said.
LONG, SPARE = timedelta(minutes=90), 1.5
EVENING = time(20)
# A lead of WAITED is a wait for somebody else, who takes WAITED_SPARE times what is said.
WAITED, WAITED_SPARE = timedelta(days=7), 1.2
SURE = 0.6  # confidence from which a last moment is believed to be the last
CERTAIN = 0.7  # confidence from which a task is missed once its last moment is over
FIRST_DAY, LAST_DAY = date(2, 1, 1), date(9999, 12, 30)
AWAY = "away"  # key of a situation: agents.profile.contexts
A_DAY = timedelta(days=1)
LONGEST_WAIT = 62  # days to the next 31st
FAR_DAYS = 365  # how far away a task without a day is sorted


class Hard(NamedTuple):
    """When a task ends, and what says so.

    by  "due_at", "prepares", "deadline", "obsolete_soon" or "last_moment"
    """

    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Need:
    """How long a task can wait.

    chances   spans in which it can be done, the earliest first, without those that are too short
    hard      the end: after it the task is of no use, or harmful. Of several (words, deadline, due
              time) the next one ahead; when all have passed, the latest
    soft      the wish: the end of the day it is put down for, a moment that its words mention, or
              the start of `related`; the earliest of them
    begin_by, begin_softly_by  the latest start in time for `hard` and for `soft`, given when it can
              be done; now, if it is too late for that
    last_start  as begin_by, which is earlier for long tasks: it leaves time to spare
    """

    effort: timedelta
    chances: tuple[Window, ...]
    hard: datetime | None = None
    soft: datetime | None = None
    begin_by: datetime | None = None
    begin_softly_by: datetime | None = None
    last_start: datetime | None = None
    prepares: EventView | None = None
    prepared_by: datetime | None = None  # when it has to be ready for `prepares`: see _ready_by
    related: EventView | None = None  # an event that it may be for: a guess
    hard_by: str = ""  # Hard.by of `hard`

    @property
    def first(self) -> Window | None:
        return self.chances[0] if self.chances else None


def find_need(task: TaskView, diary: Diary) -> Need:
    view = diary.view
    traits = task.traits
    effort = effort_of(task) or USUAL_EFFORT
    prepared = find_prepared(traits.prepares, view, task.title) if traits.prepares else None
    prepared_by = _ready_by(prepared, traits, view) if prepared else None
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
        # It presses most right after the lead began, and less the more of it is lost.
        missed = view.now - _lead_begins(prepared, traits)
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
    """Whether it waits for another open task, a later day or somebody, as far as its words say."""
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
    """Whether it can only be done at home, while the person has said that they are away."""
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
    """How long it takes: what the person said in oO, else the source's duration, else its words."""
    effort = task.traits.effort
    if effort and effort.origin is Origin.PERSON:
        return effort.value
    return task.duration or (effort.value if effort else None)


def nearness(task: TaskView, view: UserView) -> tuple[int, int, int]:
    """A sort key: the date nearest to today first, past or future, then the higher priority."""
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
    """A future moment that its words mention, but do not clearly name as the last one."""
    last = task.traits.last_moment
    if last is None or is_sure(last):
        return None
    moment = _moment(last.value, task, view)
    return moment if moment and moment > view.now else None


def _just_added(task: TaskView, view: UserView) -> list[date]:
    """What "by 15:00" may mean where the task has no date: the day it was added, or the next."""
    if task.added_at is None:
        return []
    added = task.added_at.astimezone(view.zone).date()
    return [added, added + A_DAY]


def is_certain(trait: Trait[Any]) -> bool:
    """Whether it was read surely enough to call a task missed once its moment is over. What was
    read less surely is then taken for a misreading.
    """
    return trait.confidence >= CERTAIN


def is_sure(trait: Trait[Any]) -> bool:
    """Whether it was read surely enough to end a task. Else it only says which moment is near."""
    return trait.confidence >= SURE


def _hard(task: TaskView, prepared_by: datetime | None, view: UserView) -> Iterator[Hard]:
    """Every moment that ends it. Their order counts: of two equal ones the first is `hard_by`."""
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
    """The next one ahead; when all have passed, the latest."""
    found = list(moments)
    ahead = [each for each in found if each.at > now]
    if ahead:
        return min(ahead, key=attrgetter("at"))
    return max(found, key=attrgetter("at"), default=None)


def last_moment(task: TaskView, view: UserView) -> datetime | None:
    """The last moment by its words, if it was read surely enough. One that is over also has to be
    certain: see is_certain.
    """
    last = task.traits.last_moment
    if last is None or not is_sure(last):
        return None
    moment = _moment(last.value, task, view)
    is_over = moment is not None and moment <= view.now
    return moment if is_certain(last) or not is_over else None


def _ready_by(event: EventView, traits: Traits, view: UserView) -> datetime:
    """When it has to be ready: as the lead begins or, if that has passed, when the event begins.
    What is late still helps until then.
    """
    by = _lead_begins(event, traits)
    return by if by > view.now else event.starts_at


def _lead_begins(event: EventView, traits: Traits) -> datetime:
    """So long before the person sets out for the event as its words say, or somewhat longer."""
    lead = traits.prepares.value.lead if traits.prepares else timedelta()
    if lead >= WAITED:
        lead *= WAITED_SPARE
    return leaves_at(event) - lead


def _at_the_latest(event: EventView, traits: Traits, view: UserView) -> datetime:
    """The event's start minus exactly the lead of the words; once that has passed, its start."""
    lead = traits.prepares.value.lead if traits.prepares else timedelta()
    exactly = event.starts_at - lead
    return exactly if exactly > view.now else event.starts_at


def _lead_is_running(event: EventView, traits: Traits, view: UserView) -> bool:
    """Whether the lead has begun and the event has not: it is late, and still of use."""
    return _lead_begins(event, traits) <= view.now < event.starts_at


def _moment(last: LastMoment, task: TaskView, view: UserView) -> datetime | None:
    """The last moment, less its lead. None: its words name no day, and nothing else gives one.

    A time without a day belongs to the due date or, without one, to the day on which the task was
    added or the next. A lead of days is not subtracted on the very day: "in by 3, takes 3 days to
    clear" means that the three days come afterwards.
    """
    day = _day_meant(last, task, view) or task.due_on
    if day:
        ends = _at(day, last, view)
        is_behind = last.on is None and day == view.today and last.lead >= A_DAY
        return ends if is_behind else ends - last.lead
    moments = (_at(each, last, view) - last.lead for each in _just_added(task, view))
    return next((moment for moment in moments if moment > view.now), None) if last.at else None


def _day_meant(last: LastMoment, task: TaskView, view: UserView) -> date | None:
    """The day that its words name; if that is over and they gave no full date, perhaps a later one.

    "By Thursday", and the task is still open after that Thursday: the first one from its due date,
    or from today, on. "By the 15th", and it is due after that: the first 15th from then on.
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
    """When it ends on that day; 0:00 is the midnight after it, as in Span.

    In UTC, so that a lead before it is time that passes even in a night when clocks change.
    """
    if last.at is None:
        return _over(day, view)
    zone = zone_named(last.zone) or view.zone
    local = datetime.combine(day + timedelta(days=last.at == time()), last.at, zone)
    return local.astimezone(UTC)


def _end_of(day: date, view: UserView) -> datetime:
    return _on(day, BED, view)


def _on(day: date, clock: time, view: UserView) -> datetime:
    """In UTC. The day is kept within what Python can count in any zone: 9999-12-31 at 22:30 in New
    York would be in the year 10000.
    """
    return datetime.combine(min(max(day, FIRST_DAY), LAST_DAY), clock, view.zone).astimezone(UTC)


def _over(day: date, view: UserView) -> datetime:
    """When a task ends that has to be done on that day: at BED or, once that has passed, at
    midnight. For somebody who is up past midnight, when they go to bed.
    """
    bed = bed_time(view)
    if bed is not None:
        return _on(min(day, LAST_DAY) + A_DAY, bed, view)
    usual = _end_of(day, view)
    return usual if view.now < usual else _on(day, time.max, view)


def _begin_by(
    chances: Sequence[Window], effort: timedelta, ends: datetime | None, view: UserView
) -> datetime | None:
    """The latest start in a chance that is long enough, or now. None: there is no end ahead."""
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
    """For a long task, the latest start that needs no evening, with SPARE if there is room for it.
    None: it is not long, has no end ahead, or does not fit before evening.
    """
    if effort < LONG or ends is None or ends <= view.now:
        return None
    by_day = [_until_evening(window, view) for window in chances]
    starts = (_starts(by_day, wanted, ends) for wanted in (effort * SPARE, effort))
    return next((max(found) for found in starts if found), None)


def _until_evening(window: Window, view: UserView) -> Window:
    start = window.start.astimezone(view.zone)
    evening = datetime.combine(start.date(), EVENING, view.zone)
    return Window(window.start, max(window.start, min(window.end, evening)))
