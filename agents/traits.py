"""What the words of a task or an event say, as closed values. agents.understanding keeps them.

Every trait is optional: None is "nobody knows", which never keeps a task back. What is known quotes
the words that it comes from. Dates and times are local, the person's unless a zone is named.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")

WEEK = frozenset(range(7))  # Monday is 0, as in date.weekday


class Origin(StrEnum):
    WORDS = "words"  # read by rules
    MODEL = "model"
    PERSON = "person"  # beats all others


class Place(StrEnum):
    """Where a task can be done: GTD's contexts, closed."""

    ANYWHERE = "anywhere"
    PHONE = "phone"
    COMPUTER = "computer"
    HOME = "home"
    ERRAND = "errand"  # a way out of the house
    OUTDOORS = "outdoors"
    WITH_SOMEBODY = "with_somebody"


class Door(StrEnum):
    """Whose hours hold for a task."""

    OFFICE = "office"  # authorities, practices, banks: working days, closed on holidays
    SHOP = "shop"  # closed on Sundays and holidays
    PEOPLE = "people"  # somebody who sleeps at night
    OWN = "own"  # as the words say, holidays or not


class Stakes(StrEnum):
    """What missing it costs."""

    NONE = "none"
    NUISANCE = "nuisance"
    MONEY = "money"
    HEALTH = "health"
    PEOPLE = "people"
    WORK = "work"


class Energy(StrEnum):
    LOW = "low"  # can be done tired
    NORMAL = "normal"
    DEEP = "deep"  # wants an undisturbed head


class Noise(StrEnum):
    """What a row is that nobody wrote for the person to do."""

    ORDER = "order"  # speaks to a program
    MARKUP = "markup"  # has marks of a program in it
    DEBRIS = "debris"  # what a program left behind
    SHOUT = "shout"
    ADVERT = "advert"  # or a fraud


class EventKind(StrEnum):
    MEETING = "meeting"
    FOCUS = "focus"
    TRAVEL = "travel"  # carried: train, flight, bus
    DRIVING = "driving"  # at the wheel
    AWAY = "away"  # a holiday of the person's own
    HOLIDAY = "holiday"  # a public one: offices and shops are closed
    CEREMONY = "ceremony"
    SLEEP = "sleep"
    MARKER = "marker"  # takes no time: a birthday, a bin day, a booking over weeks


@dataclass(frozen=True, slots=True)
class Trait(Generic[T]):
    value: T
    quote: str = ""  # stands in the row; "" only from the person
    confidence: float = 1.0  # 0..1
    origin: Origin = Origin.WORDS


@dataclass(frozen=True, slots=True)
class Span:
    """Open on these days from `start` to `end`; an end before the start is past midnight."""

    days: frozenset[int] = WEEK
    start: time = time()
    end: time = time()  # time() is the end of the day


@dataclass(frozen=True, slots=True)
class Hours:
    """When something can be done. Without spans: the usual hours of such a door."""

    door: Door
    spans: tuple[Span, ...] = ()
    zone: str = ""  # whose clock; "" is the person's


@dataclass(frozen=True, slots=True)
class LastMoment:
    """After it, the task is pointless or harmful. It must be begun `lead` and its effort before.

    on    None: the day on which the task is due
    at    None: the end of that day; time() is midnight, when it is over
    lead  for a way, for drying, for the post, for somebody to answer
    zone  whose clock `at` is on; "" is the person's
    is_of_week  the words name a day of the week and no date: `on` is the first one after they were
                written, and of what is still open, or due, later, the next one may be meant
    is_of_month the same of a day that they name by its number alone: "by the 15th"
    """

    on: date | None = None
    at: time | None = None
    lead: timedelta = timedelta()
    is_of_week: bool = False
    is_of_month: bool = False
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Blocked:
    """It cannot be done yet: until a day, if the words name one, and by whom or what."""

    until: date | None = None
    by: str = ""  # a person or a thing, as the words name it
    task_id: int | None = None  # another open task of the person's


@dataclass(frozen=True, slots=True)
class Prepares:
    """It must be done before something that is coming."""

    what: str = ""  # the words that name it, to be found among the events
    event_id: int | None = None
    lead: timedelta = timedelta()
    kind: EventKind | None = None  # any entry of this kind: what one packs for is a journey


@dataclass(frozen=True, slots=True)
class Traits:
    """Of a task. The vocabulary is GTD's where it has one."""

    hours: Trait[Hours] | None = None
    last_moment: Trait[LastMoment] | None = None
    obsolete_after: Trait[date] | None = None
    blocked: Trait[Blocked] | None = None
    waits: Trait[str] | None = None  # who waits for it
    unblocks: Trait[str] | None = None  # what can go on once it is done
    place: Trait[Place] | None = None
    stakes: Trait[Stakes] | None = None
    effort: Trait[timedelta] | None = None
    energy: Trait[Energy] | None = None
    prepares: Trait[Prepares] | None = None
    someday: Trait[bool] | None = None
    noise: Trait[Noise] | None = None


@dataclass(frozen=True, slots=True)
class EventTraits:
    kind: Trait[EventKind] | None = None
    may_interrupt: Trait[bool] | None = None
    leave_by: Trait[timedelta] | None = None  # before its start


NOTHING_READ, NO_EVENT_READ = Traits(), EventTraits()


@dataclass(frozen=True, slots=True)
class TaskWords:
    """All that a reader of tasks is given: no other row, no person.

    `added_on` is the day to which "tomorrow" and "by Friday" refer.
    """

    title: str
    description: str = ""
    project: str = ""
    section: str = ""
    parent: str = ""
    labels: tuple[str, ...] = ()
    recurrence: str = ""
    added_on: date | None = None

    @property
    def text(self) -> str:
        """What a quote is looked for in."""
        above = (self.parent,) if self.parent else ()
        return "\n".join(
            (self.title, self.description, self.project, self.section, *above, *self.labels,
             self.recurrence)
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class EventWords:
    title: str
    location: str = ""
    is_all_day: bool = False
    is_busy: bool = True
    lasts: timedelta = field(default_factory=timedelta)

    @property
    def text(self) -> str:
        return f"{self.title}\n{self.location}"
