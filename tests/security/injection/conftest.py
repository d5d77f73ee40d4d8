from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from oo.lib import llm
from tests.clock import NOON
from tests.factories import make_connection
from tests.security.injection.corpus import hostile
from tests.security.injection.stage import CHUNKS, Stage
from tests.stand_ins.model import ModelStandIn
from tests.thorough import as_many
from tips.polish import wording

ANSWERS = 2  # that a model may give here: one for each way to obey


@pytest.fixture(autouse=True)
def _always_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOON)


@pytest.fixture
def model() -> Iterator[ModelStandIn]:
    with ModelStandIn() as server:
        yield server
    llm.reset()


@pytest.fixture
def stage(
    bob: User, model: ModelStandIn, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Stage:
    settings.OO_LITELLM_FILE = tmp_path / "litellm.yaml"
    settings.OO_MODEL_TOKENS_PERSON = settings.OO_MODEL_TOKENS_ALL = 10**9
    monkeypatch.setattr(wording, "ATTEMPTS", ANSWERS)
    return Stage(model, make_connection(bob))


@pytest.fixture(params=range(as_many(CHUNKS // 4, CHUNKS)))
def numbered(request: Any) -> list[tuple[int, str]]:
    """A part of the strings, each with its number."""
    return list(enumerate(hostile()))[request.param :: CHUNKS]
