"""What Todoist means by a refusal, and what is said by somebody before it: a proxy, a CDN."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from integrations.gone import NOT_THERE, TaskGone
from oo.lib.http import ApiError, Unauthorized, Unexpected, Unreachable
from oo.lib.http.errors import failure_of

SERVICE = "todoist"


@contextmanager
def named_refusals() -> Iterator[None]:
    """A 403 is about the person only where Todoist says so: its own have a tag for it."""
    try:
        yield
    except Unauthorized as error:
        if error.status != 403 or str(error.told.get("error_tag", "")).startswith("AUTH"):
            raise
        raise Unreachable(
            SERVICE,
            error.detail,
            status=403,
            retry_after_s=error.retry_after_s,
        ) from None


@contextmanager
def named_for_closing() -> Iterator[None]:
    """Of a task only the outcome of its command says that it is gone. Where the API itself is not
    there, by a mistyped address or a proxy, nothing was closed.
    """
    try:
        with named_refusals():
            yield
    except Unexpected as error:
        if error.status not in NOT_THERE:
            raise
        # Without the status, which would be told as if it were about something of the person's.
        raise Unreachable(SERVICE, error.detail, retry_after_s=error.retry_after_s) from None


def refusal_of(outcome: object) -> ApiError:
    """What became of one command, as if it had been a request of its own."""
    if not isinstance(outcome, dict):
        return Unexpected(SERVICE, "no outcome of the command")
    tag, status = str(outcome.get("error_tag", "")), outcome.get("http_code")
    if tag.endswith("NOT_FOUND"):
        status = 404
    known = status if isinstance(status, int) and 400 <= status <= 599 else 400
    error = failure_of(SERVICE, known, {}, json.dumps(outcome).encode())
    if known in NOT_THERE:
        return TaskGone(SERVICE, error.detail, status=known, reason=error.reason)
    # In this one project the person may not do it; the connection is as good as before.
    if known == 403 and not tag.startswith("AUTH"):
        return Unexpected(SERVICE, error.detail, status=known, reason=error.reason)
    return error
