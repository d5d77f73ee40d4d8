from __future__ import annotations

from collections import Counter
from random import Random

from agents.tests.people import task, view
from tips.decide.candidates import build_candidates
from tips.policies.random_task import RandomTask


def test_each_task_has_the_same_chance_and_says_so() -> None:
    seen = view(task(1), task(2), task(3), task(4))
    candidates, rng = build_candidates(seen, set()), Random(7)
    choices = [RandomTask().decide(seen, candidates, rng) for _ in range(2_000)]
    counts = Counter(c.chosen.candidate.key for c in choices if c.chosen)
    assert {c.propensity for c in choices} == {0.25}
    assert all(420 < n < 580 for n in counts.values())  # 500 expected, sd 19: four sigma
    assert len(counts) == 4


def test_the_same_seed_gives_the_same_task() -> None:
    seen = view(*(task(n) for n in range(1, 50)))
    candidates = build_candidates(seen, set())
    first, second = (RandomTask().decide(seen, candidates, Random(3)) for _ in range(2))
    assert first == second


def test_with_nothing_open_it_is_silent() -> None:
    assert RandomTask().decide(view(), [], Random(0)).silence == "nothing_open"
