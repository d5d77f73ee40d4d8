"""What holds of every policy, whoever it decides for: those that are installed find themselves."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.base import UserView
from agents.tests.people import view
from agents.tests.test_angles import VIEWS
from tips.base import Choice
from tips.decide.candidates import build_candidates
from tips.registry import POLICIES

SEEDS = st.integers(0, 9)
EVERY = pytest.mark.parametrize("key", POLICIES.load())


def decide(key: str, seen: UserView, seed: int) -> Choice:
    return POLICIES[key].decide(seen, build_candidates(seen, set()), Random(seed))


@EVERY
@settings(max_examples=60, deadline=None)
@given(seen=VIEWS, seed=SEEDS)
def test_it_chooses_from_what_it_ranked_or_says_why_not(
    key: str, seen: UserView, seed: int
) -> None:
    choice = decide(key, seen, seed)
    offered = {c.key for c in build_candidates(seen, set())}
    assert {s.candidate.key for s in choice.ranking} <= offered
    assert (choice.chosen is None) == bool(choice.silence)
    assert choice.chosen is None or choice.chosen in choice.ranking
    assert 0 < choice.propensity <= 1
    assert 0 <= choice.confidence <= 1
    assert choice.until is None or choice.until > seen.now


@EVERY
@settings(max_examples=60, deadline=None)
@given(seen=VIEWS, seed=SEEDS)
def test_it_says_why_it_is_silent(key: str, seen: UserView, seed: int) -> None:
    """A reason or a penalty may do without words. A silence without is told as any other."""
    silence = decide(key, seen, seed).silence
    assert silence in {"", "nothing_open", *POLICIES[key].manifest.silences}


@EVERY
def test_a_code_is_a_reason_or_a_penalty(key: str) -> None:
    manifest = POLICIES[key].manifest
    assert not manifest.reasons.keys() & manifest.penalties.keys()


@EVERY
@settings(max_examples=30, deadline=None)
@given(seen=VIEWS, seed=SEEDS)
def test_the_same_view_and_the_same_chance_decide_the_same(
    key: str, seen: UserView, seed: int
) -> None:
    assert decide(key, seen, seed) == decide(key, seen, seed)


@EVERY
def test_of_nothing_it_has_nothing_to_choose(key: str) -> None:
    choice = POLICIES[key].decide(view(), (), Random(0))
    assert (choice.ranking, choice.chosen) == ((), None)
    assert choice.silence
