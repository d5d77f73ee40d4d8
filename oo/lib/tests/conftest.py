"""Two servers that play models, and a file of aliases that names them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from oo.lib import llm
from oo.lib.tests.llm_models import TIME_S, SetUp
from tests.stand_ins.model import ModelStandIn


@pytest.fixture
def first() -> Iterator[ModelStandIn]:
    with ModelStandIn() as server:
        yield server


@pytest.fixture
def second() -> Iterator[ModelStandIn]:
    with ModelStandIn() as server:
        yield server


@pytest.fixture
def set_up(tmp_path: Path, settings: Any) -> Iterator[SetUp]:
    """Write a file of aliases with these models, and use it."""
    settings.OO_MODEL_TIMEOUT_S = TIME_S

    def write(*entries: dict[str, Any], **routing: Any) -> None:
        settings.OO_LITELLM_FILE = tmp_path / "litellm.yaml"
        said = {"model_list": list(entries), "router_settings": {"num_retries": 0, **routing}}
        settings.OO_LITELLM_FILE.write_text(yaml.safe_dump(said))
        llm.reset()

    yield write
    llm.reset()


@pytest.fixture
def cloud_key(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("TEST_CLOUD_KEY", "sk-of-a-test")
    return "sk-of-a-test"


@pytest.fixture
def nowhere() -> str:
    """An address at which nothing listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{held.getsockname()[1]}"
