from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC

import pytest
import time_machine

from accounts.models import User
from tests.clock import NOON


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON.astimezone(UTC), tick=False) as traveller:
        yield traveller


@pytest.fixture
def alice(alice: User) -> User:
    alice.profile.locale = "de"
    alice.profile.save()
    return alice
