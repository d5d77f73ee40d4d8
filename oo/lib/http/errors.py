"""What can go wrong in a call to somebody else, as types that say what to do about it.

The texts hold the service, a status and a word: never a token, a body, or a query string.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Any

MAX_RETRY_AFTER_S = 86_400.0
REASON = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
# A code of RFC 6749 5.2 says what is meant, whatever the same answer calls it elsewhere.
OAUTH_ERROR = re.compile(r"[a-z]+(?:_[a-z]+)+")
SLOW_DOWN = frozenset({"rateLimitExceeded", "userRateLimitExceeded"})


class ApiError(Exception):
    """A call to somebody else failed; `service` says whose.

    status         the HTTP status, None when there was no answer
    reason         the service's own word for it ("invalid_grant"), "" when it gave none
    retry_after_s  seconds that it asked us to wait, None when it did not say
    told           the JSON object of its answer, for whoever knows the service; it may quote what
                   we sent, so it is for no log, and stays behind when the error is pickled
    """

    def __init__(
        self,
        service: str,
        detail: str = "",
        *,
        status: int | None = None,
        reason: str = "",
        retry_after_s: float | None = None,
        told: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{service}: {detail or type(self).__name__}")
        self.service, self.detail = service, detail
        self.status, self.reason, self.retry_after_s = status, reason, retry_after_s
        self.told: Mapping[str, Any] = told or {}

    def __reduce__(self) -> tuple[Any, ...]:
        # Celery pickles what a task raises; the default would call us with the text alone.
        return type(self), (self.service, self.detail), {**self.__dict__, "told": {}}


class Unreachable(ApiError):
    """No answer in time, or 5xx. Try again later."""


class NotReached(Unreachable):
    """There was no connection, so that nothing was said to anybody. Try again later."""


class RateLimited(Unreachable):
    """They asked us to slow down. Try again after retry_after_s, and slower."""


class Unauthorized(ApiError):
    """401, 403 or a dead grant. The person has to connect again; do not retry."""


class Unexpected(ApiError):
    """An answer that we cannot use. A bug, ours or theirs; do not retry."""


class TooLarge(ApiError):
    """The answer is bigger than we are willing to read; do not retry."""


class Refused(ApiError):
    """We do not go there: a private address, or an address that is none. Do not retry."""


def failure_of(service: str, status: int, headers: Mapping[str, str], body: bytes) -> ApiError:
    """The error for a status that is no success. headers: lower-case names or case-blind."""
    told = _object(body)
    reason = _reason(told)
    return _kind(status, reason)(
        service,
        f"{status} {reason}".strip(),
        status=status,
        reason=reason,
        retry_after_s=_retry_after(headers, told),
        told=told,
    )


def _kind(status: int, reason: str) -> type[ApiError]:
    if status == 429 or (status == 403 and reason in SLOW_DOWN):
        return RateLimited
    # RFC 6749 5.2 answers 400 for a refresh token that is dead.
    if status in (401, 403) or (status == 400 and reason.casefold() == "invalid_grant"):
        return Unauthorized
    return Unreachable if status >= 500 or status == 408 else Unexpected


def _object(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _reason(told: dict[str, Any]) -> str:
    """The machine-readable word of Todoist, Google, OAuth (RFC 6749) and Apple, if it is one."""
    error = told.get("error")
    oauth = error if isinstance(error, str) and OAUTH_ERROR.fullmatch(error) else None
    words: list[Any] = [oauth, told.get("error_tag"), error, told.get("reason")]
    if isinstance(error, dict):
        causes = error.get("errors")
        first = causes[0] if isinstance(causes, list) and causes else None
        words = [first.get("reason") if isinstance(first, dict) else None, error.get("status")]
    return next((w for w in words if isinstance(w, str) and REASON.fullmatch(w)), "")


def _retry_after(headers: Mapping[str, str], told: dict[str, Any]) -> float | None:
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), MAX_RETRY_AFTER_S)
    moment = _moment(text)
    if moment:
        # Their clock against their clock, where they tell it: ours may be off.
        wait = moment - (_moment(headers.get("date", "")) or datetime.now(UTC))
        return min(max(wait.total_seconds(), 0.0), MAX_RETRY_AFTER_S)
    extra = told.get("error_extra")
    return _seconds(extra.get("retry_after")) if isinstance(extra, dict) else None


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not isfinite(value):
        return None
    # Before it is made a float: an integer of JSON may be too large for one.
    return float(min(value, MAX_RETRY_AFTER_S)) if value >= 0 else None
