from __future__ import annotations

import pytest

from tips.base import Kind
from tips.decide.kinds import WAYS
from tips.decide.rewards import infer_reward
from tips.models import Tip

TABLE = [
    # kind, dwell_s, left_s, reward of "done"
    ("task", None, None, 0.7),
    ("task", 0.0, None, 0.6),
    ("task", 14.9, None, 0.6),
    ("task", 15.0, None, 1.0),
    ("task", 120.0, None, 1.0),
    ("task", 120.1, None, 0.8),
    ("task", 1_800.0, None, 0.8),
    ("task", 86_400.0, None, 0.5),
    ("advice", 1.9, None, 0.1),
    ("advice", 2.0, None, 0.5),
    ("insight", None, None, 0.3),
    ("insight", 0.0, None, 0.1),
    ("insight", 1.9, None, 0.1),
    ("insight", 2.0, None, 0.5),
    ("insight", 86_400.0, None, 0.5),
    ("reminder", 0.5, 600.0, 0.8),
    ("reminder", None, 1.0, 0.8),
    ("reminder", None, None, 0.8),
    ("reminder", 9.0, 0.0, 0.0),
    ("reminder", 9.0, -60.0, 0.0),
]


@pytest.mark.parametrize(("kind", "dwell_s", "left_s", "reward"), TABLE)
def test_what_it_is_worth_to_be_taken_up(
    kind: str, dwell_s: float | None, left_s: float | None, reward: float
) -> None:
    assert infer_reward(kind, "done", dwell_s, left_s=left_s) == reward


def test_a_wrong_tip_is_the_worst_that_can_happen() -> None:
    reasons = ("", *Tip.Reason.values)
    rewards = {reason: infer_reward("task", "dismiss", 9, reason) for reason in reasons}
    assert min(rewards, key=lambda reason: rewards[reason]) == "wrong"


@pytest.mark.parametrize("kind", Kind)
def test_every_reaction_and_reason_has_a_reward_in_range(kind: Kind) -> None:
    for offer in WAYS[kind].offers:
        assert -1 <= infer_reward(kind, offer.reaction, 30.0, offer.implies) <= 1
    for reason in Tip.Reason.values:
        assert -1 <= infer_reward(kind, "dismiss", 30.0, reason) <= 1


def test_a_reaction_or_a_kind_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(KeyError):
        infer_reward("task", "shrug", 1.0)
    with pytest.raises(ValueError, match="rumour"):
        infer_reward("rumour", "done", 1.0)
