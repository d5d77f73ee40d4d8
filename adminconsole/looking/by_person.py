"""Whether two groups of tips differ, where people have many tips each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from math import sqrt
from typing import Any
from uuid import UUID

from django.db.models import Count, DateField, F, Q
from django.db.models.functions import TruncMonth

from adminconsole.looking.numbers import Z
from adminconsole.period import Period
from tips.models import Tip

FEWEST = 20  # people on either side: with fewer the variance is itself a guess
# What stands in the row of a tip. The hour by somebody's clock, and the priority, do not.
OF_TIP: Mapping[str, Any] = {
    "policy": F("policy"),
    "model": F("model"),
    "prompt_version": F("prompt_version"),
    "kind": F("kind"),
    "cohort": TruncMonth("user__date_joined", output_field=DateField(), tzinfo=UTC),
}


@dataclass(slots=True)
class Side:
    """by_user: how many tips of each person were shown, and how many of these were done."""

    by_user: dict[UUID, tuple[int, int]] = field(default_factory=dict)

    @property
    def people(self) -> int:
        return len(self.by_user)

    @property
    def shown(self) -> int:
        return sum(shown for shown, _done in self.by_user.values())

    @property
    def share(self) -> float:
        done = sum(done for _shown, done in self.by_user.values())
        return done / self.shown if self.shown else 0.0

    def pull_of(self, user_id: UUID) -> float:
        """By how much this person moves the share of all: the linearised part of a ratio."""
        shown, done = self.by_user.get(user_id, (0, 0))
        return (done - self.share * shown) / self.shown if shown else 0.0


def sides(by: str, values: Iterable[str], period: Period) -> list[Side]:
    """Of tips whose rows are still there. One query; `by` is of OF_TIP."""
    found: dict[str, Side] = defaultdict(Side)
    shown = Tip.objects.shown_in(period.since, period.until).annotate(value=OF_TIP[by])
    rows = (
        shown.filter(value__in=list(values))
        .order_by()
        .values_list("value", "user_id")
        .annotate(shown=Count("pk"), done=Count("pk", filter=Q(reaction=Tip.Reaction.DONE)))
    )
    for value, user_id, count, done in rows:
        found[str(value)].by_user[user_id] = (count, done)
    return [found[value] for value in values]


def are_enough(first: Side, second: Side) -> bool:
    return min(first.people, second.people) >= FEWEST


def differ(first: Side, second: Side) -> bool:
    """Whether their shares differ at 5 %, each person being one cluster of tips. Whoever is on both
    sides moves both, which counts."""
    people = first.by_user.keys() | second.by_user.keys()
    fewest = min(first.people, second.people)
    if fewest < 2:
        return False
    pulls = (first.pull_of(user_id) - second.pull_of(user_id) for user_id in people)
    error = sqrt(sum(pull**2 for pull in pulls) * fewest / (fewest - 1))
    return abs(first.share - second.share) > Z * error
