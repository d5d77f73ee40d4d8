from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings

from tests.security.journey import Journey, setting_out


@pytest.fixture(autouse=True)
def _at_any_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests live in the real time, in which good sense is silent at night."""
    monkeypatch.setattr(settings, "OO_POLICY", "deadline_first")


@pytest.fixture
def journey(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Journey]:
    with setting_out(monkeypatch) as journey:
        yield journey
