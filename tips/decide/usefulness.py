"""How likely it is that a person is glad to be told now: a logistic model of the moment. Pure.

Its weights are everybody's, each with a Gaussian prior, and are fitted to how notifications were
answered: Bayesian logistic regression at its mode (Bishop, Pattern Recognition and Machine
Learning, 4.5), by Newton's method one weight at a time, which needs no matrix. Each person differs
by the count of their own answers, under a beta prior: old answers count for less, so that after a
bad week oO speaks less by itself.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

# The prior of a person: of ten notifications three and a half help.
HELPED, MISSED = 3.5, 6.5
# After so many days an answer counts for half.
HALF_LIFE_DAYS = 7.0

MOST_POINTS = 120.0
SHORT_GAP_MIN, CLEAR_MIN = 15.0, 60.0
TOLD_FADES_S, LOOKED_FADES_S = 3 * 3_600.0, 2 * 3_600.0

# Passes over all weights at most; one whose largest step is below ENOUGH is the last.
PASSES, ENOUGH = 60, 1e-4
# No single moment that was tried may weigh more than so many others.
MOST_WEIGHT = 10.0


@dataclass(frozen=True, slots=True)
class Moment:
    """What a decision rests on, and all that its log keeps.

    score         points by which the tip was chosen
    hour          of the person's day, 0 to 24
    here_s        seconds since the person looked at oO; None: not in four weeks
    told_s        seconds since the last notification; None: none in four weeks
    helped        notifications of four weeks that were done within hours, newer ones counting more
    missed        the others, in the same way
    free_min      minutes to the next meeting; None: none comes
    """

    score: float
    presses: bool
    leads_somewhere: bool
    unasked: bool
    hour: float
    is_weekend: bool
    here_s: float | None
    told_s: float | None
    told_today: int
    helped: float
    missed: float
    free_min: float | None

    def features(self) -> dict[str, float | bool | None]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Feature:
    """mean and sd: of its weight, in log-odds, before anything is known."""

    read: Callable[[Moment], float]
    mean: float
    sd: float


def _fades(seconds: float | None, over_s: float) -> float:
    return 0.0 if seconds is None else math.exp(-max(seconds, 0.0) / over_s)


def _is_between(since: float, until: float) -> Callable[[Moment], float]:
    return lambda m: float(since <= m.hour < until)


# Shy: a tip of 50 points without anything else is of use in three of ten moments.
FEATURES: Mapping[str, Feature] = {
    "always": Feature(lambda m: 1.0, -2.1, 1.0),
    "points": Feature(lambda m: min(max(m.score, 0.0), MOST_POINTS) / 100.0, 2.5, 0.7),
    # It has to be begun within hours.
    "presses": Feature(lambda m: float(m.presses), 1.1, 0.5),
    # A reminder is of use now or never.
    "leads_somewhere": Feature(lambda m: float(m.leads_somewhere), 1.6, 0.5),
    # Advice and insights can wait for a look.
    "unasked": Feature(lambda m: float(m.unasked), -0.5, 0.5),
    # There is hardly time before the next meeting.
    "short_gap": Feature(
        lambda m: float(
            m.free_min is not None and m.free_min < SHORT_GAP_MIN and not m.leads_somewhere
        ),
        -0.6, 0.5,
    ),
    "clear_hour": Feature(lambda m: float(m.free_min is None or m.free_min >= CLEAR_MIN), 0.0, 0.5),
    "early": Feature(_is_between(5, 9), 0.0, 0.5),
    "midday": Feature(_is_between(12, 14), 0.0, 0.5),
    "evening": Feature(_is_between(18, 21), 0.0, 0.5),
    "late": Feature(lambda m: float(m.hour >= 21 or m.hour < 5), -0.5, 0.5),
    "weekend": Feature(lambda m: float(m.is_weekend), 0.0, 0.5),
    "told_lately": Feature(lambda m: _fades(m.told_s, TOLD_FADES_S), -0.4, 0.5),
    "looked_lately": Feature(lambda m: _fades(m.here_s, LOOKED_FADES_S), 0.0, 0.5),
}  # fmt: skip
READERS = tuple(feature.read for feature in FEATURES.values())
Vector = tuple[float, ...]


def vector_of(moment: Moment) -> Vector:
    return tuple([read(moment) for read in READERS])


def of_this_person(helped: float, missed: float) -> float:
    """What is added to everybody's log-odds for this person: 0 while nothing is known of them."""
    return math.log((helped + HELPED) / (missed + MISSED) / (HELPED / MISSED))


