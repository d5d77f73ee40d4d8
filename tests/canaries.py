"""What must not be found in a log: the words and addresses of the cast, and what opens something.

Each test's log is written as production writes it, and looked through when the test ends.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.urls import Resolver404, resolve

from accounts.api_tokens.tokens import PREFIX
from oo.lib.crypto import Keyring
from oo.lib.tracing import JsonFormatter

# Shorter ones are words that a log may have of its own.
SHORTEST = 8
API_TOKEN = re.compile(re.escape(PREFIX) + r"[\w-]{43}")

_planted: set[str] = set()


def plant(text: str) -> str:
    """Whoever logs this in the test that runs fails it. Returns the text."""
    if len(text) >= SHORTEST:
        _planted.add(json.dumps(text, ensure_ascii=False)[1:-1])  # as it would stand in a line
    return text


class Listening(logging.Handler):
    """Keeps each line as production would write it."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.setFormatter(JsonFormatter())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


def found_in(lines: list[str]) -> list[str]:
    """The lines in which something is that was planted, or a token for the API."""
    if not lines:
        return []
    text = "\n".join(lines)
    canaries = [canary for canary in _planted if canary in text]
    return [
        line
        for line in lines
        if API_TOKEN.search(line) or any(canary in line for canary in canaries)
    ]


@contextmanager
def listening() -> Iterator[list[str]]:
    """Each line of what is logged meanwhile, by anybody; what is encrypted meanwhile is planted."""
    root, handler, seal = logging.getLogger(), Listening(), Keyring.encrypt
    requests_and_tasks = logging.getLogger("oo.observe")
    level = requests_and_tasks.level

    def encrypt(self: Keyring, text: str, *, context: str) -> str:
        plant(text)
        for secret in _strings(text):
            plant(secret)
        return seal(self, text, context=context)

    patch = pytest.MonkeyPatch()
    patch.setattr(Keyring, "encrypt", encrypt)
    requests_and_tasks.setLevel(logging.INFO)  # as in production
    root.addHandler(handler)
    try:
        yield handler.lines
    finally:
        root.removeHandler(handler)
        requests_and_tasks.setLevel(level)
        patch.undo()
        handler.lines = []


def forget() -> None:
    _planted.clear()


def planted() -> frozenset[str]:
    """For plant_again: what several tests share is private in each of them."""
    return frozenset(_planted)


def plant_again(canaries: frozenset[str]) -> None:
    _planted.update(canaries)


def _strings(text: str) -> Iterator[str]:
    """The values of what credentials and messages are: an object in JSON, of words."""
    try:
        found: Any = json.loads(text)
    except ValueError:
        return
    if isinstance(found, dict):
        strings = (value for value in found.values() if isinstance(value, str))
        yield from (value for value in strings if not _is_a_page(value))


def _is_a_page(text: str) -> bool:
    """Of ours, the same for everybody: where a notification leads, and what a request is called."""
    try:
        return text.startswith("/") and not resolve(text).kwargs
    except Resolver404:
        return False
