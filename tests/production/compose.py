"""Reads docker-compose.yml as `docker compose` does, as far as this file goes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
PLACE = re.compile(r"\$(?:(\$)|\{(\w+)(?::([?-])([^}]*))?\})")

# What deploy/new-env.sh and the person who installs would have put into .env.
FILLED_IN = {
    "OO_HOST": "oo.test",
    "OO_SECRET_KEY": "only-for-tests-" + "k" * 50,
    "OO_ENCRYPTION_KEYS": "dGVzdC1rZXktdGVzdC1rZXktdGVzdC1rZXktdGVzdCE=",
    "POSTGRES_PASSWORD": "only-for-tests",
    "OO_OPERATOR_NAME": "Example",
    "OO_OPERATOR_CONTACT": "oo@example.com",
}


class Unset(Exception):
    """A variable that has to be set is not; the text says what compose would say."""


def read(env: Mapping[str, str] = FILLED_IN) -> dict[str, Any]:
    """The whole file, with the variables filled in. Raises Unset."""
    raw = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    filled: dict[str, Any] = _fill(raw, env)
    return filled


def services(env: Mapping[str, str] = FILLED_IN) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = read(env)["services"]
    return found


def variables() -> set[str]:
    """Every variable that the file takes from .env."""
    places = PLACE.findall((ROOT / "docker-compose.yml").read_text())
    return {name for _escape, name, _mode, _word in places if name}


def _fill(node: Any, env: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: _fill(value, env) for key, value in node.items()}
    if isinstance(node, list):
        return [_fill(value, env) for value in node]
    return _fill_text(node, env) if isinstance(node, str) else node


def _fill_text(text: str, env: Mapping[str, str]) -> str:
    def value(place: re.Match[str]) -> str:
        escape, name, mode, word = place.groups()
        if escape:
            return "$"
        if not env.get(name) and mode == "?":
            raise Unset(f"{name}: {word}")
        return env.get(name) or (word if mode == "-" else "")

    return PLACE.sub(value, text)
