from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from adminconsole.base import Asked, ConsolePage, PageManifest, Section
from adminconsole.counting.quality import FEATURE, MEASURES
from adminconsole.looking.numbers import Interval
from adminconsole.models import Counted, QualityDay
from adminconsole.period import Period
from oo.lib.words import Words


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    part: int
    whole: int

    @property
    def share(self) -> float | None:
        return self.part / self.whole if self.whole else None

    @property
    def tone(self) -> str:
        """For a style: 0 to 1, as CSS writes numbers."""
        return f"{self.share or 0:.3f}"


@dataclass(frozen=True, slots=True)
class Row:
    """
    needed  the share below which something is wrong; None for features, which may be missing
    """

    title: Words
    needed: float | None
    days: list[Day]

    @property
    def newest(self) -> Interval:
        known = [day for day in self.days if day.whole]
        return Interval(known[-1].part, known[-1].whole) if known else Interval(0, 0)

    @property
    def state(self) -> str:
        if not self.newest.whole or self.needed is None:
            return "none"
        return "good" if self.newest.share >= self.needed else "bad"


class Quality(ConsolePage):
    manifest = PageManifest(
        key="quality",
        title=_("Data quality"),
        says=_("Is the data behind tips complete and fresh?"),
        icon="fact_check",
        section=Section.MACHINE,
        rank=2,
    )

    def context(self, asked: Asked) -> Mapping[str, Any]:
        """Two queries, of rows that are counted by day."""
        found: dict[str, dict[date, tuple[int, int]]] = defaultdict(dict)
        for row in QualityDay.objects.within(asked.period):
            found[row.measure][row.day] = (row.part, row.whole)
        features = sorted(name for name in found if name.startswith(FEATURE))
        return {
            "days": list(asked.period),
            "measures": [
                _row(title, needed, found.get(name, {}), asked.period)
                for name, (title, needed) in MEASURES.items()
            ],
            "features": [
                _row(name.removeprefix(FEATURE), None, found[name], asked.period)
                for name in features
            ],
            "counted": Counted.objects.newest(),
        }


def _row(
    title: Words, needed: float | None, found: Mapping[date, tuple[int, int]], period: Period
) -> Row:
    return Row(title, needed, [Day(day, *found.get(day, (0, 0))) for day in period])
