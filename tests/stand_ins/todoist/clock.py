"""The time as the stand-in sees it: it stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Clock:
    """A clock that a test holds in its hand; `Clock.running()` follows the real one instead."""

    def __init__(self, start: datetime | None = START) -> None:
        self._still = start
        self._ahead = timedelta()

    @classmethod
    def running(cls) -> Clock:
        return cls(start=None)

    def now(self) -> datetime:
        return (self._still or datetime.now(UTC)) + self._ahead

    def advance(self, step: timedelta | None = None, *, seconds: float = 0) -> None:
        self._ahead += (step or timedelta()) + timedelta(seconds=seconds)


def stamp(moment: datetime) -> str:
    """A moment in Todoist's notation, always with microseconds: the Python SDK reads no other."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
