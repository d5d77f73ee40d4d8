"""What a person's sources hold, and what was read of it: tasks, meetings, and their words."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from hashlib import blake2b
from random import Random
from typing import Any

from adminconsole.demo.base import DAY_S, KEYS_A_PERSON, Plan, Rows, cells_of, moment, stamp
from adminconsole.demo.people import Person
from adminconsole.demo.words import CHORES, MEETINGS, Chore, Meeting
from agents.base import EventView, TaskView
from agents.models import Reading
from agents.registry import READERS
from agents.traits import EventTraits, EventWords, TaskWords, Traits
from agents.understanding.checks import as_of_words, grounded
from agents.understanding.codec import dump
from integrations.base import EventSignal, TaskSignal
from integrations.models import CalendarEvent, Completion, Task
from integrations.sync.rows import event_values, task_values, words_of_event, words_of_task

OPEN, CLOSED, AHEAD = 14, 11, 6
READER = "words"


@dataclass(slots=True, eq=False)
class Todo:
    """One task of a person's, from when it was written down to when it was closed."""

    key: int  # Task.pk
    chore: Chore
    added: float
    due: int | None  # the day that it is put down for, as days since 1970
    closed: float | None = None
    completion: str = ""  # Completion.key, where oO closed it


@dataclass(slots=True)
class Belongings:
    """What is open at each moment of a history, and what was closed last."""

    person: Person
    open: list[Todo] = field(default_factory=list)
    closed: deque[Todo] = field(default_factory=lambda: deque(maxlen=CLOSED))
    muted: dict[int, float] = field(default_factory=dict)  # until when each task is not said
    count: int = 0

    def write_down(self, at: float, rng: Random) -> None:
        self.count += 1
        due = int(at // DAY_S) + rng.randint(-1, 9) if rng.random() < 0.7 else None
        key = self.person.number * KEYS_A_PERSON + self.count
        self.open.append(Todo(key, rng.choice(CHORES), at, due))

    def close(self, todo: Todo, at: float, rng: Random, completion: str = "") -> None:
        """What recurs comes back under the same key."""
        if todo.chore.every:
            todo.due = int(at // DAY_S) + rng.randint(2, 7)
            return
        todo.closed, todo.completion = at, completion
        self.open.remove(todo)
        self.closed.append(todo)
        self.write_down(at, rng)


def begin(person: Person, rng: Random) -> Belongings:
    mine = Belongings(person)
    for _ in range(OPEN):
        mine.write_down(person.joined - rng.uniform(0, 20) * DAY_S, rng)
    while len(mine.closed) < CLOSED:
        mine.write_down(person.joined - rng.uniform(10, 30) * DAY_S, rng)
        todo = mine.open.pop()
        todo.closed = todo.added + rng.uniform(1, 9) * DAY_S
        mine.closed.append(todo)
    return mine


# ---- as rows --------------------------------------------------------------------------------


def add_rows(
    plan: Plan, mine: Belongings, rows: Rows, rng: Random
) -> tuple[list[TaskView], list[EventView]]:
    """Write them as a sync does. Returns them as agents see what is open and to come."""
    read: set[str] = set()
    tasks = [_add_task(plan, mine.person, todo, rows, read) for todo in [*mine.open, *mine.closed]]
    for todo in mine.closed:
        if todo.completion and todo.closed:
            _add_completion(mine.person, todo, todo.closed, rows)
    events: list[EventView] = []
    if "google-calendar" in mine.person.connections:
        events = [_add_event(plan, mine.person, n, rows, read, rng) for n in range(1, AHEAD + 1)]
    return [t for t in tasks if t], sorted(events, key=lambda e: (e.starts_at, e.id))


def _add_task(
    plan: Plan, person: Person, todo: Todo, rows: Rows, read: set[str]
) -> TaskView | None:
    values = task_values(_signal(person, todo))
    words = words_of_task(values)
    changed = todo.closed or todo.added
    rows.add(
        Task,
        **cells_of(values),
        id=todo.key,
        user_id=person.id,
        connection_id=person.connections["todoist"],
        external_id=f"demo-{todo.key}",
        changed_at=stamp(min(max(changed, person.joined), plan.now_s)),
        returned_at=stamp(max(todo.added, person.joined)) if todo.chore.every else None,
        digest=_digest(tuple(values.values())),
        words_digest=words,
    )
    traits, told = read_task(todo.chore, person.locale)
    _add_reading(plan, person, Reading.Kind.TASK, words, told, rows, read)
    return None if todo.closed else _task_view(todo, values, traits)


def _task_view(todo: Todo, values: dict[str, Any], traits: Traits) -> TaskView:
    return TaskView(
        todo.key,
        values["title"],
        "todoist",
        project=values["project"],
        priority=values["priority"],
        due_on=values["due_on"],
        duration=timedelta(minutes=todo.chore.minutes) if todo.chore.minutes else None,
        is_recurring=bool(todo.chore.every),
        added_at=values["added_at"],
        url=values["url"],
        traits=traits,
    )


def _signal(person: Person, todo: Todo) -> TaskSignal:
    chore = todo.chore
    return TaskSignal(
        external_id=f"demo-{todo.key}",
        title=chore.titles[person.locale],
        project=chore.project,
        priority=chore.priority,
        due_on=date(1970, 1, 1) + timedelta(days=todo.due) if todo.due is not None else None,
        duration_min=chore.minutes,
        recurrence=chore.every,
        url=url_of(todo.key),
        added_at=moment(int(todo.added)),
        updated_at=moment(int(todo.closed or todo.added)),
        completed_at=moment(int(todo.closed)) if todo.closed else None,
    )


def url_of(key: int) -> str:
    return f"https://app.todoist.com/app/task/{key}"


def _add_completion(person: Person, todo: Todo, at: float, rows: Rows) -> None:
    rows.add(
        Completion,
        key=todo.completion,
        user_id=person.id,
        task_id=todo.key,
        state=Completion.State.DONE,
        not_before=stamp(at),
        next_at=stamp(at),
        attempts=1,
        created_at=stamp(at - 10),
        finished_at=stamp(at + 1),
    )


def _add_event(
    plan: Plan, person: Person, number: int, rows: Rows, read: set[str], rng: Random
) -> EventView:
    meeting = rng.choice(MEETINGS)
    day = moment(plan.now_s).astimezone(person.zone).date() + timedelta(days=number // 2)
    clock = time(rng.randint(8, 18), rng.choice((0, 15, 30, 45)))
    starts = datetime.combine(day, clock, person.zone).astimezone(UTC)
    key = person.number * KEYS_A_PERSON + number
    values = event_values(
        EventSignal(
            external_id=f"demo{key}",
            occurrence="",
            title=meeting.titles[person.locale],
            starts_at=starts,
            ends_at=starts + meeting.lasts,
            attendees=meeting.attendees,
        )
    )
    words = words_of_event(values)
    rows.add(
        CalendarEvent,
        **cells_of(values),
        id=key,
        user_id=person.id,
        connection_id=person.connections["google-calendar"],
        external_id=f"demo{key}",
        occurrence="",
        changed_at=stamp(max(person.joined + 180, plan.now_s - 5 * DAY_S)),
        digest=_digest(tuple(values.values())),
        words_digest=words,
    )
    traits, told = read_event(meeting, person.locale)
    _add_reading(plan, person, Reading.Kind.EVENT, words, told, rows, read)
    return EventView(
        key, str(values["title"]), "google-calendar", starts, starts + meeting.lasts,
        attendees=meeting.attendees, traits=traits,
    )  # fmt: skip


# ---- what was read --------------------------------------------------------------------------


@cache
def read_task(chore: Chore, locale: str) -> tuple[Traits, str]:
    """What the rules read of its words, and that as a reading keeps it."""
    words = TaskWords(chore.titles[locale], project=chore.project, recurrence=chore.every)
    traits = as_of_words(grounded(READERS[READER].read_task(words), words.text))
    return traits, json.dumps(dump(traits), ensure_ascii=False)


@cache
def read_event(meeting: Meeting, locale: str) -> tuple[EventTraits, str]:
    words = EventWords(meeting.titles[locale], lasts=meeting.lasts)
    traits = as_of_words(grounded(READERS[READER].read_event(words), words.text))
    return traits, json.dumps(dump(traits), ensure_ascii=False)


def _add_reading(
    plan: Plan, person: Person, kind: str, words: str, told: str, rows: Rows, read: set[str]
) -> None:
    """The same words are read once."""
    if words in read:
        return
    read.add(words)
    rows.add_keyed(
        Reading,
        user_id=person.id,
        kind=kind,
        words=words,
        reader=READER,
        version=READERS[READER].manifest.version,
        traits=told,
        read_at=stamp(min(person.joined + 300, plan.now_s)),
    )


def _digest(values: tuple[Any, ...]) -> str:
    return blake2b(repr(values).encode(), digest_size=16).hexdigest()