def counts_for(age_s: float) -> float:
    """The weight of an answer of that age: 1 when new, 0.5 after HALF_LIFE_DAYS."""
    return float(0.5 ** (age_s / (HALF_LIFE_DAYS * 86_400.0)))


@dataclass(frozen=True, slots=True)
class Model:
    """Weights in the order of FEATURES; slope and shift calibrate their sum: see `fit`."""

    weights: Vector
    slope: float = 1.0
    shift: float = 0.0

    def usefulness(self, moment: Moment) -> float:
        """The probability that the person is glad of it now."""
        odds = sum(map(float.__mul__, self.weights, vector_of(moment)))
        return logistic(self._calibrated(odds + of_this_person(moment.helped, moment.missed)))

    def _calibrated(self, odds: float) -> float:
        return self.slope * odds + self.shift


PRIOR = Model(tuple(feature.mean for feature in FEATURES.values()))


@dataclass(frozen=True, slots=True)
class Observation:
    """A notification, whether it helped, and the chance with which it was sent."""

    moment: Moment
    helped: bool
    propensity: float = 1.0

    @property
    def count(self) -> float:
        """Its weight: one that was sent with a chance of 0.1 stands for ten, as in Horvitz and
        Thompson 1952.
        """
        return min(MOST_WEIGHT, 1.0 / self.propensity)


@dataclass(frozen=True, slots=True)
class Fitted:
    """model  the prior, unless what was learnt did better on the newest fifth

    loss, prior_loss  mean log-loss of a notification there, in nats; None: too few to try
    error             expected calibration error there, in five bins of about equal size
    """

    model: Model
    count: int
    loss: float | None = None
    prior_loss: float | None = None
    error: float | None = None


LEAST = 50  # notifications, below which nothing is learnt
SURE = 1.645  # standard errors: chance alone gains as much in one of twenty cases


