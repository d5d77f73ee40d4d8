"""When to try again after a failure, and what to call it."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from integrations.base import INSUFFICIENT_SCOPE, Trouble
from oo.lib.http import (
    ApiError,
    RateLimited,
    Refused,
    TooLarge,
    Unauthorized,
    Unexpected,
    Unreachable,
)

FIRST_WAIT_S = 30.0
LONGEST_WAIT_S = 3_600.0
# What a repeated call will hardly mend: an answer that is too large, an address that is private, a
# request that is refused.
SLOW_WAIT_S = 6 * 3_600.0
SPREAD = 0.1

_TROUBLES: tuple[tuple[type[ApiError], Trouble], ...] = (
    (RateLimited, Trouble.RATE_LIMITED),  # before Unreachable, which it is one of
    (Unreachable, Trouble.UNREACHABLE),
    (Unauthorized, Trouble.UNAUTHORIZED),
    (Refused, Trouble.REFUSED),
    (TooLarge, Trouble.TOO_LARGE),
)


def trouble_of(error: ApiError) -> Trouble:
    if is_gone(error):
        return Trouble.GONE
    if isinstance(error, Unauthorized) and error.reason == INSUFFICIENT_SCOPE:
        return Trouble.NOT_ALLOWED
    return next((name for kind, name in _TROUBLES if isinstance(error, kind)), Trouble.UNREADABLE)


def is_gone(error: ApiError) -> bool:
    return error.status in (404, 410)


def retry_at(error: ApiError, attempts: int, *, at: datetime) -> datetime:
    """When to try again, `attempts` failures in a row having come before this one.

    30 s, doubled each time up to an hour, give or take a tenth so that those who failed together do
    not come back together; never before the moment that the service named. Words that cannot be
    read are at first the notice of a repair, and are waited for longer when they stay.
    """
    wait_s, doubled_s = SLOW_WAIT_S, FIRST_WAIT_S * 2.0 ** min(attempts, 10)
    if isinstance(error, Unreachable):
        wait_s = min(LONGEST_WAIT_S, doubled_s)
    elif isinstance(error, Unexpected) and (error.status or 0) < 400:
        wait_s = min(SLOW_WAIT_S, doubled_s)
    wait_s *= 1 - random.uniform(0, SPREAD)
    asked_s = error.retry_after_s or 0.0
    return at + timedelta(seconds=max(wait_s, asked_s * (1 + random.uniform(0, SPREAD))))


def next_period(period: timedelta, *, at: datetime) -> datetime:
    return at + period * random.uniform(1 - SPREAD, 1 + SPREAD)
