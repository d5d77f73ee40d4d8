"""Faults that a test switches on: what goes wrong, on which path, for how many requests."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from enum import StrEnum

from .errors import ApiFailure, Json, bad_argument, too_many, unauthorized


class FaultKind(StrEnum):
    """REPEATED and SHUFFLED change a sync's lists; CUT and SLOW happen after the work was done."""

    UNAUTHORIZED = "unauthorized"
    TOO_MANY = "too_many"
    SERVER_ERROR = "server_error"
    SLOW = "slow"
    CUT = "cut"
    GARBAGE = "garbage"
    REJECTED_SYNC_TOKEN = "rejected_sync_token"
    REPEATED = "repeated"
    SHUFFLED = "shuffled"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault for the next `times` requests whose path begins with `path`."""

    kind: FaultKind
    path: str = "/"
    times: int = 1
    seconds: float = 0
    retry_after_s: int = 30

    def failure(self, site: str) -> ApiFailure | None:
        """The error that is answered instead of doing the work, if it is that sort of fault."""
        match self.kind:
            case FaultKind.UNAUTHORIZED:
                return unauthorized(site)
            case FaultKind.TOO_MANY:
                return too_many(self.retry_after_s)
            case FaultKind.SERVER_ERROR:
                return ApiFailure(500, 500, "INTERNAL_SERVER_ERROR", "Internal server error")
            case FaultKind.REJECTED_SYNC_TOKEN:
                return bad_argument("sync_token", "Invalid sync token")
        return None


class Faults:
    """The faults that are switched on. The first that fits a path is used, one each request."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._lock = threading.Lock()

    def add(
        self,
        kind: FaultKind,
        path: str = "/",
        *,
        times: int = 1,
        seconds: float = 0,
        retry_after_s: int = 30,
    ) -> None:
        with self._lock:
            self._waiting.append(Fault(kind, path, times, seconds, retry_after_s))

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def take(self, path: str, sync_token: str | None = None) -> Fault | None:
        """Uses up one turn of the first fault that fits; "*" is no token that can be rejected."""
        fresh = sync_token in (None, "*")
        with self._lock:
            for index, fault in enumerate(self._waiting):
                if fresh and fault.kind is FaultKind.REJECTED_SYNC_TOKEN:
                    continue
                if path.startswith(fault.path):
                    self._waiting[index] = replace(fault, times=fault.times - 1)
                    self._waiting = [left for left in self._waiting if left.times > 0]
                    return fault
        return None


def disturb(kind: FaultKind, answer: Json) -> Json:
    """A sync answer whose lists come backwards, or hold each object twice."""
    lists = {key: value for key, value in answer.items() if isinstance(value, list)}
    if kind is FaultKind.SHUFFLED:
        return answer | {key: value[::-1] for key, value in lists.items()}
    return answer | {key: [*value, *value] for key, value in lists.items()}
