"""What can go wrong at Google's."""

from __future__ import annotations

from enum import StrEnum

from tests.stand_ins import faults

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


Fault = faults.Fault[FaultKind]


def failure(fault: Fault) -> Failure | None:
    """The error that is answered instead of doing the work, if it is that sort of fault."""
    match fault.kind:
        case FaultKind.UNAUTHORIZED:
            return unauthorized()
        case FaultKind.RATE_LIMITED:
            return _limit(fault, 403, "rateLimitExceeded", "Rate Limit Exceeded")
        case FaultKind.USER_RATE_LIMITED:
            return _limit(fault, 403, "userRateLimitExceeded", "User Rate Limit Exceeded")
        case FaultKind.TOO_MANY:
            return _limit(fault, 429, "rateLimitExceeded", "Rate Limit Exceeded")
        case FaultKind.SERVER_ERROR:
            return api_failure(500, "backendError", "Backend Error")
        case FaultKind.FULL_SYNC:
            return full_sync_required()
    return None


def _limit(fault: Fault, status: int, reason: str, message: str) -> Failure:
    wait = {} if fault.retry_after_s is None else {"Retry-After": str(fault.retry_after_s)}
    return api_failure(status, reason, message, domain="usageLimits", headers=wait)
