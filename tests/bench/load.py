"""A small HTTP/1.1 load generator: keep-alive, fixed request, latencies in milliseconds.

It costs about a twentieth of what the served pages cost, the same for each, so that ratios hold.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, Queue
from statistics import quantiles


@dataclass(frozen=True, slots=True)
class Load:
    requests_per_s: float
    p50_ms: float
    p99_ms: float
    failed: int


def measure(port: int, request: bytes, *, connections: int, seconds: float) -> Load:
    """Every connection asks again as soon as it is answered. `failed` counts all but 200."""
    end = time.perf_counter() + seconds
    with ThreadPoolExecutor(connections) as pool:
        jobs = [pool.submit(_ask, port, request, end) for _ in range(connections)]
        rows = [job.result() for job in jobs]
    times = [t for row, _failed in rows for t in row]
    cuts = quantiles(times, n=100)
    return Load(len(times) / seconds, cuts[49] * 1000, cuts[98] * 1000, sum(f for _row, f in rows))


def burst(port: int, requests: Sequence[bytes], *, connections: int) -> tuple[list[float], int]:
    """Each of `requests` once, whichever connection is free. Seconds of each, and how many were not
    answered by 200."""
    waiting: Queue[bytes] = Queue()
    for request in requests:
        waiting.put(request)
    with ThreadPoolExecutor(connections) as pool:
        jobs = [pool.submit(_ask_all, port, waiting) for _ in range(connections)]
        rows = [job.result() for job in jobs]
    return [t for row, _failed in rows for t in row], sum(failed for _row, failed in rows)


def _ask_all(port: int, waiting: Queue[bytes]) -> tuple[list[float], int]:
    times, failed = [], 0
    with _connected(port) as connection, suppress(Empty):
        while True:
            request = waiting.get_nowait()
            began = time.perf_counter()
            connection.sendall(request)
            failed += not _read(connection).startswith(b"HTTP/1.1 200")
            times.append(time.perf_counter() - began)
    return times, failed


def _connected(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _ask(port: int, request: bytes, end: float) -> tuple[list[float], int]:
    times, failed = [], 0
    with _connected(port) as connection:
        while (began := time.perf_counter()) < end:
            connection.sendall(request)
            failed += not _read(connection).startswith(b"HTTP/1.1 200")
            times.append(time.perf_counter() - began)
    return times, failed


def _read(connection: socket.socket) -> bytes:
    """One answer; the head alone is returned. Raises ConnectionError when it ends early."""
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += _some(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += _some(connection)
    return head


def _some(connection: socket.socket) -> bytes:
    data = connection.recv(65_536)
    if not data:
        raise ConnectionError("the server closed the connection")
    return data
