"""Whether a tip that is ready is worth an interruption: how likely it is of use now, against what
it costs. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from random import Random

from tips.decide.usefulness import PRIOR, Model, Moment


class Dial(StrEnum):
    """How often a person wants to be spoken to."""

    RARELY = "rarely"
    SOMETIMES = "sometimes"
    OFTEN = "often"


@dataclass(frozen=True, slots=True)
class Manners:
    """needed  the probability of being useful from which an interruption is worth it
    most    notifications a day
    apart   the least time between two
    """

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
# If the person agreed to tries: of tips that are not worth it, but have at least TRIED_FROM of the
# probability that is needed, this share is sent all the same, to learn from the answers.
TRIED, TRIED_FROM = 0.1, 0.6


@dataclass(frozen=True, slots=True)
class Verdict:
    """why         "worth_it", "tried", or the code of what keeps it back
    propensity  the probability of this verdict; below 1 only where chance decided about a try
    """

    probability: float
    needed: float
    why: str
    propensity: float = 1.0

    @property
    def speaks(self) -> bool:
        return self.why in SPEAKS


WORTH_IT, A_TRY = "worth_it", "tried"
SPEAKS = (WORTH_IT, A_TRY)


def weigh(
    moment: Moment,
    dial: Dial,
    *,
    held: str = "",
    model: Model = PRIOR,
    rng: Random | None = None,
) -> Verdict:
    """held  the code of what keeps it back whatever it is worth, or ""
    rng   given only if the person agreed to tries: see TRIED
    """
    manners, probability = MANNERS[dial], model.usefulness(moment)
    needed = manners.needed
    if why := held or _manners_of(moment, manners):
        return Verdict(probability, needed, why)
    if probability >= needed:
        return Verdict(probability, needed, WORTH_IT)
    if rng is None or probability < TRIED_FROM * needed:
        return Verdict(probability, needed, "not_worth_it")
    if rng.random() < TRIED:
        return Verdict(probability, needed, A_TRY, TRIED)
    return Verdict(probability, needed, "not_worth_it", 1.0 - TRIED)


def _manners_of(moment: Moment, manners: Manners) -> str:
    if moment.here_s is not None and moment.here_s < HERE.total_seconds():
        return "here"
    if moment.told_today >= manners.most:
        return "enough_today"
    if moment.told_s is not None and moment.told_s < manners.apart.total_seconds():
        return "too_soon"
    return ""
