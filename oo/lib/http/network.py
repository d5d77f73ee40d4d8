"""Connections for oo.lib.http: to checked addresses only, and never longer than the deadline."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from math import inf
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, cast

import httpcore
import httpx

from oo.lib.http.addresses import Address, Resolver, resolve, resolve_public

MAX_ADDRESSES = 4
WRITE_BYTES = 16_384

_ends_at: ContextVar[float] = ContextVar("_ends_at", default=inf)


class DeadlinePassed(httpcore.TimeoutException):
    """The whole exchange took too long, whatever each single step took."""


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Everything on the wire in this block, in this thread, ends within these seconds."""
    token = _ends_at.set(min(_ends_at.get(), monotonic() + seconds))
    try:
        yield
    finally:
        _ends_at.reset(token)


def remaining(timeout: float | None = None) -> float | None:
    """Seconds that the next step may take: its own timeout or what is left, whichever is less."""
    left = _ends_at.get() - monotonic()
    if left <= 0:
        raise DeadlinePassed
    return timeout if left == inf else min(left, inf if timeout is None else timeout)


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a client may connect to.

    public_only    refuse whatever is not on the public internet
    allow_private  exact "host:port" entries that are let through all the same; "[::1]:80" for IPv6
    resolver       socket.getaddrinfo, or what behaves like it
    """

    public_only: bool = False
    allow_private: frozenset[str] = frozenset()
    resolver: Resolver = socket.getaddrinfo

    def addresses(self, host: str, port: int) -> list[Address]:
        door = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        open_door = not self.public_only or door in self.allow_private
        find = resolve if open_door else resolve_public
        return find(host, port, self.resolver)[:MAX_ADDRESSES]


class TimedStream(httpcore.NetworkStream):
    """Dripping byte by byte satisfies every timeout of a single read; it does not satisfy this."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, remaining(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), WRITE_BYTES):
            self._inner.write(buffer[start : start + WRITE_BYTES], remaining(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        return TimedStream(self._inner.start_tls(ssl_context, server_hostname, remaining(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class Wire(httpcore.NetworkBackend):
    """Resolves a name once, checks every answer, and connects to one of those very addresses.

    The name itself is not given to the socket, so there is no second look-up that could answer
    differently. TLS and the Host header still use the name: httpcore takes them from the URL.
    """

    def __init__(self, reach: Reach) -> None:
        self._reach, self._sockets = reach, httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError()
        for address in self._addresses(host, port, timeout):
            try:
                return TimedStream(
                    self._sockets.connect_tcp(
                        str(address), port, remaining(timeout), local_address, socket_options
                    )
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def _addresses(self, host: str, port: int, timeout: float | None) -> list[Address]:
        # getaddrinfo knows no timeout, and whose name it is chooses how slowly the servers answer.
        answer: SimpleQueue[list[Address] | Exception] = SimpleQueue()

        def ask() -> None:
            try:
                answer.put(self._reach.addresses(host, port))
            except Exception as error:
                answer.put(error)

        threading.Thread(target=ask, name="resolve", daemon=True).start()
        try:
            found = answer.get(timeout=remaining(timeout))
        except Empty:
            raise httpcore.ConnectTimeout from None
        if isinstance(found, Exception):
            raise found
        return found


@cache
def trusted_roots(http2: bool) -> ssl.SSLContext:
    """httpx's, SSL_CERT_FILE included; made once, since reading them takes tens of milliseconds.

    One for each protocol: httpcore writes into it what is offered, before each handshake.
    """
    return httpx.create_ssl_context()


class Transport(httpx.BaseTransport):
    """httpx over Wire. No proxy, whatever the environment says: it would resolve names for us.

    http2 is spoken to a service that knows nothing else; one that does not know it is Unreachable.
    """

    def __init__(
        self, reach: Reach, ssl_context: ssl.SSLContext | None = None, *, http2: bool = False
    ) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl_context or trusted_roots(http2),
            http1=not http2,
            http2=http2,
            max_connections=4,
            keepalive_expiry=5.0,
            network_backend=Wire(reach),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=request.headers.raw,
                content=cast("Iterable[bytes]", request.stream),
                extensions=request.extensions,
            )
        )
        stream = _Body(cast("Iterable[bytes]", answer.stream))
        return httpx.Response(answer.status, headers=answer.headers, stream=stream)

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, parts: Iterable[bytes]) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        yield from self._parts

    def close(self) -> None:
        close = getattr(self._parts, "close", None)
        if close:
            close()
