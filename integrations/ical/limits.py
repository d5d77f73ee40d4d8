"""What may be read of one file: every bound is a count, so that a file always reads the same."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

MAX_BYTES = 12 * 1024 * 1024  # of a text that is here as a whole
MAX_SENT = 64 * 1024 * 1024  # of one that is read as it comes
MAX_KEPT = 32 * 1024 * 1024  # bytes in memory of what of it may matter
MAX_COMPONENTS = 60_000  # that may matter: alarms, to-dos and what is long past are passed over
MAX_DEPTH = 10  # components inside components
MAX_LINE = 40_000  # characters of a line that matters
MAX_OCCURRENCES = 2_000  # that are handed on, the earliest first
MAX_EXPANDED = 5_000  # that are looked at before that cut
MAX_RECURRING = 5_000  # entries with a recurrence
MAX_SHARED = 20  # series under one UID that are asked whose occurrence is changed
MAX_ASKED = 5_000  # such questions of one file
MAX_FUTURE = 100  # changes of all that follows, of one series
MAX_A_DAY = 24  # occurrences of one entry
MAX_DATES = 2_000  # RDATE and EXDATE values of one entry
MAX_DAYS = 300_000  # days that the rules of one file may look at
MAX_RECURRING_SPAN = timedelta(days=366)  # how long one occurrence of a series may last
MAX_ZONE_NAMES = 200
MAX_ZONES = 20  # zones that a file describes itself and that have no known name
MAX_GUESTS = 2_000  # of one entry
MAX_TEXT = 500  # characters of a title or a location

BEFORE = timedelta(days=1)
AFTER = timedelta(days=31)


class Skip(StrEnum):
    """Why an entry, or an occurrence of one, was left out."""

    CANCELLED = "cancelled"
    DECLINED = "declined"
    UNREADABLE = "unreadable"  # no start, or a line that nobody can understand
    BAD_RULE = "bad_rule"
    TOO_FREQUENT = "too_frequent"
    TOO_MANY = "too_many"
    TOO_LONG = "too_long"
    SUPERSEDED = "superseded"  # an older version of an entry that is here twice


class NotACalendar(ValueError):
    """The text is no iCalendar, or one that was cut short."""


class TooBig(ValueError):
    """More bytes or components than MAX_BYTES, MAX_KEPT and MAX_COMPONENTS."""


class SkipEntry(ValueError):
    """Raised inside for an entry that is left out; `why` is counted."""

    def __init__(self, why: Skip) -> None:
        super().__init__(why.value)
        self.why = why


class Budget:
    """What is left to spend on one file. Raises SkipEntry when it is not enough."""

    def __init__(self) -> None:
        self._left = {
            "days": MAX_DAYS,
            "occurrences": MAX_EXPANDED,
            "recurring": MAX_RECURRING,
            "asked": MAX_ASKED,
        }

    def spend(self, what: str, amount: int = 1) -> None:
        self._left[what] -= amount
        if self._left[what] < 0:
            raise SkipEntry(Skip.TOO_MANY)
