"""A choice by letter, asked for in several orders: small models favour a place. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ORDERS = 3
# Of 1: what the best must be ahead of the second to be believed. A guess, on the careful side:
# wrong answers of small models have small margins; which one parts them best was not measured.
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
    """Numbers of the options in up to ORDERS rotations, so that none keeps its place."""
    turns = min(ORDERS, count)
    steps = [round(turn * count / turns) for turn in range(turns)]
    return [[(step + place) % count for place in range(count)] for step in steps]


def shares(letters: Mapping[str, float] | None, text: str, alphabet: str) -> list[float] | None:
    """How likely each place is, of 1, by log-probabilities or by the one letter that was said.

    None: it said none of the letters.
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
