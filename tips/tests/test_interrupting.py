"""When an interruption is worth it: by what it rests on, one thing after the other."""

from __future__ import annotations

import math
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tips.decide.interrupting import MANNERS, TRIED, TRIED_FROM, Dial, weigh
from tips.decide.usefulness import (
    HALF_LIFE_DAYS,
    PRIOR,
    Moment,
    counts_for,
    of_this_person,
)

HOUR_S = 3_600.0
# A task that has to be begun within hours, and somebody who was not here since the morning.
GOOD = Moment(
    score=90.0, presses=True, leads_somewhere=False, unasked=False, hour=10.0, is_weekend=False,
    here_s=4 * HOUR_S, told_s=None, told_today=0, helped=0.0, missed=0.0, free_min=None,
)  # fmt: skip
usefulness = PRIOR.usefulness
SOMETIMES = MANNERS[Dial.SOMETIMES]


def why(dial: Dial = Dial.SOMETIMES, **changed: Any) -> str:
    return weigh(replace(GOOD, **changed), dial).why


def test_what_presses_is_said_and_a_small_thing_waits_for_a_look() -> None:
    assert why() == "worth_it"
    assert why(score=25.0, presses=False) == "not_worth_it"
    assert why(score=25.0, presses=False, leads_somewhere=True) == "worth_it"  # a meeting


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"here_s": 599.0}, "here"),
        ({"here_s": 600.0}, "worth_it"),
        ({"here_s": None}, "worth_it"),
        ({"told_today": SOMETIMES.most}, "enough_today"),
        ({"told_today": SOMETIMES.most - 1, "told_s": 2 * HOUR_S}, "worth_it"),
        ({"told_today": 1, "told_s": SOMETIMES.apart.total_seconds() - 1}, "too_soon"),
    ],
)
def test_what_keeps_it_back_has_a_name(changed: dict[str, Any], reason: str) -> None:
    assert why(**changed) == reason


def test_the_dial_says_how_much_and_how_often() -> None:
    asked = [MANNERS[dial] for dial in (Dial.RARELY, Dial.SOMETIMES, Dial.OFTEN)]
    assert [m.needed for m in asked] == sorted((m.needed for m in asked), reverse=True)
    assert [m.most for m in asked] == sorted(m.most for m in asked)
    assert [m.apart for m in asked] == sorted((m.apart for m in asked), reverse=True)
    middling = {"score": 50.0, "presses": True}
    assert [why(dial, **middling) for dial in Dial] == ["not_worth_it", "worth_it", "worth_it"]


def test_whom_it_only_disturbs_it_disturbs_less() -> None:
    assert of_this_person(0, 0) == 0.0
    assert of_this_person(0, 20) < 0.0 < of_this_person(20, 0)
    assert why(missed=25) == "not_worth_it"
    assert why(score=60.0, presses=False) == "not_worth_it"
    assert why(score=60.0, presses=False, helped=20) == "worth_it"
    # One answer more or less is no reason to change one's ways.
    assert abs(usefulness(replace(GOOD, missed=1)) - usefulness(GOOD)) < 0.05


@given(
    st.floats(-500, 500), st.booleans(), st.booleans(), st.floats(0, 500), st.floats(0, 500),
    st.one_of(st.none(), st.floats(0, 1e4)),
)  # fmt: skip
def test_it_is_a_probability_and_grows_with_what_speaks_for_it(
    score: float, presses: bool, leads: bool, helped: float, missed: float, free: float | None
) -> None:
    moment = replace(
        GOOD, score=score, presses=presses, leads_somewhere=leads, helped=helped,
        missed=missed, free_min=free,
    )  # fmt: skip
    p = usefulness(moment)
    assert 0.0 < p < 1.0
    assert not math.isnan(p)
    assert usefulness(replace(moment, score=score + 10)) >= p
    assert usefulness(replace(moment, helped=helped + 1)) > p
    assert usefulness(replace(moment, missed=missed + 1)) < p
    assert usefulness(replace(moment, presses=True)) >= p


def test_after_a_bad_week_it_speaks_less_and_a_month_later_as_before() -> None:
    good_before: dict[str, Any] = {"helped": 3.0, "missed": 2.0}
    assert why(score=60.0, presses=False, leads_somewhere=True, **good_before) == "worth_it"
    week = sum(counts_for(day * 86_400.0) for day in range(7))
    bad: dict[str, Any] = {"helped": 3.0 * 0.5, "missed": 2.0 * 0.5 + 2 * week}
    assert why(score=60.0, presses=False, leads_somewhere=True, **bad) == "worth_it"
    assert why(score=45.0, presses=True, **good_before) == "worth_it"
    assert why(score=45.0, presses=True, **bad) == "not_worth_it"
    later = counts_for(28 * 86_400.0)
    faded: dict[str, Any] = {"helped": 3.0 * later, "missed": (2.0 + 2 * 7) * later}
    assert why(score=45.0, presses=True, **faded) == "worth_it"


def test_an_answer_counts_for_half_after_a_week() -> None:
    assert counts_for(0.0) == 1.0
    assert counts_for(HALF_LIFE_DAYS * 86_400.0) == 0.5


@pytest.mark.parametrize("held", ["meeting", "quiet"])
def test_what_holds_it_back_holds_it_whatever_it_is_worth(held: str) -> None:
    best = replace(GOOD, score=120.0, leads_somewhere=True, helped=50.0)
    assert weigh(best, Dial.OFTEN, held=held, rng=Random(1)).why == held


def test_one_of_ten_doubtful_moments_is_tried_where_that_was_agreed_to() -> None:
    doubtful, rng = replace(GOOD, score=30.0, presses=True), Random(1)
    needed = SOMETIMES.needed
    assert TRIED_FROM * needed <= usefulness(doubtful) < needed
    said = [weigh(doubtful, Dial.SOMETIMES, rng=rng) for _ in range(2_000)]
    tried = [verdict for verdict in said if verdict.speaks]
    assert 0.07 < len(tried) / len(said) < 0.13
    assert {(v.why, v.propensity) for v in said} == {
        ("tried", TRIED), ("not_worth_it", 1.0 - TRIED),
    }  # fmt: skip
    assert not any(weigh(doubtful, Dial.SOMETIMES).speaks for _ in range(200))
    hopeless = replace(GOOD, score=0.0, presses=False)
    assert not any(weigh(hopeless, Dial.SOMETIMES, rng=rng).speaks for _ in range(200))


@pytest.mark.parametrize("changed", [{"here_s": 1.0}, {"told_today": 3}, {"told_s": 60.0}])
def test_nothing_is_tried_against_good_manners(changed: dict[str, Any]) -> None:
    doubtful, rng = replace(GOOD, score=30.0, **changed), Random(1)
    assert not any(weigh(doubtful, Dial.SOMETIMES, rng=rng).speaks for _ in range(200))
