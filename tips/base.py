"""What a tip is before it is a row, and what a policy is. Frozen values, no Django."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from agents.base import Prefs, UserView
from agents.timing.meetings import Gap
from agents.traits import NOTHING_READ, Traits
from oo.lib.words import Words

BETWEEN_REASONS = " · "


class Kind(StrEnum):
    TASK = "task"  # can be done at its source
    ADVICE = "advice"
    INSIGHT = "insight"
    REMINDER = "reminder"  # leads to a moment


class Reaction(StrEnum):
    """What a person answers. What each does is in tips.decide.effects."""

    DONE = "done"
    SNOOZE = "snooze"
    DISMISS = "dismiss"


class Reason(StrEnum):
    """Why not this."""

    NOT_NOW = "not_now"
    NOT_RELEVANT = "not_relevant"
    WRONG = "wrong"
    ALREADY_DONE = "already_done"


def says_done(reaction: str, reason: str) -> bool:
    """Whether the person has said that the thing itself is done."""
    return reaction == Reaction.DONE or reason == Reason.ALREADY_DONE


@dataclass(frozen=True, slots=True)
class Evidence:
    """One row that a tip came from. `fact` names the rule that made it matter."""

    model: str  # "task" | "event" | "belief"
    id: int
    fact: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of a candidate now, by the rows. Days count local dates from today."""

    due_in_days: int | None = None  # below 0: overdue
    due_at: datetime | None = None
    # The shortest of agents.timing.meetings.SOON within which it is due; None when it is later.
    due_within: timedelta | None = None
    is_past_due: bool = False
    deadline_in_days: int | None = None
    priority: int = 1
    duration: timedelta | None = None
    starts_at: datetime | None = None  # of a meeting
    leaves_at: datetime | None = None  # when one has to set out for it
    gap: Gap | None = None
    traits: Traits = NOTHING_READ  # what its words say
    closes_at: datetime | None = None  # the end of the hours in which it can be done now
    opens_at: datetime | None = None  # when it can be done next
    prepares: str = ""  # the title of the event that it has to be, or may be, done before


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that could be said now, grounded in rows. `facts` feed the words and the why."""

    key: str  # stable for the same thing said about the same row: "task:17"
    kind: Kind
    content: str  # what would be said
    source: str  # "" for what oO has learnt by itself
    evidence: tuple[Evidence, ...]
    facts: Facts = field(default_factory=Facts)
    valid_until: datetime | None = None  # when its facts stop being true
    url: str = ""  # where its row is in its own app; never written by a model


@dataclass(frozen=True, slots=True)
class Scored:
    candidate: Candidate
    score: float  # comparable within one ranking only
    # Codes of the policy's manifest: what earned points, the best first, and what cost some.
    reasons: tuple[str, ...] = ()
    penalties: tuple[str, ...] = ()
    is_gated: bool = False  # it cannot be now
    presses: bool = False  # what is left of its time is a matter of hours
    # Moments to come at which it is judged otherwise, though nothing but the clock has changed.
    changes: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class TipCandidate:
    """One schema for the log of decisions, the API and the lab: what could be said, in words.

    reasons, penalties  codes of the policy's manifest; `words` are their sentences
    nominated_by        keys of the agents that would look at it now
    """

    key: str
    kind: str
    content: str
    detail: str
    url: str
    source: str
    score: float
    is_gated: bool
    presses: bool
    reasons: tuple[str, ...]
    penalties: tuple[str, ...]
    words: tuple[str, ...]
    nominated_by: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    # What the API promises. Rows are as sure as can be, and no model words what is not a tip yet.
    model: str = ""
    prompt_version: str = ""
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Choice:
    """What a policy decided. `chosen` None is silence, with `silence` saying why.

    propensity  probability with which this policy would choose this again, 0 < p <= 1
    """

    ranking: tuple[Scored, ...]
    chosen: Scored | None
    propensity: float
    confidence: float  # 0..1
    silence: str = ""  # code of the policy's silences, or "nothing_open"
    until: datetime | None = None  # when this policy would decide otherwise, if it knows


Say = Callable[[Facts], str]  # in the language and on the clock that are active


@dataclass(frozen=True, slots=True)
class PolicyManifest:
    """`reasons`, `penalties` and `silences` are the words of the codes in Scored and Choice.

    A sentence is true of every candidate that can get its code; "" says nothing. A code is a
    reason or a penalty, never both. Silences are whole sentences; "nothing_open" is oO's own.
    """

    key: str
    title: Words
    version: int  # grows when the same view would be decided, or its reasons told, differently
    reasons: Mapping[str, Say] = field(default_factory=dict)
    penalties: Mapping[str, Say] = field(default_factory=dict)
    silences: Mapping[str, Words] = field(default_factory=dict)
    prefs: type[Prefs] | None = None  # what a person can set of it
    about: Words = ""  # what that is, in a sentence for the settings page


class Policy(ABC):
    """Ranks candidates. Pure: no clock (view.now), no database, chance only from `rng`."""

    manifest: PolicyManifest

    @abstractmethod
    def decide(self, view: UserView, candidates: Sequence[Candidate], rng: Random) -> Choice: ...
