from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import ClassVar

from integrations.models import CalendarEvent, Task
from integrations.tests.conformance.driver import WAIT_S, Closes, Outside, Tools
from integrations.tests.conformance.excuses import ONE_ROW
from integrations.tests.conformance.gate import gate_before, through_to
from tests.clock import NOON
from tests.stand_ins.todoist import Clock, FaultKind, TodoistStandIn

API = "/api/v1/"


class TodoistDriver(Outside, Closes):
    key = "todoist"
    rows: ClassVar[type[Task] | type[CalendarEvent]] = Task
    excused: ClassVar[Mapping[str, str]] = ONE_ROW

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self.clock = Clock(NOON.astimezone(UTC))
        self.todoist = tools.enter(TodoistStandIn(clock=self.clock))
        self.gate = tools.enter(gate_before(through_to(self.todoist.url)))
        self.alice = self.todoist.alice
        tools.settings.TODOIST_API_URL = f"{self.gate.url}{API}"
        tools.settings.TODOIST_TOKEN_URL = f"{self.gate.url}/oauth/access_token"
        tools.settings.TODOIST_CLIENT_ID = self.todoist.client_id
        tools.settings.TODOIST_CLIENT_SECRET = self.todoist.client_secret

    def given(self) -> Mapping[str, str]:
        granted = self.todoist.grant(self.alice)
        return {name: granted[name] for name in ("access_token", "refresh_token")}

    def move_clock(self, at: datetime) -> None:
        super().move_clock(at)
        self.clock.advance(at - self.clock.now())

    def add(self, title: str, start: date | datetime, *, days: int = 1) -> str:
        """What takes place on several days comes back every day, without an end."""
        name = self.alice.add_task("new", start, recurring="every day" if days > 1 else None)
        self.alice.force(name, content=title)  # longer than its clients may write, too
        return name

    def retitle(self, name: str, title: str) -> None:
        self.alice.update(name, content=title)

    def delete(self, name: str) -> None:
        self.alice.delete(name)

    def closings(self, name: str) -> int:
        return sum(done.task["id"] == name for done in self.alice.completions)

    def revoke(self) -> None:
        with self.alice.lock:
            self.todoist.authority.revoke_all(self.alice.id, self.todoist.client_id)

    def limit(self) -> None:
        self.todoist.faults.add(FaultKind.TOO_MANY, API, times=100, retry_after_s=WAIT_S)

    def swell(self) -> None:
        self.broken.setattr("integrations.sources.todoist.MAX_BYTES", 500)

    def mend(self) -> None:
        super().mend()
        self.todoist.faults.clear()
