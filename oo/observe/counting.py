"""What this process counts: requests and tasks. To be loaded only where somebody asks for it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import prometheus_client.values
from prometheus_client import Counter, Histogram
from prometheus_client.values import MultiProcessValue

from oo.observe.slots import Slot

REQUEST_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
TASK_S = (0.01, 0.1, 0.5, 1, 5, 30, 120, 300)


values_of: Any = MultiProcessValue


class Counts:
    """Each process counts for itself, in files of one folder; a scrape adds them up.

    Raises OSError where the folder cannot be written. Later on, what cannot be counted is not: a
    request is worth more.
    """

    def __init__(self, folder: Path) -> None:
        slot = Slot(folder)
        slot()
        # Where the library looks for its files; it reads no other setting.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
        prometheus_client.values.ValueClass = values_of(slot)
        self._requests = Counter(
            "oo_requests", "Requests.", ("route", "method", "status"), registry=None
        )
        self._request_s = Histogram(
            "oo_request_seconds",
            "Until a request was answered.",
            ("route", "method"),
            registry=None,
            buckets=REQUEST_S,
        )
        self._tasks = Counter("oo_tasks", "Tasks.", ("task", "state"), registry=None)
        self._task_s = Histogram(
            "oo_task_seconds", "Work of a task.", ("task",), registry=None, buckets=TASK_S
        )
        self._wait_s = Histogram(
            "oo_task_wait_seconds",
            "From when a task could have begun until it did.",
            ("task",),
            registry=None,
            buckets=TASK_S,
        )

    def request(self, route: str, method: str, status: int, took_s: float) -> None:
        with suppress(OSError):
            self._requests.labels(route, method, f"{status // 100}xx").inc()
            self._request_s.labels(route, method).observe(took_s)

    def task(self, name: str, state: str, took_s: float, waited_s: float | None) -> None:
        with suppress(OSError):
            self._tasks.labels(name, state).inc()
            self._task_s.labels(name).observe(took_s)
            if waited_s is not None:
                self._wait_s.labels(name).observe(waited_s)
