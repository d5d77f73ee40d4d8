"""A choice by letter: orders, shares, and when it is believed."""

from __future__ import annotations

import math

import pytest

from tips.decide.letters import orders, shares, tally
from tips.decide.nominees import nominees


@pytest.mark.parametrize("count", range(1, 10))
def test_every_order_has_every_option_and_none_keeps_its_place(count: int) -> None:
    found = orders(count)
    assert all(sorted(order) == list(range(count)) for order in found)
    if count > 2:
        assert len({order[0] for order in found}) == len(found) == 3


def test_shares_come_from_probabilities_of_the_letters_that_were_offered() -> None:
    found = shares({"A": math.log(0.6), "B": math.log(0.2), "X": math.log(0.2)}, "A", "AB")
    assert found == pytest.approx([0.75, 0.25])


def test_without_probabilities_the_letter_that_was_said_counts() -> None:
    assert shares(None, " b) because", "ABC") == [0.0, 1.0, 0.0]
    assert shares(None, "None of them", "ABC") is None
    assert shares({"X": -0.1}, "X", "AB") is None


def test_the_same_option_in_every_order_is_believed() -> None:
    asked = orders(3)
    answers = [[0.9 if option == 1 else 0.05 for option in order] for order in asked]
    found = tally(asked, answers)
    assert (found.best, found.agrees, found.is_sure) == (1, True, True)


def test_a_favourite_place_is_no_choice() -> None:
    asked = orders(3)
    found = tally(asked, [[0.8, 0.1, 0.1]] * 3)
    assert not found.agrees
    assert not found.is_sure


def test_a_small_margin_is_not_believed() -> None:
    asked = orders(2)
    answers = [[0.55 if option == 0 else 0.45 for option in order] for order in asked]
    found = tally(asked, answers)
    assert (found.best, found.agrees, found.is_sure) == (0, True, False)


def test_nominees_are_the_first_of_the_ranking_and_what_agents_would_look_at() -> None:
    ranked = [f"task:{n}" for n in range(20)]
    by = {"task:15": ["a"], "task:18": ["b"]}
    found = nominees(ranked, by)
    assert found == [f"task:{n}" for n in (0, 1, 2, 3, 4, 5, 15, 18)]


def test_no_agent_fills_the_list_alone() -> None:
    ranked = [f"task:{n}" for n in range(20)]
    found = nominees(ranked, {f"task:{n}": ["a"] for n in range(10, 20)})
    assert found == [f"task:{n}" for n in (0, 1, 2, 3, 4, 10, 11, 12)]


def test_few_candidates_are_all_nominated() -> None:
    assert nominees(["a", "b"], {}) == ["a", "b"]
    assert nominees([], {}) == []
