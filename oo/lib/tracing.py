"""Structured logs: one JSON object a line, with no personal text by convention of those who log.
And the trace that work belongs to, as W3C's trace context writes it."""

from __future__ import annotations

import json
import logging
import secrets
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_trace: ContextVar[str] = ContextVar("traceparent", default="")


@contextmanager
def within(traceparent: str) -> Iterator[None]:
    """What is done meanwhile, in this thread, belongs to that trace."""
    token = _trace.set(traceparent)
    try:
        yield
    finally:
        _trace.reset(token)


def traceparent() -> str:
    """Of the trace that this work belongs to; of one that begins here where it belongs to none."""
    return _trace.get() or f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00"


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0]:
            # The frames and the type, not the words: database errors quote the row.
            line["exception"] = record.exc_info[0].__name__
            line["frames"] = "".join(traceback.format_tb(record.exc_info[2]))
        return json.dumps(line, ensure_ascii=False)
