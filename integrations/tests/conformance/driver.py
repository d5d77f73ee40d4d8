"""What a driver can do to its source: it is read; its owner can change it, or close tasks there;
things go wrong with it; it is somewhere else.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

import pytest
import time_machine

from accounts.models import User
from integrations.models import CalendarEvent, Task
from integrations.tests.conformance.gate import Gate
from tests.clock import TODAY

T = TypeVar("T")

# What a source that is LIMITED asks for, as Retry-After.
WAIT_S = 4_000
FIRST, SECOND = "Pay the rent", "Call the bank"


class Way(StrEnum):
    """A way in which things go wrong there, until the driver mends them."""

    CUT = "cut"  # an answer breaks off in the middle
    AWAY = "away"  # 503
    GARBAGE = "garbage"  # 200, and a page for people
    REVOKED = "revoked"  # the person took the access back
    LIMITED = "limited"  # too many requests: come back in WAIT_S
    TOO_LARGE = "too large"


@dataclass(frozen=True, slots=True)
class Tools:
    """What a test has, for drivers that need it. What is entered is left when the test is over."""

    settings: Any
    patch: pytest.MonkeyPatch  # for the whole test
    request: pytest.FixtureRequest
    clock: time_machine.TimeMachineFixture
    stack: ExitStack

    def enter(self, context: AbstractContextManager[T]) -> T:
        return self.stack.enter_context(context)


class Driver(ABC):
    """A source that can be read. Made anew for each question.

    key        SourceManifest.key
    rows       what a title here becomes: a source of both has a driver for each
    excused    names of questions that cannot be asked of it, and why
    unsayable  names of hostile texts that cannot get into it, and why
    """

    key: ClassVar[str]
    rows: ClassVar[type[Task] | type[CalendarEvent]]
    excused: ClassVar[Mapping[str, str]] = {}
    unsayable: ClassVar[Mapping[str, str]] = {}

    def __init__(self, tools: Tools) -> None:
        self.tools = tools

    @abstractmethod
    def given(self) -> Mapping[str, str]:
        """What the person gives to connect it, as Link.credentials. Good at the time."""

    def document(self) -> str:
        """The file that the person gives, as Link.document."""
        return ""

    @abstractmethod
    def seed(self) -> tuple[str, ...]:
        """Titles of at least two rows that the next reading brings."""

    def hand_over(self, user: User, at: datetime) -> None:
        """What the person has to do before a reading, if anything. Raises ApiError."""
        return

    def move_clock(self, at: datetime) -> None:
        """oO's, and that of the source, where it has one of its own."""
        self.tools.clock.move_to(at, tick=False)


class Kept(Driver):
    """A source that its owner can change elsewhere."""

    def seed(self) -> tuple[str, ...]:
        for title in (FIRST, SECOND):
            self.add(title, TODAY)
        return FIRST, SECOND

    @abstractmethod
    def add(self, title: str, start: date | datetime, *, days: int = 1) -> str:
        """Something that is then, or due then; its name, for the methods below.

        start  a datetime is in a ZoneInfo, and is written down as local time of that zone
        days   how many days in a row it takes place
        """

    @abstractmethod
    def retitle(self, name: str, title: str) -> None: ...

    @abstractmethod
    def delete(self, name: str) -> None: ...


class Closes(Kept):
    """A source of tasks that are closed there."""

    @abstractmethod
    def closings(self, name: str) -> int:
        """How often it has been closed there."""


class Fragile(Kept):
    """A source with which things go wrong."""

    @abstractmethod
    def break_(self, way: Way, *, after: int = 0) -> None:
        """Until `mend`. after: requests that still go well, where the gate can count them."""

    @abstractmethod
    def mend(self) -> None:
        """All is well again. Who was shut out may connect with what `given` says now."""


class Outside(Fragile):
    """A source behind a gate, through which all that is asked goes."""

    gate: Gate

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self.broken = pytest.MonkeyPatch()  # what `mend` takes back
        tools.stack.callback(self.broken.undo)

    def break_(self, way: Way, *, after: int = 0) -> None:
        if way in (Way.CUT, Way.AWAY, Way.GARBAGE):
            self.gate.shut(way.value, after)
        elif way is Way.REVOKED:
            self.revoke()
        elif way is Way.LIMITED:
            self.limit()
        else:
            self.swell()

    def mend(self) -> None:
        self.gate.open()
        self.broken.undo()

    @abstractmethod
    def revoke(self) -> None: ...

    @abstractmethod
    def limit(self) -> None: ...

    @abstractmethod
    def swell(self) -> None:
        """Be larger than what is read, or let less be read."""
