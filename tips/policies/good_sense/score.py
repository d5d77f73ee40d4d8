"""Points of each candidate: gates first, then what is urgent, then what makes it worth a moment."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from operator import itemgetter

from agents.base import TaskView, UserView
from agents.beliefs import GoodHours, Reminders
from agents.timing.chances import Diary, diary_of, takes_time
from agents.timing.needs import (
    Need,
    effort_of,
    find_need,
    is_blocked,
    is_certain,
    is_elsewhere,
    is_obsolete,
    last_moment,
    near_moment,
)
from agents.timing.waking import waking_day
from agents.traits import Door, Energy, EventKind, Noise, Place, Stakes
from tips.base import Candidate, Facts, Kind, Scored
from tips.policies.good_sense import weights as w
from tips.policies.good_sense.prefs import KEY, GoodSensePrefs
from tips.policies.good_sense.silence import is_late

A_SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
NOT_ON_THE_WAY = (Place.HOME, Place.ERRAND, Place.OUTDOORS, Place.WITH_SOMEBODY)
Part = tuple[float, str]  # points, and the code of why


def score_all(candidates: Iterable[Candidate], view: UserView) -> Iterator[Scored]:
    tasks = {task.id: task for task in view.tasks}
    diary = diary_of(view)
    for candidate in candidates:
        row = candidate.evidence[0]
        if candidate.kind is Kind.REMINDER or row.id not in tasks:
            yield Scored(candidate, _reminder(candidate, view), reasons=("starts_soon",))
        else:
            yield _score(candidate, tasks[row.id], diary)


def _score(candidate: Candidate, task: TaskView, diary: Diary) -> Scored:
    need, view = find_need(task, diary), diary.view
    told = replace(candidate, facts=_facts(candidate, need, view))
    gates = list(_gates(task, need, view))
    parts = [*_urgent(task, need, view), *_worth(task, need, view)]
    if noise := task.traits.noise:
        if noise.value is not Noise.MARKUP:  # its dates and priority are nobody's wish either
            parts = [part for part in parts if part[0] < 0]
        parts.append((w.STRANGE, "strange"))
    earned = sorted((p for p in parts if p[0] > 0), key=lambda p: -p[0])
    return Scored(
        told,
        score=sum(points for points, _code in parts) + (w.GATED if gates else 0.0),
        reasons=tuple(code for _points, code in earned),
        penalties=(*gates, *(code for points, code in parts if points < 0)),
        is_gated=bool(gates),
        presses=bool(need.begin_by and need.begin_by - view.now < w.PRESSES),
        changes=tuple(moment for moment in _changes(task, need) if moment > view.now),
    )


def _changes(task: TaskView, need: Need) -> Iterator[datetime]:
    """When the clock alone changes its points or gates: it opens, is about to close or closes, no
    longer fits into the time left, nears its end or passes it, or is no longer freshly added.
    """
    if need.hard:
        yield need.hard
        yield need.hard - w.CALLED_EARLY
    if task.added_at:
        yield task.added_at + w.FRESH_FOR
    if task.due_at:
        yield task.due_at - w.READY_BEFORE
    if first := need.first:
        yield first.start
        yield first.end
        if effort_of(task):  # only where it is known: the usual effort is a guess
            yield first.end - need.effort + A_SECOND  # a second earlier it still fits
        if task.traits.hours:
            yield first.end - w.CLOSING_WITHIN
            yield first.end - need.effort - w.CLOSES_SOON


def _reminder(candidate: Candidate, view: UserView) -> float:
    event = next((e for e in view.events if e.key == candidate.key), None)
    if event is None or not takes_time(event) or not _wants_reminders(view):
        return w.GATED
    return w.LEAVE if event.traits.leave_by else w.REMINDER


def _wants_reminders(view: UserView) -> bool:
    """What they set, else whether they act on reminders. Yes while nothing is known."""
    prefs = view.prefs.get(KEY)
    if isinstance(prefs, GoodSensePrefs):
        return prefs.reminds
    believed = view.belief("recent-patterns", Reminders)
    return believed is None or believed.wanted


def _facts(candidate: Candidate, need: Need, view: UserView) -> Facts:
    first = need.first
    is_open = first is not None and first.start <= view.now
    return replace(
        candidate.facts,
        closes_at=first.end if first and is_open else None,
        opens_at=first.start if first and not is_open else None,
        prepares=coming.title if (coming := need.prepares or need.related) else "",
    )


def _gates(task: TaskView, need: Need, view: UserView) -> Iterator[str]:
    """Codes of what rules it out now. What is not known never rules anything out."""
    yield from _gates_by_words(task, view)
    if need.first is None or need.first.start > view.now:
        if not (_ends_before_it_opens(task, need, view) or _is_awaited(task, need, view)):
            yield "closed"
    elif need.first.length < need.effort and need.effort <= 2 * HOUR:
        yield "no_time"
    if is_late(view) and _is_much(task, need) and not _cannot_wait(need, view):
        yield "too_late_in_the_day"
    place = task.traits.place
    if _is_on_the_way(view) and place and place.value in NOT_ON_THE_WAY:
        yield "on_the_way"
    if _refusals(task, view) >= w.MOST_REFUSALS:
        yield "refused"


def _ends_before_it_opens(task: TaskView, need: Need, view: UserView) -> bool:
    """Whether it must be done before its usual hours begin: then those cannot be meant.

    "By 6:00", of somebody who is usually up from 7:00. Offices, shops and hours that the words name
    stay closed all the same. People may be called that early, but only when it ends within
    CALLED_EARLY: they are probably asleep.
    """
    if need.hard is None or need.first is None or not view.now < need.hard <= need.first.start:
        return False
    hours = task.traits.hours
    if hours is None:
        return True
    is_usual = hours.value.door is Door.PEOPLE and not hours.value.spans
    return is_usual and need.hard - view.now <= w.CALLED_EARLY


def _is_awaited(task: TaskView, need: Need, view: UserView) -> bool:
    """Whether it is about to open and due as it does: a course that can be booked from 10:00 is
    full at 10:05, so it is said READY_BEFORE that.
    """
    if task.traits.hours is None or task.due_at is None or need.first is None:
        return False
    return view.now < need.first.start <= task.due_at <= view.now + w.READY_BEFORE


def _gates_by_words(task: TaskView, view: UserView) -> Iterator[str]:
    """Codes of what rules it out at any hour of the day, as its words say."""
    if is_blocked(task, view):
        yield "blocked"
    if is_obsolete(task, view):
        yield "obsolete"
    if is_elsewhere(task, view):
        yield "elsewhere"
    if _is_missed(task, view):
        yield "too_late"


def _is_missed(task: TaskView, view: UserView) -> bool:
    """Whether the last moment that its words name for certain is over. Without such words a task
    is only overdue, and can still be done.
    """
    trait, last = task.traits.last_moment, last_moment(task, view)
    return trait is not None and last is not None and is_certain(trait) and last <= view.now


def _is_much(task: TaskView, need: Need) -> bool:
    energy = task.traits.energy
    return need.effort > w.LONG or bool(energy and energy.value is Energy.DEEP)


def _cannot_wait(need: Need, view: UserView) -> bool:
    return bool(need.hard and need.begin_by and need.begin_by - view.now < 2 * HOUR)


def _is_on_the_way(view: UserView) -> bool:
    return any(
        e.is_on(view.now) and e.kind in (EventKind.TRAVEL, EventKind.DRIVING) for e in view.events
    )


def _refusals(task: TaskView, view: UserView) -> int:
    key, since = task.key, view.now - timedelta(days=w.REFUSED_DAYS)
    return sum(a.candidate == key and a.is_no_to_now and a.at > since for a in view.answers)


def _urgent(task: TaskView, need: Need, view: UserView) -> Iterator[Part]:
    """At most two parts: the stronger of an end ahead and a date that has passed, and what counts
    for a day or moment that is not the last (see _softly).
    """
    hard = [*_ending(task, need, view), *_passed(task, view)]
    if hard:
        yield max(hard, key=itemgetter(0))
    if need.soft is not None:
        yield _softly(task, need, view)


def _ending(task: TaskView, need: Need, view: UserView) -> Iterator[Part]:
    now = view.now
    if need.hard and need.hard > now and need.begin_by:
        code = _pressing(task, need, view)
        is_lost_lightly = code == "obsolete_soon" and _costs_nothing(task)
        share = w.LOST_LIGHTLY if is_lost_lightly else 1.0
        points = _fading(w.HARD, need.begin_by - now) + _eve(need.hard, view)
        if need.last_start:
            points += _fading(w.LAST_START, need.last_start - now)
        yield share * points, code


def _passed(task: TaskView, view: UserView) -> Iterator[Part]:
    if task.due_at and task.due_at <= view.now:
        late = (view.now - task.due_at) / HOUR
        recent = w.TIME_PASSED * math.exp(-late / w.TIME_PASSED_FADES_H)
        yield max(recent, _overdue(task, view)), "past_time" if late < 24 else "overdue"
    elif task.deadline_on and task.deadline_on < (today := waking_day(view.now, view)):
        days = (today - task.deadline_on).days
        yield w.DEADLINE_PASSED * math.exp(-days / w.DEADLINE_PASSED_FADES_DAYS), "deadline_missed"


def _softly(task: TaskView, need: Need, view: UserView) -> Part:
    """The points of a day or moment that the task is meant for, though it need not be the last."""
    near = near_moment(task, view)
    if near and need.soft == near:
        day = near.astimezone(view.zone).date()
        points = _on_day(need, (day - view.today).days, view)
        return points + _eve(near, view) + _fading(w.NEAR_SOON, near - view.now), "near"
    if need.related and need.soft == need.related.starts_at:
        return w.RELATED + _running_out(need, view), "related"
    days = (task.due_on - view.today).days if task.due_on else 0
    if days < 0:
        return _overdue(task, view), "overdue"
    return _on_day(need, days, view), _due(days)


def _eve(ends: datetime, view: UserView) -> float:
    """Points in the evening for what ends tomorrow."""
    is_tomorrow = waking_day(ends, view) == waking_day(view.now, view) + DAY
    is_evening = view.now.astimezone(view.zone).time() >= w.EVE_FROM
    return w.EVE if is_tomorrow and is_evening else 0.0


def _on_day(need: Need, days: int, view: UserView) -> float:
    return _running_out(need, view) + (w.DUE_TODAY if days == 0 else 0.0)


def _running_out(need: Need, view: UserView) -> float:
    return _fading(w.SOFT, need.begin_softly_by - view.now) if need.begin_softly_by else 0.0


def _pressing(task: TaskView, need: Need, view: UserView) -> str:
    """The code of whichever end comes first: need.hard_by, but a due time on another day is told by
    its day ("due_tomorrow").
    """
    days = (task.due_on - view.today).days if task.due_on else 0
    return _due(days) if need.hard_by == "due_at" and days else need.hard_by


def _due(days: int) -> str:
    return {0: "due_today", 1: "due_tomorrow"}.get(days, "due_in_days")


def _overdue(task: TaskView, view: UserView) -> float:
    days = (view.today - task.due_on).days if task.due_on else 0
    return w.OVERDUE * math.exp(-max(days, 0) / w.OVERDUE_FADES_DAYS)


def _fading(table: tuple[tuple[float, float], ...], left: timedelta) -> float:
    hours = max(left / HOUR, 0.0)
    return sum(points * math.exp(-hours / fades) for points, fades in table)


def _worth(task: TaskView, need: Need, view: UserView) -> Iterator[Part]:
    yield w.PRIORITY[task.priority], "urgent" if task.priority == 4 else "important"
    yield from _worth_by_words(task)
    if _matters_that_it_closes(task, need):
        yield _closing(task, need, view), "closing"
    if _times_done_at_this_hour(task, view) >= w.HABIT_TIMES:
        yield w.HABIT, "habit"
    if _is_deep_morning(task, need, view):
        yield w.DEEP_MORNING, "deep_morning"
    elif need.effort <= w.QUICK_MIN:
        yield w.QUICK, "quick"
    elif need.effort > HOUR / 2:
        yield w.LONG_PER_HOUR * (need.effort / HOUR), "long"
    if task.due_on is None and task.added_at and view.now - task.added_at > w.LONG_AGO_DAYS * DAY:
        yield w.LONG_AGO, "long_ago"
    elif task.added_at and view.now - task.added_at < w.FRESH_FOR:
        yield w.FRESH + _acute(task), "fresh"
    yield w.REFUSED * _refusals(task, view), "refused_before"


def _acute(task: TaskView) -> float:
    """Points beyond FRESH for a task that was just added: danger, health, or somebody held up."""
    if _is_about_health(task):
        return w.DANGER if _is_dangerous(task) else w.ACUTE
    waits = task.traits.waits
    is_in_haste = waits is not None and task.due_on is None and is_certain(waits)
    return w.CALLED_FOR if is_in_haste else 0.0


def _matters_that_it_closes(task: TaskView, need: Need) -> bool:
    """Whether it matters that it closes soon: it has a date or a raised priority, is about health,
    or its words name the hours in which it can be done.
    """
    hours = task.traits.hours
    has_own_hours = hours is not None and bool(hours.value.spans)
    is_wanted = bool(need.soft or need.hard) or task.priority > 1 or _is_about_health(task)
    return is_wanted or has_own_hours


def _worth_by_words(task: TaskView) -> Iterator[Part]:
    """Points for stakes, somebody who waits, what it unblocks, and "someday"."""
    traits = task.traits
    if traits.stakes:
        yield w.STAKES[traits.stakes.value], f"stakes_{traits.stakes.value}"
    if traits.waits:
        yield w.WAITS, "waits"
    if traits.unblocks:
        yield w.UNBLOCKS, "unblocks"
    if traits.someday and traits.someday.value:
        yield w.SOMEDAY, "someday"


def _costs_nothing(task: TaskView) -> bool:
    """Whether its words say that missing it costs nothing. A deadline or due time says it does."""
    if task.deadline_on or task.due_at:
        return False
    return bool(task.traits.stakes and task.traits.stakes.value is Stakes.NONE)


def _is_about_health(task: TaskView) -> bool:
    return bool(task.traits.stakes and task.traits.stakes.value is Stakes.HEALTH)


def _is_dangerous(task: TaskView) -> bool:
    """For tasks about health, such as a smell of gas: the reading is nearly certain, and there is
    no due date, since nobody schedules that.
    """
    stakes = task.traits.stakes
    return task.due_on is None and stakes is not None and stakes.confidence >= w.SURE_OF_DANGER


def _is_deep_morning(task: TaskView, need: Need, view: UserView) -> bool:
    """Whether it is deep work that fits in now, in the person's best hours; by default mornings."""
    energy, first = task.traits.energy, need.first
    if energy is None or energy.value is not Energy.DEEP or first is None:
        return False
    is_free = first.start <= view.now and first.length >= need.effort
    clock = view.now.astimezone(view.zone).time()
    best = view.belief("time-of-day", GoodHours)
    if best is not None:
        return is_free and best.start <= clock < (best.end or time.max)
    return is_free and clock < w.MORNING_UNTIL


