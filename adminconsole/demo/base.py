"""What every maker of demo rows needs: the plan, and rows in the form that a database takes.

Cells are text, numbers and None, in a form that PostgreSQL and SQLite both read: a moment is its
UTC without an offset, a UUID its 32 digits. Objects of Python instead would take minutes more.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from random import Random
from typing import Any
from uuid import UUID

from django.db import models

from events.catalog import Event
from events.models import EventRecord

Cell = str | int | float | None
Row = dict[str, Cell]  # by attname
DAY_S = 86_400
# Keys of a person's rows in one table. A key tells whose it is, so that ranges of people are
# filled at once, and the same seed makes the same keys.
KEYS_A_PERSON = 10_000
_EPOCH = datetime(1970, 1, 1)  # without a zone: so it is written
_VERSION_4 = ~(0xF << 76) & ~(0x3 << 62), (4 << 76) | (2 << 62)


@dataclass(frozen=True)
class Plan:
    """What to make. `until` is the moment at which the history ends."""

    seed: int
    people: int
    days: int
    until: datetime

    @cached_property
    def now_s(self) -> int:
        return int(self.until.timestamp())

    @cached_property
    def start_s(self) -> int:
        return self.now_s - self.days * DAY_S

    def chance(self, number: int | str) -> Random:
        """Chance of one person's own: who they are does not hang on how many others there are."""
        return Random(f"{self.seed} {number}")


@dataclass(slots=True)
class Rows:
    """The rows of some people, by table."""

    plan: Plan
    by_model: dict[type[models.Model], list[Row]] = field(default_factory=lambda: defaultdict(list))
    _number: int = 0
    _keys: dict[type[models.Model], int] = field(default_factory=lambda: defaultdict(int))
    _moments: set[int] = field(default_factory=set)

    def begin(self, number: int) -> None:
        """From here on, rows of this person; 0 is nobody."""
        self._number = number
        self._keys.clear()
        self._moments.clear()

    def add(self, model: type[models.Model], /, **cells: Cell) -> Row:
        self.by_model[model].append(cells)
        return cells

    def add_keyed(self, model: type[models.Model], /, **cells: Cell) -> int:
        """For a table whose keys are numbers. Returns the key."""
        key = self._keys[model] = self._keys[model] + 1
        cells["id"] = key = self._number * KEYS_A_PERSON + key
        self.by_model[model].append(cells)
        return key

    def event(
        self, kind: type[Event], user_id: str, at: float, event_id: str, /, **body: Any
    ) -> None:
        """As events.bus.publish records it. Keys grow with the moments of all people together: the
        tail of the log is what happened last."""
        moment = max(1, int((at - self.plan.start_s) * 1_000))
        while moment in self._moments:
            moment += 1
        self._moments.add(moment)
        self.by_model[EventRecord].append(
            {
                "id": moment * (self.plan.people + 1) + self._number,
                "event_id": event_id,
                "subject": kind.subject,
                "version": kind.version,
                "user_id": user_id,
                "at": stamp(at),
                "body": json.dumps(body),
            }
        )


def stamp(at: float) -> str:
    """A moment as both databases take it."""
    return (_EPOCH + timedelta(seconds=at)).isoformat(" ")


def wire(at: float) -> str:
    """A moment as the body of an event has it: see DjangoJSONEncoder."""
    return f"{(_EPOCH + timedelta(seconds=int(at))).isoformat()}Z"


def moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def new_id(rng: Random) -> str:
    """A UUID of version 4, in its 32 digits."""
    keep, version = _VERSION_4
    return f"{rng.getrandbits(128) & keep | version:032x}"


def dashed(key: str) -> str:
    """A UUID as JSON has it."""
    return f"{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}"


def cells_of(values: Mapping[str, Any]) -> Row:
    """Of values as a model has them."""
    return {name: cell_of(value) for name, value in values.items()}


def cell_of(value: Any) -> Cell:
    if isinstance(value, datetime):
        return stamp(value.timestamp())
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False)
    return value.isoformat() if isinstance(value, date) else value


def values_of(row: models.Model, leave_out: Iterable[str] = ("id",)) -> Row:
    """Of an instance that was not saved, all columns but these."""
    names = [f.attname for f in row._meta.concrete_fields if f.attname not in set(leave_out)]
    return cells_of({name: getattr(row, name) for name in names})
