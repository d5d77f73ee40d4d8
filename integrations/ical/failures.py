"""What reading a calendar raises, as the error of the service that it came from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from integrations.ical.limits import NotACalendar, TooBig
from oo.lib.http import TooLarge, Unexpected


@contextmanager
def named_failures(service: str) -> Iterator[None]:
    """NotACalendar becomes Unexpected, TooBig becomes TooLarge."""
    try:
        yield
    except NotACalendar:
        # A sign-in page, or a file that broke off: nothing that we know of is gone.
        raise Unexpected(service, "not a calendar") from None
    except TooBig:
        raise TooLarge(service, "too large") from None
