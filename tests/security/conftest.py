from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.security.journey import Journey, setting_out


@pytest.fixture
def journey(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Journey]:
    with setting_out(monkeypatch) as journey:
        yield journey
