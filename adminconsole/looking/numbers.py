"""One figure on a card, beside what it was before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import floor, log10, sqrt

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from oo.lib.words import Words

Z = 1.96  # of 95 %
NOTHING, MINUS = "\N{EN DASH}", "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True)
class Figure:
    """
    value      as it is; a share (0 to 1) where `is_share`
    before     the same of the period before; None: there was nothing to compare with
    is_money   in USD
    is_better  whether more of it is better; None: neither
    over       the same of the days that are over, where a part of one is in `value`: its change is
               told, since a part is less than a whole
    """

    title: Words
    value: float | None
    before: float | None = None
    note: Words = ""
    is_share: bool = False
    is_better: bool | None = True
    is_money: bool = False
    over: Figure | None = None

    @property
    def change(self) -> float | None:
        """In shares of what it was; for a share, in points of it."""
        if self.over is not None:
            return self.over.change
        if self.value is None or self.before is None:
            return None
        if self.is_share:
            return self.value - self.before
        return self.value / self.before - 1 if self.before else None

    @property
    def text(self) -> str:
        if self.value is None:
            return NOTHING
        if self.is_money:
            return money(self.value)
        return percent(self.value) if self.is_share else number(self.value)

    @property
    def change_text(self) -> str:
        """ "" where there is nothing to compare with, or next to no difference."""
        change = self.change
        if change is None or abs(change) < 0.0005:
            return ""
        size = number(round(abs(change) * 100, 1))
        words = _("%(size)s points") if self.is_share else _("%(size)s %%")
        return ("+" if change > 0 else MINUS) + words % {"size": size}

    @property
    def mood(self) -> str:
        """good, bad or even."""
        change = self.change
        if not change or self.is_better is None:
            return "even"
        return "good" if (change > 0) is self.is_better else "bad"


def compared(figures: Iterable[Figure], over: Iterable[Figure]) -> list[Figure]:
    """The figures, with the changes of those of the days that are over."""
    return [replace(one, over=other) for one, other in zip(figures, over, strict=True)]


def number(value: float) -> str:
    """In the language that is active, with groups of thousands, and decimals for the small."""
    whole = value == int(value) or abs(value) >= 100
    return number_format(round(value) if whole else round(value, 1), force_grouping=True)


def money(value: float) -> str:
    """With cents; of less than one, two digits that say something."""
    is_small = 0 < abs(value) < 0.01
    decimals = 1 - floor(log10(abs(value))) if is_small else 2
    return number_format(round(value, decimals), decimals, force_grouping=True)


def percent(value: float) -> str:
    return _("%(number)s %%") % {"number": number(round(value * 100, 1))}


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


@dataclass(frozen=True, slots=True)
class Interval:
    """A share with the 95 % interval of Wilson (1927), https://doi.org/10.1080/01621459.1927.10502953

    As if each stood alone: where people have many each, the truth lies in a wider one.
    """

    part: int
    whole: int

    @property
    def share(self) -> float:
        return self.part / self.whole if self.whole else 0.0

    @property
    def low(self) -> float:
        return self._bound(-1)

    @property
    def high(self) -> float:
        return self._bound(+1)

    @property
    def text(self) -> str:
        return percent(self.share) if self.whole else NOTHING

    @property
    def points(self) -> tuple[str, str, str]:
        """Of a bar that is 100 wide: how long, and where its range begins and how wide that is. As
        text: an attribute of SVG knows no decimal comma."""
        ends = (self.share, self.low, self.high - self.low)
        first, second, third = (f"{100 * end:.2f}" for end in ends)
        return first, second, third

    def _bound(self, side: int) -> float:
        if not self.whole:
            return float(side > 0)
        p, n = self.share, self.whole
        middle = p + Z**2 / (2 * n)
        spread = Z * sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
        return min(1.0, max(0.0, (middle + side * spread) / (1 + Z**2 / n)))
