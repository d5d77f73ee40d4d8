"""What came of having tips worded by a model. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Fate(StrEnum):
    """Of one tip that a model was asked to word."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # no answer passed the checks: the template stands
    AWAY = "away"  # no answer came, or not in time


@dataclass(frozen=True, slots=True)
class Wording:
    """What a model made of one tip.

    plain     what the template says
    reasons   what else the model was told about it: what it says has to be in these or the row
    text      what is said instead; "" where no answer was accepted
    refusals  codes of the checks that answers did not pass, one for each of them
    is_away   the last question was not answered
    seconds   all questions together
    """

    plain: str
    text: str
    reasons: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    is_away: bool = False
    seconds: float = 0.0

    @property
    def fate(self) -> Fate:
        if self.text:
            return Fate.ACCEPTED
        return Fate.AWAY if self.is_away else Fate.REFUSED


@dataclass(frozen=True, slots=True)
class WordingFigures:
    """Counts of tips: accepted, refused and away add up to n.

    share     of n that is accepted, of 1
    refusals  counts of answers, by check; a tip has up to three
    seconds   the mean of a tip
    """

    n: int
    accepted: int
    refused: int
    away: int
    share: float
    refusals: dict[str, int]
    seconds: float


def figures(wordings: Sequence[Wording]) -> WordingFigures:
    """Of at least one."""
    n, fates = len(wordings), Counter(wording.fate for wording in wordings)
    return WordingFigures(
        n=n,
        accepted=fates[Fate.ACCEPTED],
        refused=fates[Fate.REFUSED],
        away=fates[Fate.AWAY],
        share=fates[Fate.ACCEPTED] / n,
        refusals=dict(_refusals(wordings).most_common()),
        seconds=sum(wording.seconds for wording in wordings) / n,
    )


def _refusals(wordings: Iterable[Wording]) -> Counter[str]:
    return Counter(code for wording in wordings for code in wording.refusals)
