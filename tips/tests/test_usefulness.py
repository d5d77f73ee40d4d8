"""What is learnt from answers: on made-up people of whom it is known what they like."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from tips.decide.interrupting import Dial, weigh
from tips.decide.usefulness import (
    FEATURES,
    LEAST,
    PRIOR,
    Model,
    Moment,
    Observation,
    calibration_error,
    fit,
    log_loss,
    logistic,
    vector_of,
)

HOUR_S = 3_600.0
Taste = Callable[[Moment], float]  # the true log-odds that it helps


def moment_of(rng: Random) -> Moment:
    return Moment(
        score=rng.uniform(10, 110),
        presses=rng.random() < 0.3,
        leads_somewhere=rng.random() < 0.15,
        unasked=rng.random() < 0.1,
        hour=rng.uniform(7, 22),
        is_weekend=rng.random() < 0.3,
        here_s=rng.choice([None, rng.expovariate(1 / (4 * HOUR_S))]),
        told_s=rng.choice([None, rng.expovariate(1 / (8 * HOUR_S))]),
        told_today=0,
        helped=0.0,
        missed=0.0,
        free_min=rng.choice([None, rng.uniform(5, 300)]),
    )


def lived(taste: Taste, count: int, *, seed: int = 1) -> list[Observation]:
    rng, found = Random(seed), list[Observation]()
    for _ in range(count):
        moment = moment_of(rng)
        found.append(Observation(moment, rng.random() < logistic(taste(moment))))
    return found


def evenings_only(moment: Moment) -> float:
    return 1.5 if moment.hour >= 18 else -2.0


def as_expected(moment: Moment) -> float:
    return sum(a * b for a, b in zip(PRIOR.weights, vector_of(moment), strict=True))


def test_below_fifty_nothing_is_learnt() -> None:
    fitted = fit(lived(evenings_only, LEAST - 1))
    assert (fitted.model, fitted.count, fitted.loss) == (PRIOR, LEAST - 1, None)


def test_what_people_like_is_learnt_and_what_is_said_comes() -> None:
    fitted, others = fit(lived(evenings_only, 2_000)), lived(evenings_only, 2_000, seed=2)
    noon, evening = (replace(moment_of(Random(3)), hour=hour) for hour in (13.0, 19.0))
    assert fitted.model.usefulness(evening) > 0.6
    assert fitted.model.usefulness(noon) < 0.3
    assert log_loss(fitted.model, others) < 0.7 * log_loss(PRIOR, others)
    assert calibration_error(fitted.model, others) < 0.05 < calibration_error(PRIOR, others)
    assert fitted.loss is not None
    assert fitted.prior_loss is not None
    assert fitted.loss < fitted.prior_loss


def test_of_few_answers_little_is_believed() -> None:
    """A hundred by chance, of people who are as everybody was thought to be."""
    fitted, others = fit(lived(as_expected, 100)), lived(as_expected, 4_000, seed=2)
    assert log_loss(fitted.model, others) < 1.03 * log_loss(PRIOR, others)


def test_chance_alone_seldom_replaces_the_prior() -> None:
    """Of thirty times that nothing is to be learnt."""
    learnt = [fit(lived(as_expected, 60, seed=seed)).model != PRIOR for seed in range(30)]
    assert sum(learnt) <= 3


def test_what_is_said_alike_is_judged_as_one() -> None:
    """A third was said of each, and a third came: where they stand in the log is no matter."""
    moment = moment_of(Random(5))
    said = PRIOR.usefulness(moment)
    came = [Observation(moment, n < round(said * 1_000)) for n in range(1_000)]
    assert calibration_error(PRIOR, came) < 0.01
    Random(1).shuffle(came)
    assert calibration_error(PRIOR, came) < 0.01


def test_what_is_worse_than_the_prior_is_not_used() -> None:
    """The newest fifth is nothing like what came before."""
    before, after = lived(lambda _m: -4.0, 400), lived(lambda _m: 4.0, 100)
    fitted = fit([*before, *after])
    assert fitted.model == PRIOR
    assert fitted.loss is not None
    assert fitted.prior_loss is not None
    assert fitted.loss > fitted.prior_loss


def test_what_was_tried_stands_for_what_was_kept_back() -> None:
    """Of the weak moments one in ten was sent: it counts as ten."""
    weak = replace(moment_of(Random(5)), score=20.0, presses=False, leads_somewhere=False)
    seen = [Observation(weak, helped=True, propensity=0.1)] * 60
    seen += [Observation(weak, helped=False)] * 200
    Random(1).shuffle(seen)
    once = fit(seen).model.usefulness(weak)
    unweighted = fit([replace(each, propensity=1.0) for each in seen]).model.usefulness(weak)
    assert once > unweighted + 0.2


def test_how_a_person_differs_is_not_learnt_for_everybody() -> None:
    """One to whom nothing is of use is why their own count is low, and not the hour."""
    sour = [replace(each, moment=replace(each.moment, helped=0.0, missed=60.0))
            for each in lived(lambda _m: -3.5, 400)]  # fmt: skip
    model = fit([*lived(as_expected, 1_200), *sour]).model
    fresh = moment_of(Random(9))
    assert model.usefulness(fresh) == pytest.approx(PRIOR.usefulness(fresh), abs=0.15)


def test_the_mode_is_where_the_slope_is_flat() -> None:
    """Against the gradient by its definition, of every weight."""
    seen = lived(evenings_only, 300)
    model = fit(seen).model
    weights = Model(model.weights)

    def posterior(weights: tuple[float, ...]) -> float:
        loss = log_loss(Model(weights), seen) * len(seen)
        prior = sum(
            (w - m) ** 2 / (2 * f.sd**2)
            for w, m, f in zip(weights, PRIOR.weights, FEATURES.values(), strict=True)
        )
        return loss + prior

    at_mode = posterior(weights.weights)
    for number in range(len(weights.weights)):
        for step in (-0.05, 0.05):
            moved = list(weights.weights)
            moved[number] += step
            assert posterior(tuple(moved)) > at_mode - 1e-6


def test_numbers_stay_numbers() -> None:
    assert logistic(1e6) == 1.0
    assert logistic(-1e6) == 0.0
    assert not math.isnan(logistic(0.0))


def test_a_model_that_was_learnt_decides() -> None:
    model = fit(lived(evenings_only, 2_000)).model
    noon = replace(moment_of(Random(3)), hour=13.0, here_s=None, told_s=None, score=100.0,
                   presses=True)  # fmt: skip
    assert weigh(noon, Dial.SOMETIMES).speaks
    assert not weigh(noon, Dial.SOMETIMES, model=model).speaks
