"""What accounts hears: that somebody leaves."""

from __future__ import annotations

from accounts import tasks
from events.bus import subscribe
from events.catalog import DepartureAsked
from oo.lib.queue import look_now


def depart(event: DepartureAsked) -> None:
    look_now(tasks.depart, str(event.departure_id))


def listen() -> None:
    subscribe(DepartureAsked, depart)
