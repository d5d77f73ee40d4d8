"""Faults that a test switches on: what goes wrong, on which path, for how many requests."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from enum import StrEnum

from .errors import Failure, api_failure, full_sync_required, unauthorized


class FaultKind(StrEnum):
    """CUT and SLOW happen after the work was done. FULL_SYNC waits for a request with a token."""

    UNAUTHORIZED = "unauthorized"
    RATE_LIMITED = "rate_limited"
    USER_RATE_LIMITED = "user_rate_limited"
    TOO_MANY = "too_many"
    SERVER_ERROR = "server_error"
    FULL_SYNC = "full_sync"
    SLOW = "slow"
    CUT = "cut"
    GARBAGE = "garbage"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault for the next `times` requests whose path begins with `path`."""

    kind: FaultKind
    path: str = "/"
    times: int = 1
    seconds: float = 0
    retry_after_s: int | None = None

    def failure(self) -> Failure | None:
        """The error that is answered instead of doing the work, if it is that sort of fault."""
        match self.kind:
            case FaultKind.UNAUTHORIZED:
                return unauthorized()
            case FaultKind.RATE_LIMITED:
                return self._limit(403, "rateLimitExceeded", "Rate Limit Exceeded")
            case FaultKind.USER_RATE_LIMITED:
                return self._limit(403, "userRateLimitExceeded", "User Rate Limit Exceeded")
            case FaultKind.TOO_MANY:
                return self._limit(429, "rateLimitExceeded", "Rate Limit Exceeded")
            case FaultKind.SERVER_ERROR:
                return api_failure(500, "backendError", "Backend Error")
            case FaultKind.FULL_SYNC:
                return full_sync_required()
        return None

    def _limit(self, status: int, reason: str, message: str) -> Failure:
        wait = {} if self.retry_after_s is None else {"Retry-After": str(self.retry_after_s)}
        return api_failure(status, reason, message, domain="usageLimits", headers=wait)


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
        retry_after_s: int | None = None,
    ) -> None:
        with self._lock:
            self._waiting.append(Fault(kind, path, times, seconds, retry_after_s))

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def take(self, path: str, *, has_sync_token: bool) -> Fault | None:
        """Uses up one turn of the first fault that fits."""
        with self._lock:
            for index, fault in enumerate(self._waiting):
                if fault.kind is FaultKind.FULL_SYNC and not has_sync_token:
                    continue
                if path.startswith(fault.path):
                    self._waiting[index] = replace(fault, times=fault.times - 1)
                    self._waiting = [left for left in self._waiting if left.times > 0]
                    return fault
        return None
