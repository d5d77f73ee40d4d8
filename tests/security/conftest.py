from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import caches

from tests.security.journey import Journey, setting_out


@pytest.fixture(autouse=True)
def _fresh_limits() -> Iterator[None]:
    """Every test knocks from the same address: none may use up another one's share."""
    caches["default"].clear()
    yield
    caches["default"].clear()


@pytest.fixture
def journey(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Journey]:
    with setting_out(monkeypatch) as journey:
        yield journey
