"""What the stand-in is told to say, and what it was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any


@dataclass(frozen=True, slots=True)
class Turn:
    """One answer.

    text     None: something short, or the smallest value that fits the schema that was asked for
    letters  log-probabilities of the first token, given to whoever asks for them
    status   an HTTP status that is none of success turns it into an error of the protocol
    delay_s  how long to think first
    raw      this body instead of the protocol's
    headers  of the response, beside the usual ones
    """

    text: str | None = None
    letters: Mapping[str, float] | None = None
    status: int = 200
    delay_s: float = 0.0
    raw: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Request:
    path: str
    headers: Mapping[str, str]  # names in lower case
    body: dict[str, Any]


class Script:
    """The turns to come. Requests arrive in threads of their own, so taking one is locked."""

    def __init__(self) -> None:
        self._turns: list[Turn] = [Turn()]
        self._lock = Lock()

    def play(self, *turns: Turn) -> None:
        with self._lock:
            self._turns = list(turns)

    def next(self) -> Turn:
        with self._lock:
            return self._turns.pop(0) if len(self._turns) > 1 else self._turns[0]
