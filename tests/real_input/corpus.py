"""How the real-world files are read: each at a moment at which something happens in it."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from integrations import ical

ZONE = ZoneInfo("Europe/Berlin")
DEFAULT = datetime(2026, 1, 1, tzinfo=UTC)
FOLD = re.compile(rb"\r?\n[ \t]")
START = re.compile(rb"^DTSTART[^\n]*?:(\d{8})", re.MULTILINE)
QUOTED = re.compile(rb"BEGIN:VCALENDAR.*?END:VCALENDAR", re.DOTALL)
# A text that code puts together (escapes, gaps to fill in) is none before it has run.
CODE = re.compile(rb"\\[rn]|%[a-z0-9]|\{")


@dataclass(frozen=True, slots=True)
class Result:
    """`refused` is why the file as a whole was not read, "" when it was."""

    name: str
    reading: ical.Reading | None
    refused: str
    seconds: float


def first_start(data: bytes) -> datetime:
    """The day of the first entry's start, in a file of any kind."""
    entries = FOLD.sub(b"", data).replace(b"\r", b"").partition(b"BEGIN:VEVENT")[2]
    found = START.search(entries)
    try:
        return datetime.strptime(found[1].decode(), "%Y%m%d").replace(tzinfo=UTC)  # type: ignore[index]
    except (TypeError, ValueError):
        return DEFAULT


def read_file(path: Path) -> Result:
    return read_text(path.name, path.read_bytes())


def read_quoted(path: Path) -> list[Result]:
    """The calendars that stand as text in a source file or a page of documentation."""
    found = QUOTED.findall(path.read_bytes())
    return [
        read_text(f"{path.name}#{number}", data + b"\n")
        for number, data in enumerate(found, 1)
        if data.count(b"\n") > 3 and not CODE.search(data)
    ]


def read_text(name: str, data: bytes) -> Result:
    began = time.perf_counter()
    try:
        reading, refused = ical.read(data, at=first_start(data), zone=ZONE), ""
    except (ical.NotACalendar, ical.TooBig) as error:
        reading, refused = None, type(error).__name__
    return Result(name, reading, refused, time.perf_counter() - began)
