"""A choice by letter, asked in several orders, since small models favour a position. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ORDERS = 3
# How far the best share (0..1) must be ahead of the second. A careful guess: wrong answers of small
# models tend to have small margins, but the best threshold was not measured.
SMALLEST_MARGIN = 0.15


@dataclass(frozen=True, slots=True)
class Tally:
    best: int  # number of the option
    margin: float  # 0..1
    agrees: bool  # every order named the same

    @property
    def is_sure(self) -> bool:
        return self.agrees and self.margin >= SMALLEST_MARGIN


def orders(count: int) -> list[list[int]]:
    """Numbers of the options in up to ORDERS rotations: no option has the same place twice."""
    turns = min(ORDERS, count)
    steps = [round(turn * count / turns) for turn in range(turns)]
    return [[(step + place) % count for place in range(count)] for step in steps]


def shares(letters: Mapping[str, float] | None, text: str, alphabet: str) -> list[float] | None:
    """The probability of each place (they sum to 1): from the log-probabilities of the letters or,
    without any, from the first letter of the text. None: it named none of the letters.
    """
    if letters:
        found = [math.exp(letters[letter]) if letter in letters else 0.0 for letter in alphabet]
    else:
        said = text.strip()[:1].upper()
        found = [float(letter == said) for letter in alphabet]
    total = sum(found)
    return [each / total for each in found] if total else None


def tally(asked: Sequence[Sequence[int]], answers: Sequence[Sequence[float]]) -> Tally:
    """asked: the orders; answers: the shares by place, one list for each order."""
    count = len(asked[0])
    totals = [0.0] * count
    firsts = set()
    for order, answer in zip(asked, answers, strict=True):
        for place, option in enumerate(order):
            totals[option] += answer[place] / len(asked)
        firsts.add(order[max(range(count), key=lambda place: answer[place])])
    ranked = sorted(range(count), key=lambda option: -totals[option])
    margin = totals[ranked[0]] - (totals[ranked[1]] if count > 1 else 0.0)
    return Tally(ranked[0], margin, agrees=len(firsts) == 1)
