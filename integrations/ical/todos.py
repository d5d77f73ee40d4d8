"""VTODO (RFC 5545, 3.6.2): the to-dos of a file, as values that have been checked.

As of entries: what cannot be read of one is left out, and one that has no title is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from integrations.ical.blocks import READ as READ_BLOCKS
from integrations.ical.blocks import Block, read_calendars
from integrations.ical.entries import properties, web_address
from integrations.ical.limits import MAX_LINE, MAX_TEXT, SkipEntry
from integrations.ical.values import Moment, Place, Properties, duration, floats, moment, word
from integrations.ical.zones import Zones
from oo.lib.text import lines, one_line

BLOCKS = READ_BLOCKS - {"VEVENT"} | {"VTODO"}
READ = frozenset(
    [
        "UID",
        "SUMMARY",
        "DESCRIPTION",
        "URL",
        "STATUS",
        "COMPLETED",
        "PRIORITY",
        "DTSTART",
        "DUE",
        "DURATION",
        "RRULE",
        "RECURRENCE-ID",
        "RELATED-TO",
        "CREATED",
        "LAST-MODIFIED",
    ]
)
CATEGORIES = re.compile(r'\s*CATEGORIES\s*(?:;(?:"[^"]*"|[^":])*)?:(.*)', re.IGNORECASE)
COMMA = re.compile(r"(?<!\\),")
LONGEST_NOTE, MOST_CATEGORIES = 2_000, 50
MOST_MINUTES = 24 * 60
EVERY = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year", "HOURLY": "hour"}
# Some moment a closed one must have, else it would count as open.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Todo:
    """floats        its due time names no zone: it is at this hour wherever the person is
    recurrence    in English words, "every 2 weeks"; "" for one that does not come back
    parent        UID of the one that this is a part of
    is_change     it speaks of one occurrence of a series
    """

    uid: str
    title: str
    description: str
    due: Moment | None
    floats: bool
    duration_min: int | None
    priority: int  # as RFC 5545 has it: 1 highest .. 9 lowest, 0 none
    categories: tuple[str, ...]
    recurrence: str
    parent: str
    url: str
    is_change: bool
    is_cancelled: bool
    added_at: datetime | None
    updated_at: datetime | None
    completed_at: datetime | None


def read_todos(data: bytes, *, zone: tzinfo) -> list[Todo]:
    """Those of a file that have a title. zone: the person's. Raises NotACalendar, TooBig."""
    return [todo for block, place in blocks_of(data, zone) if (todo := _read(block, place))]


def blocks_of(data: bytes, zone: tzinfo) -> Iterator[tuple[Block, Place]]:
    """Each VTODO that is whole, and what holds for it. Raises NotACalendar, TooBig."""
    calendars = read_calendars(data, BLOCKS)
    zones = Zones(each for calendar in calendars for each in calendar.named("VTIMEZONE"))
    place = Place(zones, zone, None, frozenset(), frozenset())
    for calendar in calendars:
        for block in calendar.named("VTODO"):
            if block.is_closed:
                yield block, place


def _read(block: Block, place: Place) -> Todo | None:
    """None when there is nothing to say of it."""
    # A note may be long; it is read as far as it is kept.
    short = [line if len(line) <= MAX_LINE else line[: 4 * LONGEST_NOTE] for line in block.lines]
    found = properties(Block(block.name, short), READ)
    title = one_line(word(found, "SUMMARY"), MAX_TEXT)
    if not title:
        return None
    due, is_floating = _due(found, place)
    updated_at, status = _moment(found, "LAST-MODIFIED", place), word(found, "STATUS").upper()
    completed_at = _moment(found, "COMPLETED", place)
    if status.strip() == "COMPLETED":
        completed_at = completed_at or updated_at or LONG_AGO
    elif status.strip() in ("NEEDS-ACTION", "IN-PROCESS"):
        completed_at = None
    return Todo(
        uid=one_line(word(found, "UID"), 255),
        title=title,
        description=lines(word(found, "DESCRIPTION"), LONGEST_NOTE),
        due=due,
        floats=is_floating,
        duration_min=_minutes(found),
        priority=_priority(word(found, "PRIORITY")),
        categories=tuple(_categories(short)),
        recurrence=in_words(word(found, "RRULE")),
        parent=_parent(found),
        url=web_address(word(found, "URL")),
        is_change=bool(word(found, "RECURRENCE-ID").strip()),
        is_cancelled=status.strip() == "CANCELLED",
        added_at=_moment(found, "CREATED", place),
        updated_at=updated_at,
        completed_at=completed_at,
    )


def _due(found: Properties, place: Place) -> tuple[Moment | None, bool]:
    """DUE, or what DTSTART and DURATION make of it; and whether it floats."""
    try:
        due = moment(found, "DUE", place)
        if due is not None:
            return due, floats(*found["DUE"][0], place)
        start, length = moment(found, "DTSTART", place), duration(word(found, "DURATION"))
        if start is None or length is None:
            return None, False
        return start + length.days + length.hours, floats(*found["DTSTART"][0], place)
    except (SkipEntry, ValueError, ArithmeticError):
        return None, False  # without its date, a task is still a task


def _moment(found: Properties, name: str, place: Place) -> datetime | None:
    try:
        value = moment(found, name, place)
        return value.astimezone(UTC) if isinstance(value, datetime) else None
    except (SkipEntry, ValueError, ArithmeticError):
        return None


def _minutes(found: Properties) -> int | None:
    """Days are a span on the calendar, not an amount of work."""
    try:
        length = duration(word(found, "DURATION"))
    except SkipEntry:
        return None
    if length is None or length.days:
        return None
    minutes = length.hours // timedelta(minutes=1)
    return minutes if 1 <= minutes < MOST_MINUTES else None


def _priority(text: str) -> int:
    return int(text) if re.fullmatch(r"\s*[0-9]\s*", text) else 0


def _categories(written: list[str]) -> Iterator[str]:
    """A comma in a name has a backslash, so these lines are taken apart before it is removed."""
    found = (CATEGORIES.fullmatch(line) for line in written if len(line) <= MAX_LINE)
    names = (name for match in found if match for name in COMMA.split(match[1]))
    kept = [one_line(re.sub(r"\\(.)", r"\1", name), 100) for name in names]
    yield from list(dict.fromkeys(filter(None, kept)))[:MOST_CATEGORIES]


def _parent(found: Properties) -> str:
    for params, value in found.get("RELATED-TO", ()):
        if params.get("RELTYPE", "PARENT").upper() == "PARENT":
            return one_line(value, 255)
    return ""


def in_words(rule: str) -> str:
    """ "every 2 weeks"; the days of it are said by its dates."""
    parts = dict(part.partition("=")[::2] for part in rule.upper().replace(" ", "").split(";"))
    if not parts.get("FREQ"):
        return ""
    unit, number = EVERY.get(parts["FREQ"], "…"), parts.get("INTERVAL", "1")
    if not re.fullmatch(r"[0-9]{1,4}", number) or int(number) < 2:
        return f"every {unit}"
    return f"every {int(number)} {unit}s"
