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
        return start, max(start + DAY, after_last(end))
    if not isinstance(end, datetime):
        end = datetime.combine(end, time(), start.tzinfo)
    # Midnight may be that of the zone that is written, of the person, or of UTC.
    for each in (start.tzinfo, zone, UTC):
        first, last = start.astimezone(each), end.astimezone(each)
        if _is_midnight(first) and (is_marked or _is_whole(first, last)):
            return first.date(), max(first.date() + DAY, after_last(last))
    if is_marked:
        return start.date(), max(start.date() + DAY, after_last(end.astimezone(start.tzinfo)))
    if end.astimezone(UTC) - start.astimezone(UTC) >= DAY:
        return start.astimezone(zone).date(), after_last(end.astimezone(zone))
    return None


def midnight_zone(value: datetime, *zones: tzinfo | None) -> tzinfo | None:
    """The first of these zones, then its own and UTC, where a time is midnight."""
    for each in (*zones, value.tzinfo, UTC):
        if _is_midnight(value.astimezone(each)):
            return each
    return None


def _is_midnight(value: datetime) -> bool:
    return value.time() <= EARLY


def _is_whole(first: datetime, last: datetime) -> bool:
    is_edge = last.time() <= EARLY or last.time() >= LATE
    return is_edge and last.replace(tzinfo=None) - first.replace(tzinfo=None) >= ALMOST_A_DAY


def after_last(end: Moment) -> date:
    """The day after the last that it touches."""
    if not isinstance(end, datetime):
        return end
    return end.date() + (DAY if end.time() > EARLY else timedelta())
