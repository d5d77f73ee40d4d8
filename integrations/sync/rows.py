"""Signals as rows: cleaned and fitted to their columns, compared by digest, written in batches.

Everything that a source says goes through here, so that none can store a line break in a title.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b
from typing import Any, TypeAlias

from integrations.access.forgetting import forget_gone
from integrations.base import EventKey, EventSignal, Pull, TaskSignal
from integrations.models import OWN, CalendarEvent, Connection, Task, own_words
from oo.lib.batches import batches
from oo.lib.text import lines, one_line, storable
from oo.lib.years import meant

BATCH_ROWS = 500
MOST_LABELS = 50
LONGEST_LABEL = 100
LONGEST_DESCRIPTION = 2_000
MOST_MINUTES = 525_600  # a year
MOST_ATTENDEES = 10_000
DAY = timedelta(days=1)
# Stands for the moment of a completion that nobody means: without any, the task would be open.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

Value: TypeAlias = "str | int | bool | date | time | datetime | list[str] | None"
Values: TypeAlias = dict[str, Value]

# What readers of words are given of a task beside its title and description.
AROUND_TASK = ("project", "section", "parent", "labels", "recurrence")
# Columns that were added later, with their empty values: see _digest.
ADDED: Values = {"parent": "", "attendees": None, "organises": False}
# What _known_tasks reads of a task.
KNOWN = ("external_id", "pk", "digest", "completed_at", "due_on", "due_time", "returned_at",
         "words_digest", "worded_at")  # fmt: skip
TASK_KEY = ("connection", "external_id")
EVENT_KEY = ("connection", "external_id", "occurrence")


@dataclass(frozen=True, slots=True)
class Changes:
    """What one pull did to the rows of one kind."""

    changed: int = 0  # new ones included
    removed: int = 0
    completed: tuple[int, ...] = ()  # primary keys of tasks that were open and now are not

    def __bool__(self) -> bool:
        return bool(self.changed or self.removed)


@dataclass(frozen=True, slots=True)
class _Known:
    """A task as it was before."""

    pk: int
    digest: str
    completed_at: datetime | None
    due: tuple[date, time] | None
    returned_at: datetime | None
    words: str  # Task.words_digest
    worded_at: datetime | None


def store_tasks(connection: Connection, pull: Pull, *, at: datetime) -> Changes:
    """Write what differs. An empty delta makes no query. Otherwise a full pull reads with one, a
    delta with one for each 500 names; for each 500 rows written the number is constant.
    """
    named = {_key(s.external_id): s for s in pull.tasks}
    gone = {_key(name) for name in pull.gone_tasks} - named.keys()
    if not (named or gone or pull.full):
        return Changes()
    known = _known_tasks(connection, None if pull.full else named.keys() | gone)
    written, completed = 0, []
    for batch in batches(_changed_tasks(named, known), BATCH_ROWS):
        rows = []
        for external_id, values, digest in batch:
            old = known.get(external_id)
            _keep_completion(old, values)
            values["returned_at"] = _returned_at(old, values, at)
            values["words_digest"] = words_of_task(values)
            values["worded_at"] = _worded_at(old, values, at)
            if old and old.completed_at is None and values["completed_at"] is not None:
                completed.append(old.pk)
            rows.append(_row(Task, connection, external_id, values, digest, at))
        _upsert(Task, rows, TASK_KEY)
        written += len(rows)
    if pull.full:
        gone |= {
            name
            for name, old in known.items()
            if name not in named and not (pull.open_only and old.completed_at is not None)
        } - {_key(name) for name in pull.kept}
    removed = [known[name].pk for name in gone if name in known]
    for part in batches(sorted(removed), BATCH_ROWS):
        forget_gone(Task.objects.filter(pk__in=part), at=at)
    return Changes(written, len(removed), tuple(completed))


def _known_tasks(connection: Connection, names: Iterable[str] | None) -> dict[str, _Known]:
    """Tasks by external_id. names: only these, since a delta comes every few minutes and most rows
    were completed long ago; None: all.
    """
    mine = Task.objects.filter(connection=connection)
    parts = [mine]
    if names is not None:
        parts = [mine.filter(external_id__in=some) for some in batches(names, BATCH_ROWS)]
    return {
        external_id: _Known(pk, digest, completed_at, _due(due_on, due_time), *more)
        for part in parts
        for external_id, pk, digest, completed_at, due_on, due_time, *more in (
            part.values_list(*KNOWN).iterator(chunk_size=2_000)
        )
    }


def store_events(connection: Connection, pull: Pull, *, at: datetime) -> Changes:
    """As store_tasks, but all rows are read: a delta that deletes an entry does not name its
    occurrences. An event in a year that nobody means (oo.lib.years) is treated as gone.
    """
    told = {_event_key(s.external_id, s.occurrence): s for s in pull.events}
    named = {key: signal for key, signal in told.items() if meant(signal.starts_at)}
    if not (told or pull.full or pull.gone_events):
        return Changes()
    known = {
        (external_id, occurrence): (pk, digest)
        for external_id, occurrence, pk, digest in CalendarEvent.objects.filter(
            connection=connection
        )
        .values_list("external_id", "occurrence", "pk", "digest")
        .iterator(chunk_size=2_000)
    }
    written = 0
    for batch in batches(_changed_events(named, known), BATCH_ROWS):
        rows = []
        for (external_id, occurrence), values, digest in batch:
            values["occurrence"], values["words_digest"] = occurrence, words_of_event(values)
            rows.append(_row(CalendarEvent, connection, external_id, values, digest, at))
        _upsert(CalendarEvent, rows, EVENT_KEY)
        written += len(rows)
    gone = known.keys() if pull.full else _gone_events(pull, known) | (known.keys() & told.keys())
    kept = {_key(name) for name in pull.kept}
    gone = {key for key in gone if key not in named and key[0] not in kept}
    for part in batches(sorted(known[key][0] for key in gone), BATCH_ROWS):
        CalendarEvent.objects.filter(pk__in=part).delete()
    return Changes(written, len(gone))


def _gone_events(pull: Pull, known: Iterable[EventKey]) -> set[EventKey]:
    """The known occurrences that a delta says are gone: one by one, or all of an entry."""
    gone = {_event_key(*key) for key in pull.gone_events}
    whole = {external_id for external_id, occurrence in gone if not occurrence}
    return {key for key in known if key in gone or key[0] in whole}


def _changed_tasks(
    named: Mapping[str, TaskSignal], known: Mapping[str, _Known]
) -> Iterator[tuple[str, Values, str]]:
    for external_id, signal in named.items():
        values = task_values(signal)
        digest = _digest(values)
        if external_id not in known or known[external_id].digest != digest:
            yield external_id, values, digest


def _changed_events(
    named: Mapping[EventKey, EventSignal], known: Mapping[EventKey, tuple[int, str]]
) -> Iterator[tuple[EventKey, Values, str]]:
    for key, signal in named.items():
        values = event_values(signal)
        digest = _digest(values)
        if key not in known or known[key][1] != digest:
            yield key, values, digest


def words_of_task(values: Values) -> str:
    """The value of Task.words_digest."""
    around = tuple(values[name] for name in AROUND_TASK)
    return _words((values["title"], values["description"]), around)


def words_of_event(values: Values) -> str:
    """The value of CalendarEvent.words_digest. It includes how long an entry lasts and whether it
    is busy, since readers use both to understand the words.
    """
    starts_at, ends_at = values["starts_at"], values["ends_at"]
    assert isinstance(starts_at, datetime)
    assert isinstance(ends_at, datetime)
    lasts_s = (ends_at - starts_at).total_seconds()
    is_all_day = values["starts_on"] is not None
    return _words(values["title"], (values["location"], values["is_busy"], is_all_day, lasts_s))


def _words(own: Any, around: tuple[Any, ...]) -> str:
    """Two halves, what was written and what is around it, so that own_words can compare the first
    alone.
    """
    return _hash(own, OWN // 2) + _hash(around, OWN // 2)


def _keep_completion(old: _Known | None, values: Values) -> None:
    """Keep a task closed if the source's version of it is older than its completion: the pull may
    have begun before that. Whoever opens it again at the source does so later.
    """
    if old is None or old.completed_at is None or values["completed_at"] is not None:
        return
    said_at = values["updated_at"]
    if isinstance(said_at, datetime) and said_at <= old.completed_at:
        values["completed_at"] = old.completed_at


def _worded_at(old: _Known | None, values: Values, at: datetime) -> datetime | None:
    """When a sync first saw its present title and description; None: they never changed. "Tomorrow"
    counts from then on. To move a task to another project, or to label it, changes nothing.
    """
    if old is None or not old.words:
        return None
    is_same = own_words(old.words) == own_words(str(values["words_digest"]))
    return old.worded_at if is_same else at


def _returned_at(old: _Known | None, values: Values, at: datetime) -> datetime | None:
    """When a sync saw a recurring task with a later date than before, which is how it looks when it
    was completed at its source; or saw it for the first time. None: it does not recur.
    """
    if not values["recurrence"]:
        return None
    if old is None:
        return at
    due = _due(values["due_on"], values["due_time"])
    is_later = old.due is not None and due is not None and due > old.due
    return at if is_later else old.returned_at


def _due(day: Any, moment: Any) -> tuple[date, time] | None:
    return (day, moment or time()) if day else None


def task_values(signal: TaskSignal) -> Values:
    return {
        "title": one_line(signal.title, 500),
        "description": lines(signal.description, LONGEST_DESCRIPTION),
        "project": one_line(signal.project, 200),
        "section": one_line(signal.section, 200),
        "parent": one_line(signal.parent, 200),
        "labels": [one_line(label, LONGEST_LABEL) for label in signal.labels[:MOST_LABELS]],
        "priority": min(max(signal.priority, 1), 4),
        "due_on": meant(signal.due_on),
        "due_time": signal.due_time if meant(signal.due_on) else None,
        "due_zone": one_line(signal.due_zone, 64),
        "deadline_on": meant(signal.deadline_on),
        "duration_min": _minutes(signal.duration_min),
        "recurrence": one_line(signal.recurrence, 200),
        "url": _url(signal.url),
        "added_at": _moment(signal.added_at),
        "updated_at": _moment(signal.updated_at),
        "completed_at": _moment(signal.completed_at) or (LONG_AGO if signal.completed_at else None),
    }


def event_values(signal: EventSignal) -> Values:
    starts_at = signal.starts_at.astimezone(UTC)
    ends_at, ends_on = _end(signal)
    return {
        "title": one_line(signal.title, 500),
        "location": one_line(signal.location, 500),
        "starts_at": starts_at,
        "ends_at": max(starts_at, ends_at.astimezone(UTC)),
        "starts_on": signal.starts_on,
        "ends_on": ends_on,
        "is_busy": signal.is_busy,
        "is_recurring": signal.is_recurring,
        "attendees": _attendees(signal.attendees),
        "organises": signal.organises,
        "url": _url(signal.url),
        "updated_at": _moment(signal.updated_at),
    }


def _end(signal: EventSignal) -> tuple[datetime, date | None]:
    """The end as a moment and, if all-day, as a date. An end in a year that nobody means is taken
    for none: the event ends as it starts or, if all-day, after its first day.
    """
    if meant(signal.ends_at):
        return signal.ends_at, signal.ends_on
    if signal.starts_on is None:
        return signal.starts_at, None
    return signal.starts_at + DAY, signal.starts_on + DAY


def _row(
    model: type[Any],
    connection: Connection,
    external_id: str,
    values: Values,
    digest: str,
    at: datetime,
) -> Any:
    return model(
        user_id=connection.user_id,
        connection_id=connection.pk,
        external_id=external_id,
        changed_at=at,
        digest=digest,
        **values,
    )


def _upsert(model: type[Any], rows: Sequence[Any], key: tuple[str, ...]) -> None:
    columns = [f.name for f in model._meta.local_concrete_fields if not f.primary_key]
    model.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=key,
        update_fields=[name for name in columns if name not in key],
    )


def _digest(values: Values) -> str:
    """Of all values, but of columns in ADDED only those that are not empty. So a new column changes
    no digest by itself: rows are not written again, and no completed task comes back.
    """
    old = (value for name, value in values.items() if name not in ADDED)
    new = (each for each in values.items() if each[0] in ADDED and each[1] != ADDED[each[0]])
    return _hash((*old, *new))


def _hash(values: Any, size: int = 16) -> str:
    return blake2b(repr(values).encode(), digest_size=size).hexdigest()


def _event_key(external_id: str, occurrence: str) -> EventKey:
    return _key(external_id), _key(occurrence, 40)


def _key(name: str, longest: int = 255) -> str:
    """A key that fits its column. One that is too long is replaced by its digest: if it were cut,
    it could become equal to another.
    """
    text = storable(name)
    if len(text) <= longest:
        return text
    return blake2b(text.encode(), digest_size=20).hexdigest()


def _url(address: str) -> str:
    """The address, or "" if it is too long (cut, it would lead nowhere) or not of the web."""
    text = storable(address)
    return text if len(text) <= 500 and text.startswith(("https://", "http://")) else ""


def _moment(moment: datetime | None) -> datetime | None:
    moment = meant(moment)
    return moment.astimezone(UTC) if moment else None


def _minutes(minutes: int | None) -> int | None:
    return None if minutes is None else min(max(minutes, 0), MOST_MINUTES)


def _attendees(number: int | None) -> int | None:
    return None if number is None else min(max(number, 0), MOST_ATTENDEES)
