"""Entries and to-dos as the programs write them that people keep calendars in."""

from __future__ import annotations

from datetime import date, datetime, timedelta


def component(
    kind: str, uid: str, title: str, start: date | datetime, days: int = 1
) -> tuple[str, ...]:
    """kind: VEVENT, of an hour or a day; or VTODO, due then."""
    begins = "DUE" if kind == "VTODO" else "DTSTART"
    rule = (f"RRULE:FREQ=DAILY;COUNT={days}",) if days > 1 else ()
    return (
        f"BEGIN:{kind}",
        f"UID:{uid}",
        "DTSTAMP:20260101T000000Z",
        f"SUMMARY:{_escaped(title)}",
        _moment(begins, start),
        *((_moment("DTSTART", start),) if rule and kind == "VTODO" else ()),
        *((_moment("DTEND", start + _length(start)),) if kind == "VEVENT" else ()),
        *rule,
        f"END:{kind}",
    )


def _moment(name: str, at: date | datetime) -> str:
    if isinstance(at, datetime):
        return f"{name};TZID={at.tzinfo}:{at:%Y%m%dT%H%M%S}"
    return f"{name};VALUE=DATE:{at:%Y%m%d}"


def _length(start: date | datetime) -> timedelta:
    return timedelta(hours=1) if isinstance(start, datetime) else timedelta(days=1)


def _escaped(text: str) -> str:
    """RFC 5545, 3.3.11: a line break is two characters."""
    for plain in ("\\", ";", ","):
        text = text.replace(plain, f"\\{plain}")
    return text.replace("\r\n", "\n").replace("\n", "\\n")
