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
# Some moment a closed task must have, else it would count as open.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

Value: TypeAlias = "str | int | bool | date | time | datetime | list[str] | None"
Values: TypeAlias = dict[str, Value]

# What a reader is given of a task, beside its title and description.
AROUND_TASK = ("project", "section", "parent", "labels", "recurrence")
# Columns that came later, and what says nothing in them.
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
    """Write what differs. No query where a delta names nothing; else one to read, of a delta one
    for each 500 names, and a constant number for each 500 rows written.
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
    """By external_id, those of these names; None: all. Most rows were completed long ago, and a
    delta every few minutes has no use for them.
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
    """As store_tasks, but all rows are read: a delta that ends an entry names no occurrence. What
    begins in no year that anybody means is none of them.
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
    """Of what is known, what a delta says is gone: an occurrence, or all of an entry."""
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
    """Task.words_digest."""
    around = tuple(values[name] for name in AROUND_TASK)
    return _words((values["title"], values["description"]), around)


def words_of_event(values: Values) -> str:
    """CalendarEvent.words_digest. Of an entry, how long it lasts and whether it is busy help to
    understand its words."""
    starts_at, ends_at = values["starts_at"], values["ends_at"]
    assert isinstance(starts_at, datetime)
    assert isinstance(ends_at, datetime)
    lasts_s = (ends_at - starts_at).total_seconds()
    is_all_day = values["starts_on"] is not None
    return _words(values["title"], (values["location"], values["is_busy"], is_all_day, lasts_s))


def _words(own: Any, around: tuple[Any, ...]) -> str:
    """Two halves, so that own_words tells what was written from where it stands."""
    return _hash(own, OWN // 2) + _hash(around, OWN // 2)


def _keep_completion(old: _Known | None, values: Values) -> None:
    """What was said before a task was closed does not open it again: a pull may be under way while
    the completion is written down. Whoever opens it at the source does so later."""
    if old is None or old.completed_at is None or values["completed_at"] is not None:
        return
    said_at = values["updated_at"]
    if isinstance(said_at, datetime) and said_at <= old.completed_at:
        values["completed_at"] = old.completed_at


def _worded_at(old: _Known | None, values: Values, at: datetime) -> datetime | None:
    """Since when it has these words, as far as syncs have seen them change. Who moves a task to
    another project, or gives it a label, has not written "tomorrow" anew."""
    if old is None or not old.words:
        return None
    is_same = own_words(old.words) == own_words(str(values["words_digest"]))
    return old.worded_at if is_same else at


def _returned_at(old: _Known | None, values: Values, at: datetime) -> datetime | None:
    """A recurring task that is completed at its source comes back with its next date."""
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
    """As a moment and as a day. One that ends in no year that anybody means is one of which no end
    is told: it is at its start, or on its first day."""
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
    """Of all values; of a column that came later only what says something. So it writes no row
    anew for which nothing has changed, and no completed task comes back for it.
    """
    old = (value for name, value in values.items() if name not in ADDED)
    new = (each for each in values.items() if each[0] in ADDED and each[1] != ADDED[each[0]])
    return _hash((*old, *new))


def _hash(values: Any, size: int = 16) -> str:
    return blake2b(repr(values).encode(), digest_size=size).hexdigest()


def _event_key(external_id: str, occurrence: str) -> EventKey:
    return _key(external_id), _key(occurrence, 40)


def _key(name: str, longest: int = 255) -> str:
    """A name that must stay apart from others is not cut, but told by its digest."""
    text = storable(name)
    if len(text) <= longest:
        return text
    return blake2b(text.encode(), digest_size=20).hexdigest()


def _url(address: str) -> str:
    """Half an address leads nowhere, and one that is not of the web is none to follow."""
    text = storable(address)
    return text if len(text) <= 500 and text.startswith(("https://", "http://")) else ""


def _moment(moment: datetime | None) -> datetime | None:
    moment = meant(moment)
    return moment.astimezone(UTC) if moment else None


def _minutes(minutes: int | None) -> int | None:
    return None if minutes is None else min(max(minutes, 0), MOST_MINUTES)


def _attendees(number: int | None) -> int | None:
    return None if number is None else min(max(number, 0), MOST_ATTENDEES)
