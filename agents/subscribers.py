"""What agents hear: that rows are gone, and with them what was read of them."""

from __future__ import annotations

from agents import tasks
from events.bus import subscribe
from events.catalog import ConnectionChanged
from oo.lib.queue import look_now


def forget(event: ConnectionChanged) -> None:
    if event.state == "disconnected":
        look_now(tasks.forget, str(event.user_id))


def listen() -> None:
    subscribe(ConnectionChanged, forget)
