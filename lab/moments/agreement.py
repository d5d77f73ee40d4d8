"""When a trait that was read says the same as the one that a person labelled. Pure.

Quotes, confidences and origins are not compared: other words of the row may say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from agents.traits import Blocked, EventTraits, Hours, LastMoment, Prepares, Traits
from agents.understanding.checks import names_agree

Kind = TypeVar("Kind", Traits, EventTraits)


class Outcome(StrEnum):
    """Of one trait of one row. The first three are labelled, the last is not."""

    AGREED = "agreed"
    MISSED = "missed"  # not read
    DIFFERED = "differed"  # read, with another value
    INVENTED = "invented"  # read, and not labelled


@dataclass(frozen=True, slots=True)
class Context:
    """What values leave out because the row or the person says it."""

    zone: str
    due_on: date | None = None


def outcomes(read: Kind, labelled: Kind, context: Context) -> Iterator[tuple[str, Outcome]]:
    """By the names of traits. What was neither read nor labelled has none."""
    for field in fields(labelled):
        of_reader, of_person = getattr(read, field.name), getattr(labelled, field.name)
        if of_reader is None and of_person is None:
            continue
        if of_reader is None:
            yield field.name, Outcome.MISSED
        elif of_person is None:
            yield field.name, Outcome.INVENTED
        elif agree(field.name, of_reader.value, of_person.value, context):
            yield field.name, Outcome.AGREED
        else:
            yield field.name, Outcome.DIFFERED


def agree(trait: str, read: Any, labelled: Any, context: Context) -> bool:
    rule = RULES.get(trait)
    return rule(read, labelled, context) if rule else bool(read == labelled)


def _hours(read: Hours, labelled: Hours, context: Context) -> bool:
    """The same door, open at the same times of the same days on the same clock."""
    return _openings(read, context) == _openings(labelled, context)


def _openings(hours: Hours, context: Context) -> tuple[str, frozenset[tuple[int, time, time]], str]:
    """Day by day: how days are gathered into spans makes no difference."""
    spans = {(day, span.start, span.end) for span in hours.spans for day in span.days}
    return hours.door, frozenset(spans), hours.zone or context.zone


def _last_moments(read: LastMoment, labelled: LastMoment, context: Context) -> bool:
    """The same day, time and lead. A day that is not named is that of the due date."""
    return _last(read, context) == _last(labelled, context)


def _last(last: LastMoment, context: Context) -> tuple[date | None, time | None, timedelta]:
    return last.on or context.due_on, last.at, last.lead


def _blocked(read: Blocked, labelled: Blocked, _context: Context) -> bool:
    """Until the same day; where neither names one, by the same."""
    if read.until or labelled.until:
        return read.until == labelled.until
    return _names(read.by, labelled.by)


def _prepares(read: Prepares, labelled: Prepares, _context: Context) -> bool:
    """The same event. How long before is rarely said: the labels hold a guess."""
    return _names(read.what, labelled.what)


def _names(read: str, labelled: str, _context: Context | None = None) -> bool:
    return names_agree(read, labelled)


# Of all others the values are equal.
RULES: Mapping[str, Callable[[Any, Any, Context], bool]] = {
    "hours": _hours,
    "last_moment": _last_moments,
    "blocked": _blocked,
    "prepares": _prepares,
    "waits": _names,
    "unblocks": _names,
}
