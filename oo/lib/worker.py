"""Celery's worker, where it would wait for ever."""

from __future__ import annotations

from typing import Any

from celery import Task
from celery.worker.request import Request


class HeardRequest(Request):
    """A message whose acknowledgement has to arrive.

    Celery logs that the broker did not hear it, and counts the message among those in work from
    then on: after as many as the worker takes at once it takes no other, and nothing shows it where
    the broker closed nothing. Without errors to swallow, the failure reaches the event loop, which
    connects anew.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options | {"connection_errors": ()})


class HeardTask(Task[..., Any]):
    Request = "oo.lib.worker:HeardRequest"
    abstract = True
