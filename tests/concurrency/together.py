"""Doing things at the same time: threads that start together, and holding one at a chosen place."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connection, connections

PATIENCE_S = 30.0


class Crew:
    """Threads with a database connection each, kept from race to race."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._pool = ThreadPoolExecutor(size)

    def at_once(self, *works: Callable[[], Any]) -> list[Any]:
        """Each one's result, or the exception that ended it, in the order of the works."""
        assert len(works) <= self._size
        gate = Barrier(len(works))

        def run(work: Callable[[], Any]) -> Any:
            gate.wait(PATIENCE_S)
            try:
                return work()
            except Exception as error:
                return error

        futures = [self._pool.submit(run, work) for work in works]
        return [future.result(PATIENCE_S) for future in futures]

    def close(self) -> None:
        self.at_once(*[connections.close_all] * self._size)
        self._pool.shutdown()


def errors(ends: list[Any]) -> list[Exception]:
    return [end for end in ends if isinstance(end, Exception)]


def later(queries: int, work: Callable[[], Any]) -> Callable[[], Any]:
    """`work` after so many round trips to the database: the unit in which a race is run."""

    def run() -> Any:
        with connection.cursor() as cursor:
            for _ in range(queries):
                cursor.execute("SELECT 1")
        return work()

    return run


def beside(work: Callable[[], Any]) -> Any:
    """Run `work` to its end in a thread and a database connection of its own."""
    with ThreadPoolExecutor(1) as pool:
        try:
            return pool.submit(work).result(PATIENCE_S)
        finally:
            pool.submit(connections.close_all).result(PATIENCE_S)


def meanwhile(
    patch: pytest.MonkeyPatch,
    place: Any,
    name: str,
    work: Callable[[], Any],
    *,
    after: bool = False,
) -> list[Any]:
    """The next call of place.name runs `work` beside it first, or right after it. Its end is in
    the list that is returned."""
    real, ends = getattr(place, name), list[Any]()

    def interrupted(*args: Any, **more: Any) -> Any:
        patch.setattr(place, name, real)
        answer = real(*args, **more) if after else None
        ends.append(work())
        return answer if after else real(*args, **more)

    patch.setattr(place, name, interrupted)
    return ends


def wait_until(look: Callable[[], Any], what: str, *, timeout_s: float = PATIENCE_S) -> None:
    end, pause = time.monotonic() + timeout_s, Event()
    while not look():
        assert time.monotonic() < end, f"not within {timeout_s:.0f} s: {what}"
        pause.wait(0.01)


def wait_until_somebody_waits_for_a_lock() -> None:
    with connection.copy().cursor() as cursor:

        def is_waiting() -> bool:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            return bool(cursor.fetchone()[0])

        try:
            wait_until(is_waiting, "a backend that waits for a lock")
        finally:
            cursor.db.close()
