"""Faults that a test switches on: what goes wrong, on which path, for how many requests."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Generic, TypeVar

K = TypeVar("K", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Fault(Generic[K]):
    """One fault for the next `times` requests whose path begins with `path`."""

    kind: K
    path: str = "/"
    times: int = 1
    seconds: float = 0
    retry_after_s: int | None = None


class Faults(Generic[K]):
    """The faults that are switched on. The first that fits a request is used, one each request."""

    def __init__(self) -> None:
        self._waiting: list[Fault[K]] = []
        self._lock = threading.Lock()

    def add(
        self,
        kind: K,
        path: str = "/",
        *,
        times: int = 1,
        seconds: float = 0,
        retry_after_s: int | None = None,
    ) -> None:
        with self._lock:
            self._waiting.append(Fault(kind, path, times, seconds, retry_after_s))

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def take(self, path: str, fits: Callable[[K], bool]) -> Fault[K] | None:
        """Uses up one turn of the first fault of this path whose kind fits the request."""
        with self._lock:
            for index, fault in enumerate(self._waiting):
                if path.startswith(fault.path) and fits(fault.kind):
                    self._waiting[index] = replace(fault, times=fault.times - 1)
                    self._waiting = [left for left in self._waiting if left.times > 0]
                    return fault
        return None
