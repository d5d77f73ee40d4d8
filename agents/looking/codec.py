"""Snippets as JSON and back."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from pydantic import TypeAdapter, ValidationError

from agents.base import Snippet

ADAPTER: TypeAdapter[Snippet] = TypeAdapter(Snippet)


def dump(snippet: Snippet) -> Any:
    return ADAPTER.dump_python(snippet, mode="json", exclude_defaults=True)


def load(stored: Any) -> Snippet | None:
    """None for what an older schema wrote and today's does not read."""
    try:
        return ADAPTER.validate_python(stored)
    except ValidationError:
        return None


def fingerprint(snippet: Snippet) -> str:
    """Equal fingerprints: the same words, facts and nominations, true until the same moment."""
    return blake2b(ADAPTER.dump_json(snippet), digest_size=16).hexdigest()
