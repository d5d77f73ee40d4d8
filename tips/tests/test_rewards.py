from __future__ import annotations

import pytest

from tips.decide.rewards import infer_reward
from tips.models import Tip


@pytest.mark.parametrize("dwell_s", [15.0, 60.0, 120.0])
def test_done_in_the_magic_zone_is_worth_one(dwell_s: float) -> None:
    assert infer_reward("done", dwell_s) == 1.0


@pytest.mark.parametrize("dwell_s", [0.0, 14.9, 120.1, 86_400.0, None])
def test_done_outside_it_is_worth_less_but_not_nothing(dwell_s: float | None) -> None:
    assert 0 < infer_reward("done", dwell_s) < 1


def test_a_wrong_tip_is_the_worst_that_can_happen() -> None:
    rewards = {reason: infer_reward("dismiss", 9, reason) for reason in ("", *Tip.Reason.values)}
    assert min(rewards, key=lambda reason: rewards[reason]) == "wrong"


def test_every_reaction_and_reason_has_a_reward_in_range() -> None:
    for reaction in Tip.Reaction.values:
        assert -1 <= infer_reward(reaction, 30.0) <= 1
    for reason in Tip.Reason.values:
        assert -1 <= infer_reward("dismiss", 30.0, reason) <= 1


def test_a_reaction_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(KeyError):
        infer_reward("shrug", 1.0)
