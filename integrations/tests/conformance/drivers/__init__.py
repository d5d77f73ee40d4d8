"""A driver for each source of oO, or two, for one that has both tasks and a calendar."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.tests.conformance.driver import Driver
from integrations.tests.conformance.drivers.caldav import CalDavEvents, CalDavTasks
from integrations.tests.conformance.drivers.calendars import CalendarFileDriver, CalendarUrlDriver
from integrations.tests.conformance.drivers.google_calendar import GoogleCalendarDriver
from integrations.tests.conformance.drivers.sample import SampleDriver
from integrations.tests.conformance.drivers.todoist import TodoistDriver

DRIVERS: Mapping[str, tuple[type[Driver], ...]] = {
    "caldav": (CalDavEvents, CalDavTasks),
    "calendar-file": (CalendarFileDriver,),
    "calendar-url": (CalendarUrlDriver,),
    "google-calendar": (GoogleCalendarDriver,),
    "sample": (SampleDriver,),
    "todoist": (TodoistDriver,),
}
