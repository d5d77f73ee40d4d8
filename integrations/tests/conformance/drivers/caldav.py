from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from itertools import count
from typing import ClassVar

from integrations.models import CalendarEvent, Task
from integrations.sources.caldav import server as caldav_server
from integrations.tests.conformance.driver import WAIT_S, Closes, Outside, Tools
from integrations.tests.conformance.drivers.ics import component
from integrations.tests.conformance.excuses import CLOSES_NOTHING, ONE_ROW
from integrations.tests.conformance.gate import Answer, gate_before, through_to
from oo.lib.http import Limits
from tests.stand_ins.radicale import Radicale

IN_XML = "a CalDAV server answers in XML, which has no such character"


class _CalDavDriver(Outside):
    """Radicale, which has an answer for too many requests only by the gate before it."""

    key = "caldav"
    kind: ClassVar[str]
    unsayable: ClassVar[Mapping[str, str]] = {
        "nul": IN_XML,
        "half a surrogate pair": IN_XML,
        "controls": IN_XML,
    }

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        radicale: Radicale = tools.request.getfixturevalue("radicale_server")
        self.user = radicale.newcomer()
        self.user.add_calendar("Things", self.kind)
        self.is_limited = False
        self._ask = through_to(radicale.url)
        self.gate = tools.enter(gate_before(self._answer))
        tools.settings.OO_PRIVATE_HOSTS_ALLOWED = self.gate.door
        self._told: dict[str, tuple[date | datetime, int]] = {}
        self._numbers = count(1)

    def given(self) -> Mapping[str, str]:
        return {**self.user.credentials, "url": self.gate.url}

    def _answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if self.is_limited:
            return Answer(429, {"Retry-After": str(WAIT_S)}, b"")
        return self._ask(method, path, headers, body)

    def add(self, title: str, start: date | datetime, *, days: int = 1) -> str:
        name = f"thing-{next(self._numbers)}"
        self._told[name] = start, days
        self.retitle(name, title)
        return name

    def retitle(self, name: str, title: str) -> None:
        start, days = self._told[name]
        self.user.put(f"things/{name}.ics", *component(self.kind, name, title, start, days))

    def delete(self, name: str) -> None:
        self.user.delete(f"things/{name}.ics")

    def revoke(self) -> None:
        self.user.server.shut_out(self.user.name)

    def limit(self) -> None:
        self.is_limited = True

    def swell(self) -> None:
        self.broken.setattr(caldav_server, "LIMITS", Limits(max_bytes=200))

    def mend(self) -> None:
        super().mend()
        self.is_limited = False
        self.user.server.let_in(self.user.name)


class CalDavEvents(_CalDavDriver):
    kind = "VEVENT"
    rows: ClassVar[type[Task] | type[CalendarEvent]] = CalendarEvent
    excused: ClassVar[Mapping[str, str]] = {
        name: "an entry of a calendar cannot be closed" for name in CLOSES_NOTHING
    }


class CalDavTasks(_CalDavDriver, Closes):
    kind = "VTODO"
    rows: ClassVar[type[Task] | type[CalendarEvent]] = Task
    excused: ClassVar[Mapping[str, str]] = ONE_ROW

    def closings(self, name: str) -> int:
        """How often it was written at oO's word."""
        return self.gate.asked.count("PUT")
