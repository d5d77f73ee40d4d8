from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.stand_ins.openid import OpenIdStandIn


class Clock:
    """Unix seconds, as far ahead of the real ones as a test says."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def idp(clock: Clock) -> Iterator[OpenIdStandIn]:
    with OpenIdStandIn(clock=clock) as started:
        yield started
