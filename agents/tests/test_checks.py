from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agents.apps import check_plugins
from agents.base import Agent, Inference
from agents.registry import AGENTS, INFERENCES


def test_what_is_installed_fits() -> None:
    assert check_plugins() == []


@pytest.mark.parametrize(
    "plugin",
    [AGENTS["overdue-task"], INFERENCES["focus-area"]],
    ids=lambda plugin: plugin.manifest.key,
)
def test_a_consent_that_nobody_can_give_is_told(
    monkeypatch: pytest.MonkeyPatch, plugin: Agent | Inference
) -> None:
    manifest: Any = replace(plugin.manifest, consents=("tasks", "calender"))
    monkeypatch.setattr(plugin, "manifest", manifest)
    (error,) = check_plugins()
    assert error.msg.startswith(
        f"{manifest.key}: no consent 'calender', only terms, privacy, tasks"
    )
