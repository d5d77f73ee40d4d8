"""Whether a tip that is ready is worth an interruption: how likely it is of use now, against what
it costs. Pure.

The probability is a logistic sum of what is known of the moment, moved by how this person took the
notifications of the last four weeks: a beta prior for everybody, their own count on top of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum


class Dial(StrEnum):
    """How often a person wants to be spoken to."""

    RARELY = "rarely"
    SOMETIMES = "sometimes"
    OFTEN = "often"


@dataclass(frozen=True, slots=True)
class Manners:
    """needed: the probability from which an interruption pays; most: notifications a day."""

    needed: float
    most: int
    apart: timedelta


MANNERS: Mapping[Dial, Manners] = {
    Dial.RARELY: Manners(0.60, 1, timedelta(hours=4)),
    Dial.SOMETIMES: Manners(0.45, 3, timedelta(minutes=90)),
    Dial.OFTEN: Manners(0.30, 6, timedelta(minutes=30)),
}
# Whoever has just looked at the page, or is looking, sees it there.
HERE = timedelta(minutes=10)

# Log-odds. A tip of 50 points without anything else is of use in three of ten moments.
BIAS = -2.1
PER_POINT, MOST_POINTS = 0.025, 120.0
PRESSES = 1.1  # it has to be begun within hours
LEADS_SOMEWHERE = 1.6  # a reminder is of use now or never
SHORT_GAP, SHORT_GAP_MIN = -0.6, 15.0  # there is hardly time before the next meeting
# The prior: of ten notifications three and a half are heeded.
HEEDED, UNHEEDED = 3.5, 6.5


@dataclass(frozen=True, slots=True)
class Moment:
    """What a decision rests on, and all that its log keeps.

    score         points by which the tip was chosen
    here_s        seconds since the person looked at oO; None: not in four weeks
    told_s        seconds since the last notification; None: none in four weeks
    heeded        notifications of four weeks that were answered with a yes, or with later
    unheeded      those that were answered with a no, or not at all
    free_min      minutes to the next meeting; None: none comes
    """

    score: float
    presses: bool
    leads_somewhere: bool
    here_s: float | None
    told_s: float | None
    told_today: int
    heeded: int
    unheeded: int
    free_min: float | None

    def features(self) -> dict[str, float | bool | None]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Verdict:
    """why: "worth_it", or what keeps it back."""

    probability: float
    needed: float
    why: str

    @property
    def speaks(self) -> bool:
        return self.why == WORTH_IT


WORTH_IT = "worth_it"


def weigh(moment: Moment, dial: Dial) -> Verdict:
    manners, probability = MANNERS[dial], usefulness(moment)
    return Verdict(probability, manners.needed, _why(moment, manners, probability))


def _why(moment: Moment, manners: Manners, probability: float) -> str:
    if moment.here_s is not None and moment.here_s < HERE.total_seconds():
        return "here"
    if moment.told_today >= manners.most:
        return "enough_today"
    if moment.told_s is not None and moment.told_s < manners.apart.total_seconds():
        return "too_soon"
    return WORTH_IT if probability >= manners.needed else "not_worth_it"


def usefulness(moment: Moment) -> float:
    """The probability that the person is glad of it now."""
    odds = BIAS + PER_POINT * min(max(moment.score, 0.0), MOST_POINTS)
    odds += PRESSES * moment.presses + LEADS_SOMEWHERE * moment.leads_somewhere
    if moment.free_min is not None and moment.free_min < SHORT_GAP_MIN:
        odds += SHORT_GAP * (not moment.leads_somewhere)
    return _logistic(odds + of_this_person(moment.heeded, moment.unheeded))


def of_this_person(heeded: int, unheeded: int) -> float:
    """How their odds differ from everybody's: 0 for whom nothing is known."""
    mine = (heeded + HEEDED) / (unheeded + UNHEEDED)
    return math.log(mine / (HEEDED / UNHEEDED))


def _logistic(odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-odds))
