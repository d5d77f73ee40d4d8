"""Packages from elsewhere that carry the names of our folders must never take their place."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    "name", ["accounts", "agents", "events", "integrations", "lab", "notifier", "tips", "tests"]
)
def test_the_package_is_ours(name: str) -> None:
    module = import_module(name)
    assert module.__file__
    assert Path(module.__file__).is_relative_to(ROOT)
