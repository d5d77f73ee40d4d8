"""One request and its answer, with every failure of the libraries beneath turned into ours."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

import httpcore
import httpx

from oo.lib.http.body import read_body, read_pieces
from oo.lib.http.errors import ApiError, NotReached, TooLarge, Unexpected, Unreachable, failure_of

# They tell whole addresses (INFO) and headers (DEBUG), and the secret of many a calendar is its
# address.
for chatty in ("httpx", "httpcore", "hpack"):
    logging.getLogger(chatty).setLevel(logging.WARNING)

MAX_ERROR_BYTES = 64 * 1024
REDIRECTS = frozenset({301, 302, 303, 307, 308})
# What is given each piece of a body that is not to be held as a whole.
Sink: TypeAlias = Callable[[bytes], None]

NO_CONNECTION = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpcore.ConnectError,
    httpcore.ConnectTimeout,
)
NO_ANSWER = (
    httpx.TimeoutException,
    httpx.NetworkError,
    httpx.RemoteProtocolError,
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.RemoteProtocolError,
)
OUR_FAULT = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.StreamError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    UnicodeError,
)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A successful answer, or 304 to a conditional request. headers: lower-case names."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    url: str = field(repr=False)  # where it was in the end, after redirects


@contextmanager
def named_failures(service: str) -> Iterator[None]:
    """Errors of the libraries as ours. Their texts can quote headers and addresses: not kept."""
    try:
        yield
    except ApiError as error:
        if error.service == service:
            raise
        raise type(error)(service, error.detail) from None
    except NO_CONNECTION as error:
        raise NotReached(service, type(error).__name__) from None
    except NO_ANSWER as error:
        raise Unreachable(service, type(error).__name__) from None
    except OUR_FAULT as error:
        raise Unexpected(service, type(error).__name__) from None


def exchange(
    http: httpx.Client,
    request: httpx.Request,
    service: str,
    max_bytes: int,
    sink: Sink | None = None,
) -> Fetched:
    """One request and its answer; a redirect is an answer. Raises ApiError from 400 on."""
    answer = http.send(request, stream=True, follow_redirects=False)
    try:
        if answer.status_code >= 400:
            body = _error_body(service, answer)
            raise failure_of(service, answer.status_code, answer.headers, body)
        headers = {name.lower(): value for name, value in answer.headers.items()}
        body = b"" if answer.status_code in REDIRECTS else _body(service, answer, max_bytes, sink)
        return Fetched(answer.status_code, headers, body, str(answer.url))
    finally:
        answer.close()


def _body(service: str, answer: httpx.Response, max_bytes: int, sink: Sink | None) -> bytes:
    if sink is None or not answer.is_success:
        return read_body(service, answer, max_bytes)
    for piece in read_pieces(service, answer, max_bytes):
        sink(piece)
    return b""


def _error_body(service: str, answer: httpx.Response) -> bytes:
    try:
        return read_body(service, answer, MAX_ERROR_BYTES)
    except (TooLarge, Unexpected):
        return b""
