"""A calendar of ten years as a busy office publishes it: 20 MiB, of which a month matters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice

from integrations.tests.test_ical import OWN_ZONE

FIRST = datetime(2018, 3, 5, 6, tzinfo=UTC)  # a Monday
A_DAY = 13
QUARTER = 12  # weeks after which a series begins, and a date of another is moved
PIECE_LINES = 800
TEXT = "DESCRIPTION:" + "\r\n ".join(["what they talk about, in ä few words, " * 2] * 3)
ALARM = ("BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT10M", "END:VALARM")
PEOPLE = tuple(f"ATTENDEE;CN=Person {n};PARTSTAT=ACCEPTED:mailto:p{n}@example.com" for n in "abc")


@dataclass
class Feed:
    """Writes itself piece by piece.

    expected    UID and start of each meeting from low to high that was written, changes made
    """

    low: datetime = FIRST
    high: datetime = FIRST
    weeks: int = 522
    expected: list[tuple[str, datetime]] = field(default_factory=list)

    def pieces(self) -> Iterator[bytes]:
        lines = self._lines()
        while held := list(islice(lines, PIECE_LINES)):
            yield "\r\n".join([*held, ""]).encode()

    def _lines(self) -> Iterator[str]:
        yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "X-WR-CALNAME:Office")
        # What is said of a series comes first, long before the series itself and the zone.
        for week in range(0, self.weeks, QUARTER):
            yield from self._moved(week)
        for week in range(self.weeks):
            for day in range(5):
                yield from self._day(FIRST + timedelta(weeks=week, days=day))
            if week % QUARTER == 0:
                yield from self._quarter(week)
        yield from self._entry("weekly", FIRST + timedelta(hours=12), "RRULE:FREQ=WEEKLY")
        for week in range(self.weeks):
            if week % QUARTER:
                self._expect("weekly", FIRST + timedelta(weeks=week, hours=12))
        yield from OWN_ZONE
        yield "END:VCALENDAR"

    def _day(self, day: datetime) -> Iterator[str]:
        for n in range(A_DAY):
            start, uid = day + timedelta(minutes=45 * n), f"{day:%Y%m%d}-{n}@example.com"
            self._expect(uid, start)
            yield from self._entry(uid, start, "RESOURCES:Room", "PRIORITY:5")

    def _moved(self, week: int) -> Iterator[str]:
        """One date of the weekly series, to the next day."""
        was = FIRST + timedelta(weeks=week, hours=12)
        self._expect("weekly", was + timedelta(days=1))
        yield from self._entry("weekly", was + timedelta(days=1), f"RECURRENCE-ID:{stamp(was)}")

    def _quarter(self, week: int) -> Iterator[str]:
        """A series that ends, told in the zone of the file, which stands at its end."""
        start = FIRST + timedelta(weeks=week, hours=13)
        days = [start + timedelta(days=n) for n in range(60)]
        for day in days:
            self._expect(f"quarter-{week}", day)
        wall = start + timedelta(hours=5, minutes=45)
        yield from (
            "BEGIN:VEVENT",
            f"UID:quarter-{week}",
            f"DTSTART;TZID=Our office:{wall:%Y%m%dT%H%M%S}",
            f"RRULE:FREQ=DAILY;UNTIL={stamp(days[-1])}",
            "END:VEVENT",
        )

    def _entry(self, uid: str, start: datetime, *more: str) -> Iterator[str]:
        yield from ("BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:Meeting {uid}")
        yield from (f"DTSTART:{stamp(start)}", f"DTEND:{stamp(start + timedelta(minutes=30))}")
        yield from (*more, TEXT, *PEOPLE, *ALARM, "END:VEVENT")

    def _expect(self, uid: str, start: datetime) -> None:
        if self.low <= start < self.high:
            self.expected.append((uid, start))


def stamp(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%SZ}"
