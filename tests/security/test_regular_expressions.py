"""No text costs more than its length: every regular expression of the code meets hostile repeats.

They find themselves: those with a name, asked in the ways in which the code asks them, and those
that stand in a call of `re`. One of which a repeat takes n² steps is stopped by the clock.
"""

from __future__ import annotations

import ast
import importlib
import re
import signal
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any, TypeAlias

import pytest
from django.conf import settings

Pattern: TypeAlias = "re.Pattern[Any]"

APPS = ("accounts", "adminconsole", "agents", "events", "integrations", "lab", "notifier", "oo",
        "tips")  # fmt: skip
LENGTH = 100_000
# A linear one takes a few hundredths of this, a quadratic one a few hundred times as much.
LIMIT_S = 1.5
WAYS = ("findall", "finditer", "fullmatch", "match", "search", "split", "sub", "subn")
PIECES = (
    "`", "``a", "*a ", "_", "~~", "[", "[a](", "[a]((b)", "!", "<a ", "<|", "{{", "{", "(", ";a=",
    ';a="', "\\", " ", "\n", "\r\n", "\n#", "# ", "a", "a-", "a.", "1", ":", "1.", "&a", "ignore ",
    "ignore all a", "system ", "URGENT ", "日", "カ", "; charset", "UNTIL=", "UTC+1",
    "\u202e", "\u0301",
)  # fmt: skip


def code() -> Iterator[tuple[str, ast.Module]]:
    """Every module, by its dotted name, but tests, migrations and what runs when imported."""
    for app in APPS:
        for path in sorted((Path(settings.ROOT) / app).rglob("*.py")):
            parts = path.relative_to(settings.ROOT).with_suffix("").parts
            if not {"tests", "migrations", "__main__", "settings"} & set(parts):
                name = ".".join(parts).removesuffix(".__init__")
                yield name, ast.parse(path.read_text(encoding="utf-8"))


def find_patterns() -> dict[str, tuple[Pattern, set[str]]]:
    """By where they are: with the ways in which they are asked."""
    found: dict[str, tuple[Pattern, set[str]]] = {}
    for module, tree in code():
        calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call)]
        asked = [c for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr in WAYS]
        for call in asked:
            assert isinstance(call.func, ast.Attribute)
            _note(found, module, call, call.func)
    return found


def _note(
    found: dict[str, tuple[Pattern, set[str]]], module: str, call: ast.Call, way: ast.Attribute
) -> None:
    name = ast.unparse(way.value)
    if name == "re":
        assert isinstance(call.args[0], ast.Constant), f"{module}: a pattern that nobody can try"
        found[f"{module}:{call.lineno}"] = (re.compile(str(call.args[0].value)), {way.attr})
        return
    pattern = getattr(importlib.import_module(module), name, None)
    if isinstance(pattern, re.Pattern):
        found.setdefault(f"{module}.{name}", (pattern, set()))[1].add(way.attr)


PATTERNS = find_patterns()


def too_long(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError


def ask(pattern: Pattern, way: str, text: Any) -> None:
    """By CPU time, so that a busy machine fails nothing."""
    former = signal.signal(signal.SIGVTALRM, too_long)
    signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT_S)
    try:
        if way in ("sub", "subn"):
            getattr(pattern, way)(text[:0], text)
        else:
            found = getattr(pattern, way)(text)
            if way == "finditer":
                deque(found, maxlen=0)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, former)


@pytest.mark.parametrize("name", PATTERNS)
def test_no_repeat_costs_more_than_its_length(name: str) -> None:
    pattern, ways = PATTERNS[name]
    for piece in PIECES:
        text: Any = (piece * LENGTH)[:LENGTH]
        if isinstance(pattern.pattern, bytes):
            text = text.encode()
        for way in ways:
            try:
                ask(pattern, way, text)
            except TimeoutError:
                pytest.fail(f"{way} of {name} takes too long for {piece!r}")


def test_they_are_found() -> None:
    names = set(PATTERNS)
    noise = "agents.understanding.readers.words.orders.ORDER"
    assert {noise, "integrations.sources.todoist.text._CODE"} <= names
    assert len(names) > 40


def test_the_clock_stops_what_is_not_linear() -> None:
    with pytest.raises(TimeoutError):
        ask(re.compile("(`+)a"), "search", "`" * LENGTH)
