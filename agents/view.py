"""From rows to UserViews: the only place that loads what agents and policies look at."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Container, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from accounts.models import Consent, Profile
from agents.base import EventView, TaskView, UserView
from agents.inferring.beliefs import NOTHING_BELIEVED, load_beliefs
from agents.models import AgentSwitch
from agents.profile.answers import load_answers
from agents.profile.contexts import load_contexts, next_change, situation_at
from agents.profile.preferences import load_preferences
from agents.understanding.loading import (
    NOTHING_UNDERSTOOD,
    OWNER,
    Understood,
    by_person,
    load_understood,
)
from integrations.models import CalendarEvent, Completion, Connection, Task
from integrations.registry import SOURCES
from oo.lib.among import Among
from oo.lib.words import Formats
from oo.lib.years import meant
from oo.lib.zones import zone_named, zone_or_utc

HORIZON = timedelta(days=8)
# What has to be begun so long before it is looked for behind the horizon too, as far as sources
# tell of it.
LONG_LEAD = timedelta(days=5)


def load_view(user_id: UUID, *, at: datetime) -> UserView:
    """One person at `at`. Twelve queries, whatever they own, and one for what needs days before
    something. Raises Profile.DoesNotExist.
    """
    views = load_views([user_id], at=at)
    if user_id not in views:
        raise Profile.DoesNotExist
    return views[user_id]


def load_views(user_ids: Collection[UUID], *, at: datetime) -> dict[UUID, UserView]:
    """People at `at`, those who have left left out. Twelve queries, however many they are, and one
    more where anybody has a task that needs days before something.
    """
    zones, locales, formats = _profiles(user_ids)
    consents = _consents(user_ids)
    sources = _sources(user_ids)
    understood = load_understood(user_ids)
    tasks = _tasks(user_ids, zones, sources, understood)
    events = _events(user_ids, Q(ends_at__gt=at, starts_at__lt=at + HORIZON), sources, understood)
    planners = [user_id for user_id, of_person in tasks.items() if any(map(_is_long, of_person))]
    behind = Q(starts_at__gte=at + HORIZON)
    later = _events(planners, behind, sources, understood) if planners else {}
    answers = load_answers(user_ids, at=at)
    prefs, contexts = load_preferences(user_ids), load_contexts(user_ids)
    switched_off = AgentSwitch.objects.off()
    beliefs = load_beliefs({pk: consents.get(pk, ()) for pk in zones}, at=at)
    return {
        user_id: UserView(
            user_id=user_id,
            now=at,
            zone=zone,
            tasks=tuple(tasks.get(user_id, ())),
            events=tuple(events.get(user_id, ())),
            later_events=tuple(later.get(user_id, ())),
            locale=locales[user_id],
            formats=formats[user_id],
            consents=frozenset(consents.get(user_id, ())),
            prefs=prefs.get(user_id, {}),
            beliefs=beliefs.get(user_id, NOTHING_BELIEVED).values,
            fresh_beliefs=beliefs.get(user_id, NOTHING_BELIEVED).told(
                locales[user_id], formats[user_id]
            ),
            situation=situation_at(contexts.get(user_id, ()), zone, at),
            changes_at=next_change(contexts.get(user_id, ()), zone, at),
            answers=answers.get(user_id, ()),
            switched_off=switched_off,
        )
        for user_id, zone in zones.items()
    }


def _profiles(
    user_ids: Collection[UUID],
) -> tuple[dict[UUID, ZoneInfo], dict[UUID, str], dict[UUID, Formats]]:
    rows = Profile.objects.filter(Among("user_id", user_ids))
    zones, locales, formats = {}, {}, {}
    columns = ("user_id", "time_zone", "locale", "clock", "dates")
    for user_id, time_zone, locale, clock, dates in rows.values_list(*columns):
        zones[user_id], locales[user_id] = zone_or_utc(time_zone), locale
        formats[user_id] = Formats(clock, dates)
    return zones, locales, formats


def _consents(user_ids: Collection[UUID]) -> dict[UUID, set[str]]:
    found: dict[UUID, set[str]] = defaultdict(set)
    rows = Consent.objects.filter(Among("user_id", user_ids), withdrawn_at=None)
    for user_id, key in rows.values_list("user_id", "key"):
        found[user_id].add(key)
    return found


def _sources(user_ids: Collection[UUID]) -> dict[str, str]:
    """By connection, as text."""
    rows = Connection.objects.filter(Among("user_id", user_ids))
    return dict(rows.values_list(Cast("pk", TextField()), "source"))


# Tuples, not model instances: a sweep loads millions of rows.
_CONNECTION = Cast("connection_id", TextField())
_TASK = (OWNER, _CONNECTION, "words_digest", "due_on", "due_time", "due_zone", "duration_min",
         "recurrence", "pk", "title", "project", "section", "parent", Cast("labels", TextField()),
         "priority", "deadline_on", "added_at", "changed_at", "returned_at", "url")  # fmt: skip
_EVENT = (OWNER, _CONNECTION, "words_digest", "starts_on", "pk", "title", "starts_at", "ends_at",
          "is_busy", "attendees", "organises", "url")  # fmt: skip
_STARTS_ENDS = slice(_EVENT.index("starts_at"), _EVENT.index("ends_at") + 1)


def _tasks(
    user_ids: Collection[UUID],
    zones: Mapping[UUID, ZoneInfo],
    sources: Mapping[str, str],
    understood: Mapping[UUID, Understood],
) -> dict[UUID, list[TaskView]]:
    completable = {s.manifest.key for s in SOURCES if s.manifest.can_complete}
    found = {}
    for user_id, rows in by_person(_open_tasks(user_ids)):
        if zone := zones.get(user_id):
            known = understood.get(user_id, NOTHING_UNDERSTOOD)
            found[user_id] = [_task(row, zone, sources, known, completable) for row in rows]
    return found


def _task(
    row: tuple[Any, ...],
    zone: ZoneInfo,
    sources: Mapping[str, str],
    understood: Understood,
    completable: Container[str],
) -> TaskView:
    (_owner, connection_id, words, due_on, due_time, due_zone, duration_min, recurrence, pk, title,
     project, section, parent, labels, priority, deadline_on, added, changed, returned,
     url) = row  # fmt: skip
    due_on = meant(due_on)  # rows may be older than what keeps such dates out
    due_at = _moment(due_on, due_time, due_zone, zone)
    source = sources.get(connection_id, "")
    return TaskView(
        id=pk,
        title=title,
        source=source,
        project=project,
        section=section,
        parent=parent,
        labels=() if labels == "[]" else tuple(json.loads(labels)),
        priority=priority,
        # A moment fixed in another zone may fall on another day where the person is.
        due_on=due_at.astimezone(zone).date() if due_at else due_on,
        due_at=due_at,
        deadline_on=meant(deadline_on),
        duration=timedelta(minutes=duration_min) if duration_min else None,
        is_recurring=bool(recurrence),
        added_at=meant(added),
        changed_at=changed,
        returned_at=returned,
        can_complete=source in completable,
        url=url,
        traits=understood.of_task(words),
    )


def _open_tasks(user_ids: Collection[UUID]) -> QuerySet[Any, tuple[Any, ...]]:
    answered = Completion.objects.answered(user_ids)
    rows = Task.objects.open().filter(Among("user_id", user_ids))
    rows = rows.exclude(pk__in=answered.values("task_id")).order_by("pk")
    return rows.values_list(*_TASK)


def _moment(day: date | None, clock: time | None, named: str, zone: ZoneInfo) -> datetime | None:
    """When a task is due, if its due date has a time: in its own zone, or afloat in the person's.

    A local time that a DST change skips or repeats is read as zoneinfo's fold 0 does.
    """
    if day is None or clock is None:
        return None
    return datetime.combine(day, clock, zone_named(named) or zone)


def _is_long(task: TaskView) -> bool:
    prepares = task.traits.prepares
    return prepares is not None and prepares.value.lead >= LONG_LEAD


def _events(
    user_ids: Collection[UUID],
    which: Q,
    sources: Mapping[str, str],
    understood: Mapping[UUID, Understood],
) -> dict[UUID, list[EventView]]:
    rows = CalendarEvent.objects.filter(Among("user_id", user_ids), which)
    rows = rows.order_by("starts_at", "pk")
    found = {}
    for user_id, of_person in by_person(rows.values_list(*_EVENT)):
        known = understood.get(user_id, NOTHING_UNDERSTOOD)
        found[user_id] = [_event(row, sources, known) for row in of_person if _is_meant(row)]
    return found


def _is_meant(row: tuple[Any, ...]) -> bool:
    """Of an event, that it begins and ends in years that somebody means."""
    return all(map(meant, row[_STARTS_ENDS]))


def _event(row: tuple[Any, ...], sources: Mapping[str, str], understood: Understood) -> EventView:
    (_owner, connection_id, words, starts_on, pk, title, starts, ends, is_busy, attendees,
     organises, url) = row  # fmt: skip
    return EventView(
        id=pk,
        title=title,
        source=sources.get(connection_id, ""),
        starts_at=starts,
        ends_at=ends,
        is_all_day=starts_on is not None,
        is_busy=is_busy,
        attendees=attendees,
        organises=organises,
        url=url,
        traits=understood.of_event(words),
    )
