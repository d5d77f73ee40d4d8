"""Calling a source: whatever it does, what comes of it is an answer or an ApiError."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from typing import TypeVar

from django.db import DatabaseError

from integrations.access import oauth
from integrations.base import Link, SignalSource
from integrations.models import Connection
from oo.lib.http import ApiError, Unexpected

log = logging.getLogger(__name__)

T = TypeVar("T")


def call(connection: Connection, source: SignalSource, work: Callable[[Link], T]) -> T:
    """work(link), as oauth.with_access does it. Raises as `guarded`."""
    return guarded(connection.source, lambda: oauth.with_access(connection, source, work))


def guarded(source: str, work: Callable[[], T]) -> T:
    """A crash of what is asked is logged and becomes Unexpected.

    Raises ApiError; DatabaseError, which is no fault of the source.
    """
    try:
        return work()
    except (ApiError, DatabaseError):
        raise
    except Exception as error:
        # The text of an error can quote what was read; the lines of our code cannot.
        where = "".join(traceback.format_tb(error.__traceback__))
        log.error("%s: %s\n%s", source, type(error).__name__, where)  # noqa: TRY400
        raise Unexpected(source, type(error).__name__) from None
