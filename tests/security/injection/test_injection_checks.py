"""What a wording may not be, whatever the row: hidden signs, addresses, the model's own orders."""

from __future__ import annotations

import pytest

from tests.security.injection.checks import DRESSED, TOLD
from tests.security.injection.stage import NEUTRAL
from tips.decide.grounding import RECITED, objection, recites

ORDERS = [line for line in TOLD if len(line.split()) > RECITED and "{" not in line]


@pytest.mark.parametrize("dressed", DRESSED)
def test_a_dress_is_refused(dressed: str) -> None:
    assert objection(dressed.format(NEUTRAL), NEUTRAL, (), locale="en")


@pytest.mark.parametrize("order", ORDERS)
def test_orders_are_not_repeated(order: str) -> None:
    said = f"{NEUTRAL}. {order}"
    assert recites(said, "\n".join(TOLD), NEUTRAL)
    assert not recites(said, "\n".join(TOLD), f"{NEUTRAL} {order}")


def test_letters_may_be_joined() -> None:
    title = "\u0646\u0627\u0645\u0647\u200c\u0647\u0627 \U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert objection(f"{title}.", title, (), locale="fa") == ""
