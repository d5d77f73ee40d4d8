"""Whole days that are written as times, and times that last for days: neither is a meeting."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from integrations.ical.values import Moment

DAY = timedelta(days=1)
# Programs that cannot write midnight at both ends write 00:01 or 23:59.
EARLY, LATE = time(0, 1), time(23, 59)
ALMOST_A_DAY = timedelta(hours=23, minutes=58)


def days_of(
    start: Moment, end: Moment, zone: tzinfo, *, is_marked: bool
) -> tuple[date, date] | None:
    """The first day, and the day after the last; None for what has hours.

    zone       the person's
    is_marked  the file says that these are whole days, whatever the hours
    """
    if not isinstance(start, datetime):
        return start, max(start + DAY, _after(end))
    if not isinstance(end, datetime):
        end = datetime.combine(end, time(), start.tzinfo)
    # Midnight may be that of the zone that is written, of the person, or of UTC.
    for each in (start.tzinfo, zone, UTC):
        first, last = start.astimezone(each), end.astimezone(each)
        if _is_midnight(first) and (is_marked or _is_whole(first, last)):
            return first.date(), max(first.date() + DAY, _after(last))
    if is_marked:
        return start.date(), max(start.date() + DAY, _after(end.astimezone(start.tzinfo)))
    if end.astimezone(UTC) - start.astimezone(UTC) >= DAY:
        return start.astimezone(zone).date(), _after(end.astimezone(zone))
    return None


def day_of(value: datetime, zone: tzinfo) -> date:
    """The day that a time means where only days count: as it is written, if that is midnight."""
    for each in (value.tzinfo, zone, UTC):
        if _is_midnight(value.astimezone(each)):
            return value.astimezone(each).date()
    return value.date()


def _is_midnight(value: datetime) -> bool:
    return value.time() <= EARLY


def _is_whole(first: datetime, last: datetime) -> bool:
    is_edge = last.time() <= EARLY or last.time() >= LATE
    return is_edge and last.replace(tzinfo=None) - first.replace(tzinfo=None) >= ALMOST_A_DAY


def _after(end: Moment) -> date:
    """The day after the last that it touches."""
    if not isinstance(end, datetime):
        return end
    return end.date() + (DAY if end.time() > EARLY else timedelta())
