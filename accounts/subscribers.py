"""What accounts hears: that somebody leaves."""

from __future__ import annotations

from accounts import tasks
from accounts.models import Departure
from events.bus import subscribe
from events.catalog import DepartureAsked
from oo.lib.queue import look_now


def depart(event: DepartureAsked) -> None:
    for key in Departure.objects.filter(user_id=event.user_id).values_list("pk", flat=True):
        look_now(tasks.depart, str(key))


def listen() -> None:
    subscribe(DepartureAsked, depart)
