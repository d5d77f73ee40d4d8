"""What can go wrong at Todoist."""

from __future__ import annotations

from enum import StrEnum

from tests.stand_ins import faults

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


Fault = faults.Fault[FaultKind]
_RETRY_AFTER_S = 30


def failure(fault: Fault, site: str) -> ApiFailure | None:
    """The error that is answered instead of doing the work, if it is that sort of fault."""
    match fault.kind:
        case FaultKind.UNAUTHORIZED:
            return unauthorized(site)
        case FaultKind.TOO_MANY:
            waits_s = fault.retry_after_s
            return too_many(_RETRY_AFTER_S if waits_s is None else waits_s)
        case FaultKind.SERVER_ERROR:
            return ApiFailure(500, 500, "INTERNAL_SERVER_ERROR", "Internal server error")
        case FaultKind.REJECTED_SYNC_TOKEN:
            return bad_argument("sync_token", "Invalid sync token")
    return None


def fits(kind: FaultKind, sync_token: str | None) -> bool:
    """Whether it can happen to a request with this token; "*" is none that can be rejected."""
    return kind is not FaultKind.REJECTED_SYNC_TOKEN or sync_token not in (None, "*")


def disturb(kind: FaultKind, answer: Json) -> Json:
    """A sync answer whose lists come backwards, or hold each object twice."""
    lists = {key: value for key, value in answer.items() if isinstance(value, list)}
    if kind is FaultKind.SHUFFLED:
        return answer | {key: value[::-1] for key, value in lists.items()}
    return answer | {key: [*value, *value] for key, value in lists.items()}
