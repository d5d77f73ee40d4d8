"""A calendar as one text: published at an address, or uploaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import count
from typing import ClassVar

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from integrations.access import connections
from integrations.connect.forms import FileField
from integrations.ical import MAX_BYTES
from integrations.models import CalendarEvent, Connection, Task
from integrations.tests.conformance.driver import WAIT_S, Fragile, Kept, Outside, Tools, Way
from integrations.tests.conformance.drivers.ics import component
from integrations.tests.conformance.excuses import CLOSES_NOTHING, NOBODY_IS_ASKED
from integrations.tests.conformance.gate import GARBAGE, Answer, gate_before


@dataclass(frozen=True, slots=True)
class Entry:
    title: str
    start: date | datetime
    days: int


class Book:
    """All entries, by UID."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self._numbers = count(1)

    def add(self, entry: Entry) -> str:
        uid = f"entry-{next(self._numbers)}"
        self.entries[uid] = entry
        return uid

    def retitle(self, uid: str, title: str) -> None:
        self.entries[uid] = replace(self.entries[uid], title=title)

    def written(self) -> bytes:
        lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", "X-WR-CALNAME:Work"]
        for uid, entry in self.entries.items():
            lines += component("VEVENT", uid, entry.title, entry.start, entry.days)
        # Half a surrogate pair as careless programs write it, which is no UTF-8.
        return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode(errors="surrogatepass")


class _CalendarDriver(Kept):
    rows: ClassVar[type[Task] | type[CalendarEvent]] = CalendarEvent

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self.book = Book()

    def add(self, title: str, start: date | datetime, *, days: int = 1) -> str:
        return self.book.add(Entry(title, start, days))

    def retitle(self, name: str, title: str) -> None:
        self.book.retitle(name, title)

    def delete(self, name: str) -> None:
        del self.book.entries[name]


class CalendarUrlDriver(_CalendarDriver, Outside):
    key = "calendar-url"
    excused: ClassVar[Mapping[str, str]] = CLOSES_NOTHING

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self.refusal: Answer | None = None
        self.gate = tools.enter(gate_before(self._answer))
        tools.settings.OO_PRIVATE_HOSTS_ALLOWED = self.gate.door

    def given(self) -> Mapping[str, str]:
        return {"url": f"{self.gate.url}/secret.ics"}

    def _answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        known = {"Content-Type": "text/calendar"}
        return self.refusal or Answer(200, known, self.book.written())

    def revoke(self) -> None:
        self.refusal = Answer(401, {}, b"")

    def limit(self) -> None:
        self.refusal = Answer(429, {"Retry-After": str(WAIT_S)}, b"")

    def swell(self) -> None:
        self.broken.setattr("integrations.ical.MAX_SENT", 20)

    def mend(self) -> None:
        super().mend()
        self.refusal = None


class CalendarFileDriver(_CalendarDriver, Fragile):
    """The person uploads each newer export, which is how a file changes."""

    key = "calendar-file"
    excused: ClassVar[Mapping[str, str]] = {**CLOSES_NOTHING, **NOBODY_IS_ASKED}

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self.way: Way | None = None

    def given(self) -> Mapping[str, str]:
        return {}

    def document(self) -> str:
        """As the form of the Connect page reads an upload; more than that lets in, if need be."""
        if self.way is Way.TOO_LARGE:
            return " " * (MAX_BYTES + 1)
        written = GARBAGE if self.way is Way.GARBAGE else self.book.written()
        return str(FileField().clean(SimpleUploadedFile("calendar.ics", written), None))

    def hand_over(self, user: User, at: datetime) -> None:
        kept = Connection.objects.get(user=user, source=self.key).document
        document = self.document()
        if document != kept:
            connections.connect(user.pk, self.key, {}, document, at=at)

    def break_(self, way: Way, *, after: int = 0) -> None:
        self.way = way

    def mend(self) -> None:
        self.way = None
