"""What Google means by a 403, which is many things."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from integrations.base import INSUFFICIENT_SCOPE
from oo.lib.http import ApiError, RateLimited, Unauthorized, Unexpected

SERVICE = "google-calendar"
# Limits of our app at Google, for the day or for all of its people.
SLOW_DOWN = frozenset({"quotaExceeded", "dailyLimitExceeded", "RESOURCE_EXHAUSTED"})
# The API is not switched on for our app, which no person can mend.
OUR_FAULT = frozenset({"accessNotConfigured", "SERVICE_DISABLED"})
# It tells nothing at this address of ours, and says so by a 401.
OUR_ADDRESS = "push."
UNTICKED = frozenset({"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"})


@contextmanager
def named_refusals() -> Iterator[None]:
    """Raises as what it is what left oo.lib.http as Unauthorized because of its status."""
    try:
        yield
    except Unauthorized as error:
        raise _told_apart(error) from None


def not_allowed(status: int | None = None) -> Unauthorized:
    """The person did not tick the box for the calendar."""
    return Unauthorized(SERVICE, "no scope", status=status, reason=INSUFFICIENT_SCOPE)


def _told_apart(error: Unauthorized) -> ApiError:
    if error.status == 403 and error.reason in UNTICKED:
        return not_allowed(403)
    kind: type[ApiError] = Unauthorized
    if error.status == 403 and error.reason in SLOW_DOWN:
        kind = RateLimited
    elif error.reason in OUR_FAULT or error.reason.startswith(OUR_ADDRESS):
        kind = Unexpected
    return kind(error.service, error.detail, status=error.status, reason=error.reason,
                retry_after_s=error.retry_after_s)  # fmt: skip
