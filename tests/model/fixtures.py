"""For tests that ask a model: a server that says what it is told, where oO looks for its models."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from oo.lib import llm
from tests.stand_ins.model import ModelStandIn, Turn, entry, use_aliases

Use: TypeAlias = Callable[..., None]


@pytest.fixture
def model() -> Iterator[ModelStandIn]:
    with ModelStandIn() as server:
        yield server


@pytest.fixture
def use(model: ModelStandIn, settings: Any, tmp_path: Path) -> Iterator[Use]:
    """The stand-in behind tip-generator, with these skills; in a cloud, if one is named."""

    def write(*skills: str, cloud: str = "") -> None:
        use_aliases(settings, tmp_path, entry(model, *skills, cloud=cloud))

    yield write
    llm.reset()


def told(**traits: tuple[Any, str]) -> Turn:
    """What a model that reads answers: a value of each trait, and the words that it quotes."""
    return Turn(json.dumps({n: {"value": v, "quote": q} for n, (v, q) in traits.items()}))