def fit(observations: Sequence[Observation]) -> Fitted:
    """Learn from notifications, the oldest first.

    Weights come from the oldest three fifths, are calibrated on the fifth after them and judged on
    the newest. Only where they are better there than the prior, by more than chance would have it,
    they are used, then from all of them.
    """
    count = len(observations)
    if count < LEAST:
        return Fitted(PRIOR, count)
    old, middle, new = (
        observations[count * first // 5 : count * last // 5]
        for first, last in ((0, 3), (3, 4), (4, 5))
    )
    weights = _fit_weights(old)
    slope, shift = _calibrate(Model(weights), middle)
    tried = Model(weights, slope, shift)
    loss, prior_loss = log_loss(tried, new), log_loss(PRIOR, new)
    error = calibration_error(tried, new)
    if prior_loss - loss <= SURE * _standard_error(tried, new):
        return Fitted(PRIOR, count, loss, prior_loss, error)
    model = Model(_fit_weights(observations), slope, shift)
    return Fitted(model, count, loss, prior_loss, error)


def _loss(model: Model, each: Observation) -> float:
    p = min(max(model.usefulness(each.moment), 1e-9), 1 - 1e-9)
    return -math.log(p if each.helped else 1.0 - p)


def log_loss(model: Model, observations: Sequence[Observation]) -> float:
    total = sum(each.count * _loss(model, each) for each in observations)
    return total / sum(each.count for each in observations)


def _standard_error(model: Model, observations: Sequence[Observation]) -> float:
    """Of the weighted mean by which a notification's log-loss is lower than with the prior."""
    gains = [(each.count, _loss(PRIOR, each) - _loss(model, each)) for each in observations]
    total = sum(count for count, _gain in gains)
    mean = sum(count * gain for count, gain in gains) / total
    return math.sqrt(sum((count * (gain - mean)) ** 2 for count, gain in gains)) / total


def calibration_error(model: Model, observations: Sequence[Observation], bins: int = 5) -> float:
    """Mean distance of predicted probability and observed share, over bins of about equal size."""
    said: dict[float, list[Observation]] = defaultdict(list)
    for each in observations:
        said[model.usefulness(each.moment)].append(each)
    size = max(1, math.ceil(len(observations) / bins))
    # Equal probabilities share a bin: sorted by outcome and split, they would be off in each part.
    error, off, rows = 0.0, 0.0, 0
    for p in sorted(said):
        off += sum(each.count * (p - each.helped) for each in said[p])
        rows += len(said[p])
        if rows >= size:
            error, off, rows = error + abs(off), 0.0, 0
    return (error + abs(off)) / sum(each.count for each in observations)


def logistic(odds: float) -> float:
    if odds >= 0:
        return 1.0 / (1.0 + math.exp(-odds))
    grown = math.exp(odds)
    return grown / (1.0 + grown)


@dataclass(slots=True)
class _Problem:
    """rows     the inputs
    offsets  added to the weighted sum of each row, and not learnt
    counts   how many rows each stands for
    means, sds  the Gaussian prior of each weight
    found    the weights so far
    """

    rows: Sequence[Vector]
    helped: Sequence[bool]
    offsets: Sequence[float]
    counts: Sequence[float]
    means: Vector
    sds: Vector
    found: list[float] = field(default_factory=list)

    def solve(self) -> Vector:
        """The mode of the posterior. There is only one, so it does not matter where it begins."""
        self.found = list(self.means)
        sums = [
            offset + sum(map(float.__mul__, self.found, row))
            for row, offset in zip(self.rows, self.offsets, strict=True)
        ]
        for _pass in range(PASSES):
            steps = [self._step(number, sums) for number in range(len(self.found))]
            if max(map(abs, steps)) < ENOUGH:
                break
        return tuple(self.found)

    def _step(self, number: int, sums: list[float]) -> float:
        """Move one weight by a Newton step, the others as they are. Returns how far it moved."""
        precision = 1.0 / self.sds[number] ** 2
        slope, curve = (self.found[number] - self.means[number]) * precision, precision
        touched = [i for i, row in enumerate(self.rows) if row[number]]
        for i in touched:
            value, p = self.rows[i][number], logistic(sums[i])
            slope += self.counts[i] * (p - self.helped[i]) * value
            curve += self.counts[i] * p * (1.0 - p) * value * value
        # Newton alone may overshoot where the curve is flat.
        step = max(-1.0, min(1.0, -slope / curve))
        self.found[number] += step
        for i in touched:
            sums[i] += step * self.rows[i][number]
        return step


def _fit_weights(observations: Sequence[Observation]) -> Vector:
    return _Problem(
        rows=[vector_of(each.moment) for each in observations],
        helped=[each.helped for each in observations],
        offsets=[of_this_person(e.moment.helped, e.moment.missed) for e in observations],
        counts=[each.count for each in observations],
        means=PRIOR.weights,
        sds=tuple(feature.sd for feature in FEATURES.values()),
    ).solve()


def _calibrate(model: Model, observations: Sequence[Observation]) -> tuple[float, float]:
    """Slope and shift of the sum (Platt 1999); with few data the prior keeps them near 1 and 0."""
    odds = [
        sum(map(float.__mul__, model.weights, vector_of(each.moment)))
        + of_this_person(each.moment.helped, each.moment.missed)
        for each in observations
    ]
    slope, shift = _Problem(
        rows=[(each, 1.0) for each in odds],
        helped=[each.helped for each in observations],
        offsets=[0.0] * len(odds),
        counts=[each.count for each in observations],
        means=(1.0, 0.0),
        sds=(0.25, 0.25),
    ).solve()
    return slope, shift
