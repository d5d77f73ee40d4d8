"""One VEVENT: from its lines to values that have been checked, on the zone that it names."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from integrations.ical.blocks import Block
from integrations.ical.guests import read_guests
from integrations.ical.limits import MAX_LINE, MAX_TEXT, Skip, SkipEntry
from integrations.ical.values import (
    Length,
    Moment,
    Period,
    Place,
    Properties,
    dated_parts,
    floats,
    moment,
    parts_of,
    readable_dates,
    readable_duration,
    readable_moment,
    word,
)
from oo.lib.text import one_line

# What of an entry is read, beside its guests. The rest (descriptions, attachments, alarms) is not
# even parsed.
READ = frozenset(
    [
        "UID",
        "SUMMARY",
        "LOCATION",
        "URL",
        "STATUS",
        "TRANSP",
        "X-MICROSOFT-CDO-BUSYSTATUS",
        "X-MICROSOFT-CDO-ALLDAYEVENT",
        "X-FUNAMBOL-ALLDAY",
        "SEQUENCE",
        "LAST-MODIFIED",
        "DTSTAMP",
        "DTSTART",
        "DTEND",
        "DURATION",
        "RRULE",
        "RDATE",
        "EXDATE",
        "RECURRENCE-ID",
    ]
)
# Of these the beginning says enough: who writes a novel into a title has the meeting all the same.
TEXTS = frozenset({"SUMMARY", "LOCATION"})
DATES = frozenset({"DTSTART", "DTEND", "DUE", "COMPLETED", "RDATE", "EXDATE", "RECURRENCE-ID"})
NAME = re.compile(r"[A-Za-z0-9-]+")
WHOLE_DAYS = ("MICROSOFT-CDO-ALLDAYEVENT", "FUNAMBOL-ALLDAY")
FREE = frozenset({"FREE", "WORKINGELSEWHERE"})


@dataclass(frozen=True, slots=True)
class Entry:
    uid: str
    title: str
    location: str
    url: str
    start: Moment  # with a zone, always
    end: Moment | None
    duration: Length | None
    floats: bool  # its start named no zone: it is at this hour wherever the person is
    rules: tuple[str, ...]
    rdates: tuple[Moment | Period, ...]
    exdates: tuple[Moment, ...]
    original: Moment | None  # RECURRENCE-ID: the occurrence that this entry stands for
    original_floats: bool
    and_future: bool
    sequence: int
    updated_at: datetime | None
    is_busy: bool
    is_whole_days: bool  # said so, whatever its times are
    is_cancelled: bool
    is_declined: bool
    attendees: int | None
    organises: bool


def build_entry(block: Block, place: Place) -> Entry:
    """What cannot be read of its end, and of dates more or less, is left out. Raises SkipEntry."""
    if not block.is_closed:
        raise SkipEntry(Skip.UNREADABLE)
    found, guests = properties(block), read_guests(block.lines)
    is_cancelled = word(found, "STATUS").strip().upper() == "CANCELLED"
    # An occurrence that is cancelled needs no start (RFC 5546, 3.2.5); any other change does.
    is_bare = is_cancelled and not word(found, "DTSTART").strip()
    begins = "RECURRENCE-ID" if is_bare else "DTSTART"
    start = moment(found, begins, place)
    if start is None:
        raise SkipEntry(Skip.UNREADABLE)
    original = found.get("RECURRENCE-ID", [({}, "")])[0]
    # Whoever forgets the zone of another time means the clock that the start is on.
    near = replace(place, zone=start.tzinfo or place.zone) if isinstance(start, datetime) else place
    return Entry(
        uid=_uid(found, block),
        title=one_line(word(found, "SUMMARY"), MAX_TEXT),
        location=one_line(word(found, "LOCATION"), MAX_TEXT),
        url=web_address(word(found, "URL")),
        start=start,
        end=readable_moment(found, "DTEND", near),
        duration=readable_duration(word(found, "DURATION")),
        floats=floats(*found[begins][0], place),
        rules=tuple(value for _, value in found.get("RRULE", ()) if value.strip()),
        rdates=tuple(readable_dates(found, "RDATE", near)),
        exdates=tuple(
            each for each in readable_dates(found, "EXDATE", near) if isinstance(each, date)
        ),
        original=moment(found, "RECURRENCE-ID", near),
        original_floats=floats(*original, place),
        and_future=original[0].get("RANGE", "").upper() == "THISANDFUTURE",
        sequence=_integer(word(found, "SEQUENCE")),
        updated_at=_updated_at(found, place),
        is_busy=_is_busy(found),
        is_whole_days=_is_whole_days(found, begins),
        is_cancelled=is_cancelled,
        is_declined=not place.owners.isdisjoint(guests.declined),
        attendees=guests.people,
        organises=guests.organiser in place.addresses,
    )


def properties(block: Block, names: frozenset[str] = READ) -> Properties:
    """The lines worth reading. A line that is none is dropped: exporters break long texts."""
    found: Properties = {}
    for line in block.lines:
        name = NAME.match(line.lstrip())
        if name is None or name[0].upper() not in names:
            continue
        if len(line) > MAX_LINE:
            if name[0].upper() not in TEXTS:
                raise SkipEntry(Skip.TOO_LONG)
            line = line[:MAX_LINE]
        try:
            parts = _parts(name[0].upper(), line.strip())
        except ValueError:
            continue
        found.setdefault(name[0].upper(), []).append(parts)
    return found


def _parts(name: str, line: str) -> tuple[Mapping[str, str], str]:
    """Raises ValueError. A date that is none is left as it is written."""
    dated = dated_parts(line) if name in DATES else None
    if dated is not None:
        return dated
    _, params, value = parts_of(line)
    return {key.upper(): _first(each) for key, each in params.items()}, value


def _first(value: object) -> str:
    return str(value[0]) if isinstance(value, list) and value else str(value)


def _uid(found: Properties, block: Block) -> str:
    """The entry's own key, or, since it has none or a very long one, one made of what it says."""
    uid = one_line(word(found, "UID"), 2_000)
    if uid and len(uid) <= 255:
        return uid
    said = uid or "\n".join(sorted(line for line in block.lines if "DTSTAMP" not in line))
    return f"oo-{hashlib.sha256(said.encode()).hexdigest()}"


def web_address(text: str) -> str:
    url = text.strip()
    is_web = re.fullmatch(r"https?://[^\s<>\"\\\x00-\x20\x7f-\x9f]{1,490}", url, re.IGNORECASE)
    return url if is_web else ""


def _integer(text: str) -> int:
    return int(text) if re.fullmatch(r"\s*\d{1,9}\s*", text) else -1


def _updated_at(found: Properties, place: Place) -> datetime | None:
    """When it was last changed. DTSTAMP is no answer: many write the moment of the download."""
    try:
        value = moment(found, "LAST-MODIFIED", place)
        return value.astimezone(UTC) if isinstance(value, datetime) else None
    except (SkipEntry, OverflowError):
        return None


def _is_busy(found: Properties) -> bool:
    shown_as = word(found, "X-MICROSOFT-CDO-BUSYSTATUS").strip().upper()
    return word(found, "TRANSP").strip().upper() != "TRANSPARENT" and shown_as not in FREE


def _is_whole_days(found: Properties, begins: str) -> bool:
    marks = (word(found, f"X-{name}").strip().upper() for name in WHOLE_DAYS)
    is_dated = found[begins][0][0].get("VALUE", "").upper() == "DATE"
    return is_dated or not {"TRUE", "1"}.isdisjoint(marks)
