"""Structured logs: one JSON object a line, with no personal text by convention of those who log.
And the trace that work belongs to, as W3C's trace context writes it."""

from __future__ import annotations

import json
import logging
import re
import secrets
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any

_trace: ContextVar[str] = ContextVar("traceparent", default="")

# Version 00 alone: what the parts of a later one mean, nobody knows yet.
VALID = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
OF_ANY_RECORD = frozenset(
    {*vars(logging.makeLogRecord({})), "message", "asctime", "exc_text", "taskName"}
)
SIMPLE = (str, int, float, bool, type(None))


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
    return _trace.get() or _new()


def continued(traceparent: str) -> str:
    """A step of its own in that trace; in a new one where this is no valid traceparent."""
    if not VALID.fullmatch(traceparent):
        return _new()
    return f"{traceparent[:36]}{secrets.token_hex(8)}{traceparent[52:]}"


def trace_and_span() -> tuple[str, str]:
    """The ids of the trace that this work belongs to and of its step; twice "" without one."""
    here = _trace.get()
    return here[3:35], here[36:52]


def _new() -> str:
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00"


class JsonFormatter(logging.Formatter):
    """Of what a record was given as `extra`, what is a word, a number or a flag is in its line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": message_of(record),
        }
        trace, span = trace_and_span()
        if trace:
            line |= {"trace": trace, "span": span}
        for name, value in vars(record).items():
            if name not in OF_ANY_RECORD and isinstance(value, SIMPLE):
                line.setdefault(name, value)
        if record.exc_info and record.exc_info[0]:
            # The frames and the type, not the words: database errors quote the row.
            line["exception"] = record.exc_info[0].__name__
            line["frames"] = "".join(traceback.format_tb(record.exc_info[2]))
        return json.dumps(line, ensure_ascii=False)


def message_of(record: logging.LogRecord) -> str:
    """What is said, without what others would quote: addresses, and the words of exceptions."""
    if hasattr(record, "request"):  # Django's own; the name of its logger says what was wrong
        status = getattr(record, "status_code", None)
        return HTTPStatus(status).phrase if status in _STATUSES else "request"
    if isinstance(told := getattr(record, "data", None), dict) and "exc" in told:  # Celery's
        return f"{told.get('name')} {told.get('description')}"
    if isinstance(record.args, tuple) and any(isinstance(a, BaseException) for a in record.args):
        return str(record.msg) % tuple(map(_without_words, record.args))
    return record.getMessage()


_STATUSES = frozenset(HTTPStatus)


def _without_words(arg: object) -> object:
    return type(arg).__name__ if isinstance(arg, BaseException) else arg
