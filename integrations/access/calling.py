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
    """work(link), as oauth.with_access does it; a crash of it is logged and becomes Unexpected.

    Raises ApiError; DatabaseError, which is no fault of the source.
    """
    try:
        return oauth.with_access(connection, source, work)
    except (ApiError, DatabaseError):
        raise
    except Exception as error:
        # The text of an error can quote what was read; the lines of our code cannot.
        where = "".join(traceback.format_tb(error.__traceback__))
        log.error("%s: %s\n%s", connection.source, type(error).__name__, where)  # noqa: TRY400
        raise Unexpected(connection.source, type(error).__name__) from None