def _closing(task: TaskView, need: Need, view: UserView) -> float:
    """Points for what can be done now and soon cannot; the longer it stays closed then, the more.

    Where health needs it, a long closure counts like a last moment: a pharmacy before holidays.
    """
    first = need.first
    if first is None or first.start > view.now:
        return 0.0
    later = need.chances[1].start if len(need.chances) > 1 else None
    if first.end - view.now > w.CLOSING_WITHIN:
        return w.DUE_TODAY if _is_last_chance(need, later, view) else 0.0
    if later is None or later - first.end > w.FOR_LONG:
        last = _fading(w.HARD, first.end - need.effort - view.now)
        return last if _is_about_health(task) else w.CLOSING_FOR_LONG
    if later - first.end <= 10 * HOUR:
        return 0.0
    said = task.traits.hours
    is_said = said is not None and bool(said.value.spans)
    is_soon = first.end - need.effort - view.now <= w.CLOSES_SOON
    is_undated = need.soft is None and need.hard is None
    return w.CLOSING_SOON if is_said and is_soon and is_undated else w.CLOSING


def _is_last_chance(need: Need, later: datetime | None, view: UserView) -> bool:
    """Whether today is the last day on which it is open before it is due: due on a Sunday, on which
    the shop is closed, it has to be done on Saturday.
    """
    if (
        need.soft is None
        or need.first is None
        or need.soft.astimezone(view.zone).date() <= view.today
    ):
        return False
    closes_today = need.first.end.astimezone(view.zone).date() == view.today
    return closes_today and (later is None or later >= need.soft)


def _times_done_at_this_hour(task: TaskView, view: UserView) -> int:
    """How often it was done within HABIT_SPREAD of the present time of day, on the local clock."""
    key, now = task.key, _clock(view.now, view)
    return sum(
        a.candidate == key
        and a.reaction == "done"
        and abs((now - _clock(a.at, view) + DAY / 2) % DAY - DAY / 2) <= w.HABIT_SPREAD
        for a in view.answers
    )


def _clock(moment: datetime, view: UserView) -> timedelta:
    """The person's local time of day to the minute, as time since midnight."""
    local = moment.astimezone(view.zone)
    return timedelta(hours=local.hour, minutes=local.minute)
