"""What an agent or a policy sees of a person, and what a reader of words is: no Django.

Moments are aware; `UserView.zone` says in which clock the person lives. Ids are the primary keys of
the rows that a value came from, so that whatever is said can be traced back.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice
from typing import Any, ClassVar, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from agents.traits import (
    NO_EVENT_READ,
    NOTHING_READ,
    EventKind,
    EventTraits,
    EventWords,
    TaskWords,
    Traits,
)
from oo.lib.words import AS_THE_LANGUAGE, Formats, Words, gettext_lazy


@dataclass(frozen=True, slots=True)
class TaskView:
    id: int
    title: str
    source: str  # SourceManifest.key
    project: str = ""
    section: str = ""  # of the project
    parent: str = ""  # title of the task that this one is a part of
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

    @property
    def key(self) -> str:
        return task_key(self.id)


@dataclass(frozen=True, slots=True)
class EventView:
    id: int
    title: str
    source: str
    starts_at: datetime
    ends_at: datetime
    is_all_day: bool = False
    is_busy: bool = True
    attendees: int | None = None  # people who did not decline; None: nobody says who is invited
    organises: bool = False  # the person does
    url: str = ""
    traits: EventTraits = NO_EVENT_READ

    @property
    def key(self) -> str:
        return event_key(self.id)

    @property
    def kind(self) -> EventKind | None:
        """What its words say that it is."""
        return self.traits.kind.value if self.traits.kind else None

    def is_on(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True, slots=True)
class FreshBelief:
    id: int
    say: Callable[[], str]  # in the person's language; most of them are never said


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person answered to a suggestion."""

    candidate: str  # "task:17"
    reaction: str  # done | snooze | dismiss
    at: datetime
    reason: str = ""
    dwell_s: float | None = None  # seconds from shown to answered; None: nobody saw it shown

    @property
    def is_done(self) -> bool:
        """Whether something was done: "done" of anything but a task is "got it"."""
        return self.reaction == "done" and is_task(self.candidate)

    @property
    def is_no_to_now(self) -> bool:
        """A no that says nothing against the thing itself, as "wrong" and "already done" do."""
        return self.reaction == "dismiss" and self.reason in ("", "not_now")


# How candidates, answers, facts and nominations name a row: "task:17", "event:3".
TASK, EVENT = "task:", "event:"


def task_key(pk: int) -> str:
    return f"{TASK}{pk}"


def event_key(pk: int) -> str:
    return f"{EVENT}{pk}"


def is_task(key: str) -> bool:
    return key.startswith(TASK)


def is_event(key: str) -> bool:
    return key.startswith(EVENT)


def keys_of(rows: Iterable[TaskView | EventView]) -> tuple[str, ...]:
    return tuple(row.key for row in rows)


class Prefs(BaseModel):
    """What a person sets of one plug-in; a subclass adds fields, each with a default.

    labels  what the settings page calls each field, in the order in which it shows them
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    labels: ClassVar[Mapping[str, Words]] = {}

    @property
    def quiet(self) -> tuple[time, time] | None:
        """From when until when they want to be left alone each night; None where this plug-in does
        not ask for it, or they left it as it was.
        """
        return None


class AgentPrefs(Prefs):
    labels: ClassVar[Mapping[str, Words]] = {"on": gettext_lazy("Look at this")}

    on: bool = True


@dataclass(frozen=True, slots=True)
class Situation:
    """What the person is in now, by their own rules or their own switch: at work, at home.

    projects  only tasks of these are for it; none: all are
    until     when it ends or may end, as far as the clock says
    """

    key: str
    title: str
    projects: tuple[str, ...] = ()
    is_quiet: bool = False  # nothing is said in it
    until: datetime | None = None


P = TypeVar("P", bound=Prefs)


@dataclass(frozen=True, slots=True)
class UserView:
    """One person at one moment. `tasks` are open ones; `events` end after `now`, by start.

    `later_events` are those behind them, known only to whom a task needs days before something:
    what prepares them looks there, and nothing else does.
    `answers` are those of the last four weeks, the latest first; the same said twice in short order
    is one of them.
    """

    user_id: UUID
    now: datetime
    zone: ZoneInfo
    tasks: tuple[TaskView, ...] = ()
    events: tuple[EventView, ...] = ()
    later_events: tuple[EventView, ...] = ()
    locale: str = "en"
    formats: Formats = AS_THE_LANGUAGE
    consents: frozenset[str] = frozenset()  # keys of those in force
    prefs: Mapping[str, Prefs] = field(default_factory=dict)  # by plug-in; what was ever set
    beliefs: Mapping[str, Prefs] = field(default_factory=dict)  # by inference; see Inference
    # Those of `beliefs` of which the person has said nothing yet.
    fresh_beliefs: Mapping[str, FreshBelief] = field(default_factory=dict)
    situation: Situation | None = None
    changes_at: datetime | None = None  # when a situation begins or ends by the clock
    answers: tuple[Answer, ...] = ()
    switched_off: frozenset[str] = frozenset()  # keys of agents; for everybody, by staff
    # What pure functions have worked out from this view: many angles ask the same.
    memo: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def prefs_of(self, key: str, schema: type[P]) -> P:
        """What the person set of this plug-in, or its defaults."""
        found = self.prefs.get(key)
        return found if isinstance(found, schema) else schema()

    def belief(self, key: str, schema: type[P]) -> P | None:
        """What is believed of the person: what they say themselves, or what was inferred."""
        found = self.beliefs.get(key)
        return found if isinstance(found, schema) else None

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
    SECONDS = "seconds"
    HOUR = "hour"  # of the day where the person is, 0..23
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
    reads     fields of UserView that it looks at, beside what was set and is believed
    prefs     what a person can set of it
    serves    keys of the situations in which it looks; none: in all
    about     what it tells, in a sentence for the settings page
    """

    key: str
    title: Words
    version: int  # grows when the same view would be seen differently
    ttl: timedelta
    consents: tuple[str, ...]
    reads: tuple[str, ...]
    prefs: type[AgentPrefs] = AgentPrefs
    serves: tuple[str, ...] = ()
    about: Words = ""


class Agent(ABC):
    """One angle on a person's state. Pure: no clock but view.now, no database, no model, no chance.

    Words are in the language and on the clock that are active.
    """

    manifest: AgentManifest

    @abstractmethod
    def look(self, view: UserView) -> Snippet | None:
        """None: from this angle there is nothing to see."""


@dataclass(frozen=True, slots=True)
class Inferred:
    """confidence  0..1
    evidence    how many things it comes from
    """

    value: Prefs
    confidence: float
    evidence: int


@dataclass(frozen=True, slots=True)
class InferenceManifest:
    """value     the schema of what is inferred, by which a person can change it too
    consents  without any one of these nothing is inferred, and what was is forgotten
    ttl       for how long it holds
    """

    key: str
    title: Words
    version: int
    value: type[Prefs]
    consents: tuple[str, ...]
    ttl: timedelta


class Inference(ABC):
    """What can be learnt of a person from how things are and how they answered. Pure."""

    manifest: InferenceManifest

    @abstractmethod
    def infer(self, view: UserView) -> Inferred | None:
        """None: there is too little to go by."""

    @abstractmethod
    def say(self, value: Any) -> str:
        """The belief as a sentence about the person, in the language that is active."""
