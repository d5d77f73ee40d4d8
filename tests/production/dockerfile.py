"""Reads deploy/Dockerfile and .dockerignore, as far as they go."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import PurePosixPath

from tests.production.compose import ROOT


@dataclass(slots=True)
class Stage:
    name: str
    base: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def all(self, instruction: str) -> list[str]:
        return [rest for word, rest in self.steps if word == instruction]

    def the(self, instruction: str, holding: str = "") -> str:
        """The one step of this kind in which `holding` stands."""
        (found,) = (rest for rest in self.all(instruction) if holding in rest)
        return found


def stages() -> dict[str, Stage]:
    found: dict[str, Stage] = {}
    stage = Stage("", "")
    for line in _lines():
        word, _, rest = line.partition(" ")
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            stage = found[name] = Stage(name, base)
        else:
            stage.steps.append((word, " ".join(rest.split())))
    return found


def _lines() -> list[str]:
    text = (ROOT / "deploy/Dockerfile").read_text()
    kept = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return "\n".join(kept).replace("\\\n", " ").splitlines()


def is_sent(path: str) -> bool:
    """Whether a path of the checkout is part of what the images are built from: the last
    line of .dockerignore that fits it, or a folder above it, decides."""
    sent = True
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = line.removeprefix("!").strip()
        if pattern and not line.startswith("#") and _fits(PurePosixPath(path), pattern):
            sent = line.startswith("!")
    return sent


def _fits(path: PurePosixPath, pattern: str) -> bool:
    for each in (path, *path.parents[:-1]):
        if pattern.startswith("**/"):
            if fnmatch(each.name, pattern[3:]):
                return True
        elif fnmatch(str(each), pattern) and (pattern == "*" or "*" not in pattern):
            return True
    return False
