"""One event loop in a thread of its own, for callers that are not asynchronous.

Cancelling is what makes a bound on time a real one: a thread that reads cannot be stopped.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from concurrent.futures import wait
from threading import Lock, Thread
from time import monotonic
from typing import Any, TypeVar

T = TypeVar("T")

CHECK_EVERY_S = 1.0


class Unwanted(Exception):
    """Nobody needs what the work returns any more."""


class _Loop:
    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self._lock = Lock()
        self._running: asyncio.AbstractEventLoop | None = None

    def get(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._running is None:
                self._running = asyncio.new_event_loop()
                Thread(target=self._running.run_forever, name="models", daemon=True).start()
            return self._running


_loop = _Loop()
# A child has no thread but the one that forked, and the lock may have been held by another.
os.register_at_fork(after_in_child=_loop.forget)


def run_within(seconds: float, work: Coroutine[Any, Any, T], is_wanted: Callable[[], bool]) -> T:
    """What the work returns. Raises TimeoutError when the time is over, and ends the work.

    is_wanted  asked each CHECK_EVERY_S, in the thread of the caller: after a no, Unwanted is raised
               and the work ended
    """
    future = asyncio.run_coroutine_threadsafe(work, _loop.get())
    ends = monotonic() + seconds
    try:
        while (left := ends - monotonic()) > CHECK_EVERY_S:
            if wait((future,), CHECK_EVERY_S).done:
                break
            if not is_wanted():
                raise Unwanted
        return future.result(max(0.0, left))
    finally:
        future.cancel()  # also when the caller is interrupted; nothing happens to what is done
