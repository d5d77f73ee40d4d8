"""A stand-in for Google Calendar: the parts of Calendar API v3 and of Google's OAuth that oO uses.

    with google_calendar.running() as google:
        lunch = google.alice.add_event("Lunch", at(12), at(13))
        tokens = google.grant()
        google.alice.delete(lunch)
        google.faults.add(FaultKind.RATE_LIMITED, "/calendar/v3/", times=2)

`google.clock` stands still until it is advanced, `google.requests` holds what was asked, and
`google.deliveries` what was told over channels, once `google.wait_for_deliveries()` is back.
"""

from __future__ import annotations

from tests.stand_ins.todoist.clock import Clock

from .calendar import Calendar
from .channels import Delivery
from .faults import FaultKind
from .server import GoogleCalendarStandIn, running
from .visitor import allow, deny

__all__ = [
    "Calendar",
    "Clock",
    "Delivery",
    "FaultKind",
    "GoogleCalendarStandIn",
    "allow",
    "deny",
    "running",
]
