"""What people did with their tips, by day, counted out of the log of events as it grows.

A day that an event touches is counted anew as a whole, so that counting it twice, or after a worker
died, gives the same. People are locked before they are counted, as they are before events about
them are published; so of two runs at once the later one sees all that the earlier one saw.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from accounts.locks import lock_people
from accounts.models import Consent, Profile
from agents.base import is_task
from agents.models import CountCursor, CountedDay
from agents.profile.answers import REMEMBERED
from agents.profile.features import COUNTED_CONSENTS, WINDOW_DAYS, Counted, Day
from events.catalog import (
    ConsentWithdrawn,
    ProfileChanged,
    TipReacted,
    TipReactionUndone,
    TipServed,
)
from events.models import EventRecord
from oo.lib.bulk import upsert

PEOPLE = 1_000  # in one batch
EVENTS = 5_000
# An event may be committed that much later than the moment that it carries.
OVERLAP = timedelta(minutes=10)
# Whoever takes longer to answer was not at the page all the time: their dwell is not counted.
LONGEST_DWELL_S = 1_800.0
KEPT = timedelta(days=400)

ABOUT_TIPS = (TipServed.subject, TipReacted.subject, TipReactionUndone.subject)
HEARD = (*ABOUT_TIPS, ProfileChanged.subject, ConsentWithdrawn.subject)
CHANGE = ("served", "done", "noted", "snoozed", "dismissed", "dwell_s", "dwells", "hours")
FIELDS = {"done": "done", "snooze": "snoozed", "dismiss": "dismissed"}  # by reaction
NOTED = "noted"  # "done" of anything but a task: the person read it


@dataclass(frozen=True, slots=True)
class _Event:
    pk: int
    user_id: UUID
    subject: str
    at: datetime
    body: dict[str, Any]


def count_days(*, at: datetime) -> int:
    """Count what was not counted yet, one batch of people after another. Returns how many days were
    counted. Some fifteen queries a batch, however many people.
    """
    cursor = CountCursor.objects.first()
    start = cursor.counted_until - OVERLAP if cursor else at - REMEMBERED
    counted, after = 0, (start, 0)
    while batch := _next_batch(after, at=at):
        counted += _count_batch(batch, at=at)
        after = (batch[-1].at, batch[-1].pk)
    return counted


def forget_old_days(*, at: datetime) -> int:
    return CountedDay.objects.filter(day__lt=(at - KEPT).date()).delete()[0]


def load_counted(user_ids: Collection[UUID], *, at: datetime) -> dict[UUID, Counted]:
    """The last WINDOW_DAYS of each person who has not left; two queries."""
    todays = {
        pk: at.astimezone(zone).date() for pk, zone in Profile.objects.zones_of(user_ids).items()
    }
    # One day more, since west of UTC it may still be yesterday. Days too many are dropped below.
    rows = CountedDay.objects.filter(
        user_id__in=user_ids, day__gte=at.date() - timedelta(days=WINDOW_DAYS)
    ).order_by("day")
    found: dict[UUID, list[Day]] = defaultdict(list)
    for row in rows.values("user_id", "day", *CHANGE):
        user_id, hours = row.pop("user_id"), row.pop("hours")
        today = todays.get(user_id, row["day"])
        if today - timedelta(days=WINDOW_DAYS) < row["day"] <= today:
            found[user_id].append(Day(**row, hours={int(hour): n for hour, n in hours.items()}))
    return {pk: Counted(today, tuple(found.get(pk, ()))) for pk, today in todays.items()}


def _next_batch(after: tuple[datetime, int], *, at: datetime) -> list[_Event]:
    """The next events in the order of the log, of at most PEOPLE people."""
    moment, pk = after
    # The index finds the rows by their two bounds; pk tells apart events of the same moment.
    later = EventRecord.objects.filter(
        ~Q(at=moment, pk__lte=pk), at__gte=moment, at__lte=at, subject__in=HEARD
    )
    batch: list[_Event] = []
    people: set[UUID] = set()
    for event in _read(later.order_by("at", "pk")[:EVENTS]):
        people.add(event.user_id)
        if len(people) > PEOPLE:
            break
        batch.append(event)
    return batch


def _read(rows: Any) -> Iterator[_Event]:
    for told in rows.values_list("pk", "user_id", "subject", "at", "body"):
        yield _Event(*told)


@transaction.atomic
def _count_batch(batch: list[_Event], *, at: datetime) -> int:
    here = lock_people({event.user_id for event in batch})
    until = _advance(batch[-1].at)
    allowed = _consenting(here)
    zones = Profile.objects.zones_of(allowed)
    touched = _touched([e for e in batch if e.user_id in zones], zones, at=at)
    CountedDay.objects.filter(user_id__in=here - allowed).delete()
    days = _count(touched, zones, until=until)
    upsert(days, known_by=("user", "day"), change=CHANGE)
    nothing = dict.fromkeys(("served", NOTED, *FIELDS.values()), 0)
    CountedDay.objects.filter(user_id__in=touched, **nothing).delete()
    return len(days)


def _advance(until: datetime) -> datetime:
    """Move the cursor to `until`, never back: another run may be further. Returns where it is."""
    cursor, _new = CountCursor.objects.get_or_create(pk=1, defaults={"counted_until": until})
    if cursor.counted_until < until:
        CountCursor.objects.filter(pk=1, counted_until__lt=until).update(counted_until=until)
    return max(cursor.counted_until, until)


def _consenting(user_ids: Collection[UUID]) -> set[UUID]:
    rows = Consent.objects.filter(user_id__in=user_ids, key__in=COUNTED_CONSENTS, withdrawn_at=None)
    given: dict[UUID, set[str]] = defaultdict(set)
    for user_id, key in rows.values_list("user_id", "key"):
        given[user_id].add(key)
    return {user_id for user_id, keys in given.items() if keys.issuperset(COUNTED_CONSENTS)}


def _touched(
    batch: Iterable[_Event], zones: Mapping[UUID, ZoneInfo], *, at: datetime
) -> dict[UUID, set[date]]:
    """The local days to count anew, by person; only those of which the log still has every event.

    All of them after a move to another time zone, in which other events belong to each day.
    """
    events = list(batch)
    found: dict[UUID, set[date]] = defaultdict(set)
    for event in [*events, *_undone(events)]:
        zone = zones[event.user_id]
        first, today = _day(at - REMEMBERED, zone) + timedelta(days=1), _day(at, zone)
        if event.subject == ProfileChanged.subject:
            if "time_zone" in event.body["fields"]:
                found[event.user_id].update(_days_between(first, today))
        elif (moment := _moment(event)) and _day(moment, zone) >= first:
            found[event.user_id].add(_day(moment, zone))
    return found


def _undone(events: Iterable[_Event]) -> Iterator[_Event]:
    """The answers that undo events in the batch took back. One query."""
    undos = [e for e in events if e.subject == TipReactionUndone.subject]
    yield from _read(
        EventRecord.objects.filter(
            user_id__in={e.user_id for e in undos},
            subject=TipReacted.subject,
            body__tip_id__in={e.body["tip_id"] for e in undos},
        )
    )


def _count(
    touched: Mapping[UUID, set[date]], zones: Mapping[UUID, ZoneInfo], *, until: datetime
) -> list[CountedDay]:
    """Count those days from the log. One query.

    until  how far the log is read. Later events will have their days counted anew by themselves;
           without this limit, each batch of a first run would read all of the log
    """
    if not touched:
        return []
    days = {
        (user_id, day): CountedDay(user_id=user_id, day=day, hours={})
        for user_id, found in touched.items()
        for day in found
    }
    starts = [datetime.combine(day, time(), zones[user_id]) for user_id, day in days]
    rows = EventRecord.objects.filter(
        user_id__in=touched, subject__in=ABOUT_TIPS, at__gte=min(starts), at__lte=until
    )
    for event in _standing(_read(rows.order_by("pk"))):
        if moment := _moment(event):
            there = moment.astimezone(zones[event.user_id])
            if day := days.get((event.user_id, there.date())):
                _add(day, event, there.hour)
    return list(days.values())


def _standing(events: Iterable[_Event]) -> list[_Event]:
    """The tips that were seen, and of each tip its last answer, unless that was taken back."""
    seen: list[_Event] = []
    answers: dict[tuple[UUID, str], _Event] = {}
    for event in events:
        key = (event.user_id, event.body["tip_id"])
        if event.subject == TipServed.subject:
            seen.append(event)
        elif event.subject == TipReacted.subject:
            answers[key] = event
        else:
            answers.pop(key, None)
    return [*seen, *answers.values()]


def _add(day: CountedDay, event: _Event, hour: int) -> None:
    if event.subject == TipServed.subject:
        day.served += 1
        return
    name = FIELDS[event.body["reaction"]]
    if name == "done" and not is_task(event.body["candidate"]):
        name = NOTED
    setattr(day, name, getattr(day, name) + 1)
    if name == "done":
        day.hours[str(hour)] = day.hours.get(str(hour), 0) + 1
    dwell_s = event.body["dwell_s"]
    if dwell_s is not None and dwell_s <= LONGEST_DWELL_S:
        day.dwell_s += dwell_s
        day.dwells += 1


def _moment(event: _Event) -> datetime | None:
    """When a tip was seen or answered. None for events that are not counted themselves."""
    if event.subject == TipServed.subject:
        return event.at
    if event.subject == TipReacted.subject and "answered_at" in event.body:  # not in version 1
        return datetime.fromisoformat(event.body["answered_at"])
    return None


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def _days_between(first: date, last: date) -> Iterator[date]:
    yield from (first + timedelta(days=n) for n in range((last - first).days + 1))
