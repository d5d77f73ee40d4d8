"""Whose hours were found, and which are usual where words do not say them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from agents.traits import Door, Hours, Span
from agents.understanding.readers.words.ranges import OFFICE_DAYS, SHOP_DAYS

OPENS = time(9)
USUAL = OPENS, time(18)  # of a shop
OFFICE_SHUTS = time(17)


@dataclass(frozen=True, slots=True)
class Found:
    spans: tuple[Span, ...]
    door: Door
    start: int
    end: int
    confidence: float


def door_of(days: frozenset[int]) -> Door:
    if days <= OFFICE_DAYS:
        return Door.OFFICE
    return Door.SHOP if days <= SHOP_DAYS else Door.OWN


def of_an_office(hours: Hours) -> Hours:
    """Where words name days and no hours, and there is an office to be reached: its usual ones."""
    days = frozenset[int]().union(*(span.days for span in hours.spans))
    if not days or not days <= OFFICE_DAYS or any(span != Span(span.days) for span in hours.spans):
        return hours
    return Hours(Door.OFFICE, (Span(days, OPENS, OFFICE_SHUTS),), hours.zone)


def spans_on(days: frozenset[int], ranges: Sequence[tuple[time, time]]) -> tuple[Span, ...]:
    return tuple(Span(days, a, b) for a, b in ranges)
