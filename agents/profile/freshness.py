"""Whether features are as fresh as their table says: for operators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min

from agents.base import UserView
from agents.models import CountCursor
from agents.profile.answers import REMEMBERED
from agents.profile.features import FEATURES, Counted, Feature
from events.models import EventRecord


@dataclass(frozen=True, slots=True)
class Freshness:
    feature: Feature[Counted] | Feature[UserView]
    age: timedelta  # of the oldest event that is not counted in yet; 0: there is none

    @property
    def is_held(self) -> bool:
        return self.age <= self.feature.freshness


def freshness(*, at: datetime) -> list[Freshness]:
    """Of every feature, in the order of the table; two queries. Those worked out on demand have
    no events, so their age is 0.
    """
    oldest = _oldest_uncounted(at=at)
    found = []
    for feature in FEATURES:
        ages = [at - oldest[subject] for subject in feature.source if subject in oldest]
        found.append(Freshness(feature, max(ages, default=timedelta(0))))
    return found


def _oldest_uncounted(*, at: datetime) -> dict[str, datetime]:
    """When the oldest uncounted event of each subject happened."""
    cursor = CountCursor.objects.first()
    since = cursor.counted_until if cursor else at - REMEMBERED
    subjects = {subject for feature in FEATURES for subject in feature.source}
    rows = EventRecord.objects.filter(at__gt=since, at__lte=at, subject__in=subjects)
    return dict(rows.order_by().values_list("subject").annotate(Min("at")))
