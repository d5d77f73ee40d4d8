"""The tests' one moment: a Tuesday noon in Berlin. And where it is morning, for real clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 5, 5, 12, tzinfo=BERLIN)
TODAY = date(2026, 5, 5)


def morning_zone(now: datetime) -> str:
    """Where it is ten o'clock: at night nobody is told anything."""
    ahead = (10 - now.astimezone(UTC).hour + 11) % 24 - 11
    return f"Etc/GMT{-ahead:+d}"  # POSIX counts from there to Greenwich
