"""Celery messages that say "look now". The work is a row; beat looks again anyway."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from math import inf
from queue import Full, Queue
from threading import Lock, Thread
from time import monotonic
from typing import Any

from celery import Task
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)

# Of what is only a hint, more is not worth keeping while the broker is away.
MOST_WAITING = 1_000


def look_now(
    task: Task[..., Any],
    *args: Any,
    countdown_s: float = 0,
    expires_s: float = 600,
    once_in_s: float = 0,
) -> bool:
    """Queue `task`. A broker that is away costs punctuality, never a request: False, and logged.

    Of messages for the same task a process that serves pages sends one in `once_in_s`, whatever
    their arguments: for tasks that find by themselves what has come since.
    """
    send = partial(
        task.apply_async, args, countdown=countdown_s, expires=expires_s + countdown_s, retry=False
    )
    if _courier is not None:
        if not _courier.may_take(task.name, once_in_s):
            return True
        return _courier.take(partial(copy_context().run, _send, task.name, send))
    return _send(task.name, send)


def never_wait() -> None:
    """From now on this process hands messages over in a thread of its own: for those who serve
    pages, since a broker that hangs, and is not away, would hold them up."""
    global _courier
    _courier = Courier()


class Courier:
    """Brings one message after another to the broker. What waits when the process ends is lost."""

    def __init__(self) -> None:
        self._waiting: Queue[Callable[[], Any]] = Queue(MOST_WAITING)
        self._thread: Thread | None = None
        self._lock = Lock()
        self._taken_at: dict[str, float] = {}

    def may_take(self, name: str, once_in_s: float) -> bool:
        """Whether none of that name was taken within so many seconds. From now on, one was."""
        if not once_in_s:
            return True
        with self._lock:
            now = monotonic()
            if now - self._taken_at.get(name, -inf) < once_in_s:
                return False
            self._taken_at[name] = now
            return True

    def take(self, message: Callable[[], Any]) -> bool:
        """False: too many wait already."""
        try:
            self._waiting.put_nowait(message)
        except Full:
            return False
        # Here and not in __init__: a server forks after it has loaded the application.
        if self._thread is None:
            with self._lock:
                if self._thread is None:
                    self._thread = Thread(target=self._run, name="courier", daemon=True)
                    self._thread.start()
        return True

    def _run(self) -> None:
        while True:
            message = self._waiting.get()
            try:
                message()
            except Exception as error:  # the next message may be another matter
                log.warning("a message was not queued: %s", type(error).__name__)


def _send(name: str, send: Callable[[], Any]) -> bool:
    try:
        send()
    except (OperationalError, OSError) as error:
        log.warning("broker away, %s waits for beat: %s", name, type(error).__name__)
        return False
    return True


_courier: Courier | None = None
