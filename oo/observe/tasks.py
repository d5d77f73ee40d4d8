"""Each task belongs to the trace of who queued it, and says one line when it ends."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter, time
from typing import Any

from celery import Task
from celery.signals import before_task_publish, task_postrun, task_prerun

from oo.lib.tracing import continued, traceparent, within
from oo.observe.counts import counts

log = logging.getLogger(__name__)

# Headers of a message. The first is W3C's.
TRACE, QUEUED_AT = "traceparent", "oo_queued_at"
# Where a task that runs keeps what is known of its run.
RUN = "oo_run"


@dataclass(slots=True)
class Run:
    scope: AbstractContextManager[None]
    waited_s: float | None  # from when it could have run; None for what was not queued
    began: float  # of the monotonic clock


def listen() -> None:
    before_task_publish.connect(mark)
    task_prerun.connect(begin)
    task_postrun.connect(end)


def mark(headers: dict[str, Any], **_kwargs: Any) -> None:
    """The trace goes along in the message; one begins here for a tick of beat, which has none."""
    headers[TRACE] = continued(traceparent())
    headers[QUEUED_AT] = time()


def begin(task: Task[..., Any], **_kwargs: Any) -> None:
    sent = vars(task.request)
    scope = within(continued(str(sent.get(TRACE) or traceparent())))
    scope.__enter__()
    setattr(task.request, RUN, Run(scope, waited_s(sent, now=time()), perf_counter()))


def end(task: Task[..., Any], state: str | None = None, **_kwargs: Any) -> None:
    run: Run | None = vars(task.request).pop(RUN, None)
    if run is None:
        return
    took_s, state = perf_counter() - run.began, (state or "unknown").lower()
    told: dict[str, Any] = {"task": task.name, "state": state, "ms": round(took_s * 1000, 1)}
    if run.waited_s is not None:
        told["waited_ms"] = round(run.waited_s * 1000)
    log.info("task", extra=told)
    if counted := counts():
        counted.task(task.name, state, took_s, run.waited_s)
    run.scope.__exit__(None, None, None)


def waited_s(sent: Mapping[str, Any], *, now: float) -> float | None:
    """Seconds since the message was queued, or, if that is later, since the task was to run.

    Two machines tell the time: never less than 0.
    """
    queued_at, eta = sent.get(QUEUED_AT), sent.get("eta")
    if not isinstance(queued_at, float | int):
        return None
    if isinstance(eta, str):
        queued_at = max(queued_at, datetime.fromisoformat(eta).timestamp())
    return max(0.0, now - queued_at)
