"""What an agent or a policy sees of a person, and what a reader of words is: no Django.

Moments are aware; `UserView.zone` says in which clock the person lives. Ids are the primary keys of
the rows that a value came from, so that whatever is said can be traced back.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from agents.traits import NO_EVENT_READ, NOTHING_READ, EventTraits, EventWords, TaskWords, Traits
from oo.lib.words import Words


@dataclass(frozen=True, slots=True)
class TaskView:
    id: int
    title: str
    source: str  # SourceManifest.key
    project: str = ""
    labels: tuple[str, ...] = ()
    priority: int = 1  # 1 normal .. 4 urgent
    due_on: date | None = None  # in the person's zone
    due_at: datetime | None = None  # the moment, when the due date has a time of day
    deadline_on: date | None = None
    duration: timedelta | None = None
    is_recurring: bool = False
    added_at: datetime | None = None
    changed_at: datetime | None = None  # when oO last saw it change
    returned_at: datetime | None = None  # when oO last saw it come back with a later date
    can_complete: bool = True
    url: str = ""  # where it is in its own app
    traits: Traits = NOTHING_READ  # what its words say


@dataclass(frozen=True, slots=True)
class EventView:
    id: int
    title: str
    source: str
    starts_at: datetime
    ends_at: datetime
    is_all_day: bool = False
    is_busy: bool = True
    url: str = ""
    traits: EventTraits = NO_EVENT_READ


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person answered to a suggestion."""

    candidate: str  # "task:17"
    reaction: str  # done | snooze | dismiss
    at: datetime
    reason: str = ""
    dwell_s: float | None = None  # seconds from shown to answered; None: nobody saw it shown


@dataclass(frozen=True, slots=True)
class UserView:
    """One person at one moment. `tasks` are open ones; `events` end after `now`, by start.

    `answers` are those of the last four weeks, the latest first.
    """

    user_id: UUID
    now: datetime
    zone: ZoneInfo
    tasks: tuple[TaskView, ...] = ()
    events: tuple[EventView, ...] = ()
    locale: str = "en"
    consents: frozenset[str] = frozenset()  # keys of those in force
    synced_at: datetime | None = None  # the oldest of the connections' last syncs
    answers: tuple[Answer, ...] = ()
    # What pure functions have worked out from this view: many angles ask the same.
    memo: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def today(self) -> date:
        if "today" not in self.memo:
            self.memo["today"] = self.now.astimezone(self.zone).date()
        found: date = self.memo["today"]
        return found

    @property
    def next_midnight(self) -> datetime:
        """The next start of a day where the person is; the day may have 23 or 25 hours."""
        return datetime.combine(self.today + timedelta(days=1), time(), self.zone)


@dataclass(frozen=True, slots=True)
class ReaderManifest:
    key: str
    title: Words
    version: int  # grows when the same words would be read differently


class Reader(ABC):
    """Reads one row by its own words alone, so that no row can speak for another. Pure.

    Every trait quotes the words that it comes from; one whose quote does not stand in the row is
    dropped. Nothing that the words do not say is guessed.
    """

    manifest: ReaderManifest

    @abstractmethod
    def read_task(self, words: TaskWords) -> Traits: ...

    @abstractmethod
    def read_event(self, words: EventWords) -> EventTraits: ...


class Unit(StrEnum):
    COUNT = "count"
    DAYS = "days"
    MINUTES = "minutes"
    SHARE = "share"  # 0..1
    MOMENT = "moment"  # ISO 8601, aware
    NAME = "name"  # words of the person's own


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is so, and the rows that say it: "task:17", "event:3"."""

    name: str
    value: int | float | str
    unit: Unit
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Nomination:
    """What an agent would have looked at now."""

    candidate: str  # "task:17"
    salience: float  # 0..1, how much this angle speaks for it
    reason: str  # a sentence


@dataclass(frozen=True, slots=True)
class Snippet:
    """What one angle shows: true until `until`, for a person as much as for a model.

    text   at most 60 words, nothing in it relative to the minute
    until  when it stops being true by the clock alone; None: not before the agent's TTL is over
    """

    text: str
    facts: tuple[Fact, ...] = ()
    nominations: tuple[Nomination, ...] = ()  # the best first
    until: datetime | None = None


LONGEST_SNIPPET = 60  # words
MOST_NOMINATIONS = 3


def first_nominations(found: Iterable[Nomination]) -> tuple[Nomination, ...]:
    """As many as count; the rest are not even made."""
    return tuple(islice(found, MOST_NOMINATIONS))


@dataclass(frozen=True, slots=True)
class AgentManifest:
    """ttl: for how long what was seen, or that there was nothing to see, is trusted at most.

    consents  without any one of these the agent does not look
    reads     fields of UserView that it looks at
    """

    key: str
    title: Words
    version: int  # grows when the same view would be seen differently
    ttl: timedelta
    consents: tuple[str, ...]
    reads: tuple[str, ...]


class Agent(ABC):
    """One angle on a person's state. Pure: no clock but view.now, no database, no model, no chance.

    Words are in the language and on the clock that are active.
    """

    manifest: AgentManifest

    @abstractmethod
    def look(self, view: UserView) -> Snippet | None:
        """None: from this angle there is nothing to see."""
