"""The tests' one moment: a Tuesday noon in Berlin."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 5, 5, 12, tzinfo=BERLIN)
TODAY = date(2026, 5, 5)
