"""The days that a page is about, from its address, and those before, to compare with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

CHOICES = (1, 7, 28, 90)
USUAL = 28
DAY = timedelta(days=1)
EARLIEST = date(2000, 1, 1)  # before it there was no oO, and soon no calendar


def short_day(day: date) -> str:
    """Without its year, for axes."""
    # Translators: a day as Django's date filter writes it, short: 5 May
    return date_format(day, _("j M"))


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days in UTC, the last of them included.

    last  today, or a day that was chosen
    """

    last: date
    days: int

    @property
    def first(self) -> date:
        return self.last - DAY * (self.days - 1)

    @property
    def since(self) -> datetime:
        return datetime.combine(self.first, time(), UTC)

    @property
    def until(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.last + DAY, time(), UTC)

    def before(self) -> Period:
        """As many days, right before."""
        return Period(self.first - DAY, self.days)

    def over(self, today: date) -> Period:
        """Without today, of which only a part has been: no day at all where it is of today."""
        return Period(today - DAY, self.days - 1) if self.last == today else self

    def __iter__(self) -> Iterator[date]:
        return (self.first + DAY * n for n in range(self.days))


def read_period(given: Mapping[str, str], *, today: date) -> Period:
    """From `?days=` and `?last=`. What is no number or no day is as if it were not there; a day out
    of reach is the nearest one."""
    try:
        last = max(EARLIEST, min(date.fromisoformat(given.get("last", "")), today))
    except ValueError:
        last = today
    days = given.get("days", "")
    return Period(last, int(days) if days in map(str, CHOICES) else USUAL)
