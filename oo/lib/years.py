"""Which dates are dates that somebody means, and can be moved to any time zone. Pure."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

D = TypeVar("D", bound=date)  # a moment is one, too

# What lies beyond is a slip of the hand, or how a program writes "never". At both ends of what
# Python counts, moving it to another zone overflows, and so does a day more or less.
YEARS = range(1900, 3000)


def meant(day: D | None) -> D | None:
    """The same, or None for one that nobody means."""
    return day if day is not None and day.year in YEARS else None
