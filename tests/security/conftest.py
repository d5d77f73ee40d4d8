from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.security.journey import Journey, setting_out


@pytest.fixture(autouse=True)
def _at_any_hour(settings: Any) -> None:
    """These tests live in the real time, in which good sense is silent at night."""
    settings.OO_POLICY = "deadline_first"


@pytest.fixture
def journey(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Journey]:
    with setting_out(monkeypatch) as journey:
        yield journey
