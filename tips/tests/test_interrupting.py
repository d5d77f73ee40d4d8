"""When an interruption is worth it: by what it rests on, one thing after the other."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tips.decide.interrupting import (
    MANNERS,
    Dial,
    Moment,
    of_this_person,
    usefulness,
    weigh,
)

HOUR_S = 3_600.0
# A task that has to be begun within hours, and somebody who was not here since the morning.
GOOD = Moment(
    score=90.0, presses=True, leads_somewhere=False, here_s=4 * HOUR_S, told_s=None, told_today=0,
    heeded=0, unheeded=0, free_min=None,
)  # fmt: skip
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
    assert why(unheeded=40) == "not_worth_it"
    assert why(score=60.0, presses=False) == "not_worth_it"
    assert why(score=60.0, presses=False, heeded=20) == "worth_it"
    # One answer more or less is no reason to change one's ways.
    assert abs(usefulness(replace(GOOD, unheeded=1)) - usefulness(GOOD)) < 0.05


@given(
    st.floats(-500, 500), st.booleans(), st.booleans(), st.integers(0, 500), st.integers(0, 500),
    st.one_of(st.none(), st.floats(0, 1e4)),
)  # fmt: skip
def test_it_is_a_probability_and_grows_with_what_speaks_for_it(
    score: float, presses: bool, leads: bool, heeded: int, unheeded: int, free: float | None
) -> None:
    moment = replace(
        GOOD, score=score, presses=presses, leads_somewhere=leads, heeded=heeded,
        unheeded=unheeded, free_min=free,
    )  # fmt: skip
    p = usefulness(moment)
    assert 0.0 < p < 1.0
    assert not math.isnan(p)
    assert usefulness(replace(moment, score=score + 10)) >= p
    assert usefulness(replace(moment, heeded=heeded + 1)) > p
    assert usefulness(replace(moment, unheeded=unheeded + 1)) < p
    assert usefulness(replace(moment, presses=True)) >= p
