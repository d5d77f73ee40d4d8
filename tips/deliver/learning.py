"""What notifications were good for: shown to each person, and learnt from once a day."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Q

from tips.base import Reaction
from tips.decide.usefulness import FEATURES, PRIOR, Fitted, Model, Moment, Observation, fit
from tips.models import Interruption, UsefulnessFit

# After so long a notification without an answer has not helped.
HEARD_OUT = timedelta(hours=2)
# For so long a notification is remembered.
REMEMBERED = timedelta(days=28)
MOST_ROWS = 20_000
FITS_KEPT = timedelta(days=90)
KNOWN = frozenset(each.name for each in fields(Moment))
# Done, or taken note of, by what it said and soon. Later is a wrong moment.
HELPED = Q(tip__reaction=Reaction.DONE, tip__answered_at__lte=F("at") + HEARD_OUT)


@dataclass(frozen=True, slots=True)
class HitRate:
    """Of the last four weeks: how often oO spoke up, and how often that helped."""

    spoken: int
    helped: int


def hit_rate(user_id: UUID, *, at: datetime) -> HitRate:
    """What was sent just now counts when it has been answered, or two hours later. Two queries."""
    mine = Interruption.objects.filter(user_id=user_id, spoken=True, at__gt=at - REMEMBERED)
    known = mine.filter(HELPED | Q(at__lt=at - HEARD_OUT))
    return HitRate(known.count(), known.filter(HELPED).count())


def current_model() -> Model:
    """What was learnt last, else the prior. One query."""
    row = UsefulnessFit.objects.order_by("-fitted_at").first()
    if row is None or row.weights.keys() != FEATURES.keys():
        return PRIOR
    return Model(tuple(float(row.weights[name]) for name in FEATURES), row.slope, row.shift)


def learn(*, at: datetime) -> Fitted:
    """Fit the weights to how the newest notifications of everybody were answered, and keep them.

    Moments that another version put on record, with more or less in them, teach nothing.
    """
    over = Interruption.objects.filter(spoken=True, at__lt=at - HEARD_OUT, at__gt=at - REMEMBERED)
    rows = over.order_by("-at").annotate(has_helped=HELPED)
    newest = rows.values_list("features", "has_helped", "propensity")[:MOST_ROWS]
    observations = [
        Observation(Moment(**features), bool(has_helped), propensity)
        for features, has_helped, propensity in reversed(newest)
        if features.keys() == KNOWN
    ]
    fitted = fit(observations)
    UsefulnessFit.objects.filter(fitted_at__lt=at - FITS_KEPT).delete()
    UsefulnessFit.objects.create(
        fitted_at=at,
        count=fitted.count,
        weights=dict(zip(FEATURES, fitted.model.weights, strict=True)),
        slope=fitted.model.slope,
        shift=fitted.model.shift,
        loss=fitted.loss,
        prior_loss=fitted.prior_loss,
        error=fitted.error,
    )
    return fitted
