from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar

from integrations.models import CalendarEvent, Task
from integrations.sources.google_calendar import EVENTS
from integrations.tests.conformance.driver import WAIT_S, Outside, Tools
from integrations.tests.conformance.excuses import CLOSES_NOTHING
from integrations.tests.conformance.gate import gate_before, through_to
from tests.clock import BERLIN, NOON
from tests.stand_ins import google_calendar
from tests.stand_ins.google_calendar import Clock, FaultKind
from tests.stand_ins.google_calendar.scopes import EMAIL, OPENID

API = "/calendar/v3/"


class GoogleCalendarDriver(Outside):
    """Three entries a page, so that there are several."""

    key = "google-calendar"
    rows: ClassVar[type[Task] | type[CalendarEvent]] = CalendarEvent
    excused: ClassVar[Mapping[str, str]] = CLOSES_NOTHING

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self.clock = Clock(NOON.astimezone(UTC))
        started = google_calendar.running(clock=self.clock, timezone=BERLIN.key)
        self.google = tools.enter(started)
        self.gate = tools.enter(gate_before(through_to(self.google.url)))
        settings = tools.settings
        settings.GOOGLE_CALENDAR_API_URL = f"{self.gate.url}{API}"
        settings.GOOGLE_CALENDAR_TOKEN_URL = f"{self.gate.url}/token"
        settings.GOOGLE_CALENDAR_USER_URL = f"{self.gate.url}/v1/userinfo"
        settings.GOOGLE_CALENDAR_REVOKE_URL = f"{self.gate.url}/revoke"
        settings.GOOGLE_CALENDAR_CLIENT_ID = self.google.client_id
        settings.GOOGLE_CALENDAR_CLIENT_SECRET = self.google.client_secret
        tools.patch.setattr("integrations.sources.google_calendar.reading.PAGE_ENTRIES", 3)

    def given(self) -> Mapping[str, str]:
        granted = self.google.grant(scopes=(OPENID, EMAIL, EVENTS))
        return {name: granted[name] for name in ("access_token", "refresh_token", "scope")}

    def move_clock(self, at: datetime) -> None:
        super().move_clock(at)
        self.clock.advance(at - self.clock.now())

    def add(self, title: str, start: date | datetime, *, days: int = 1) -> str:
        rule = f"RRULE:FREQ=DAILY;COUNT={days}" if days > 1 else ()
        name = self.google.alice.add_event(title, start, recurrence=rule)
        if isinstance(start, datetime):
            zone = str(start.tzinfo)
            end = start + timedelta(hours=1)
            times = {"start": start, "end": end}
            told = {
                edge: {"dateTime": moment.isoformat(), "timeZone": zone}
                for edge, moment in times.items()
            }
            self.google.alice.update(name, **told)
        return name

    def retitle(self, name: str, title: str) -> None:
        self.google.alice.update(name, summary=title)

    def delete(self, name: str) -> None:
        self.google.alice.delete(name)

    def revoke(self) -> None:
        self.google.revoke_grant()

    def limit(self) -> None:
        kind = FaultKind.USER_RATE_LIMITED
        self.google.faults.add(kind, API, times=100, retry_after_s=WAIT_S)

    def swell(self) -> None:
        self.broken.setattr("integrations.sources.google_calendar.MAX_BYTES", 500)

    def mend(self) -> None:
        super().mend()
        self.google.faults.clear()
