"""A note: a task as somebody typed it, the calendar beside it, and what its words say.

docs/moments.md describes the fields; one per line. Pure: no rows, no clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, ConfigDict, TypeAdapter

from lab.moments.format import (
    STRICT,
    Day,
    EventItem,
    FormatError,
    Id,
    When,
    numbered_lines,
    parse_line,
)

HELD = ".held.jsonl"  # how files end on which nothing is tuned


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """The moment after which it is of no use, as the words say it.

    on    the day; None: that on which the task is due
    lead  how long before, where the words say it
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    quote: str
    on: Day | None = None
    at: time | None = None
    lead: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Serves:
    """The event before which it has to be done.

    lead  a guess
    kin   whether both share a word, or only the world knows
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    quote: str
    event: Id
    lead: timedelta | None = None
    kin: Literal["same", "world"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    id: Id
    locale: str
    now: AwareDatetime
    zone: str
    title: str
    description: str = ""
    project: str = ""
    added: AwareDatetime
    due: When | None = None
    events: tuple[EventItem, ...] = ()
    last_moment: Ends | None = None
    prepares: Serves | None = None

    @property
    def language(self) -> str:
        return self.locale.split("-", 1)[0]

    @property
    def person_zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def due_at(self) -> datetime | None:
        """Afloat where the person is; None where it is due on a day, or never."""
        if not isinstance(self.due, datetime):
            return None
        return self.due if self.due.tzinfo else self.due.replace(tzinfo=self.person_zone)


NOTE = TypeAdapter(Note)


def load_notes(folder: Path, *, held: bool) -> tuple[Note, ...]:
    """Those that are held back, or the others. Raises FormatError, OSError."""
    files = (file for file in sorted(folder.glob("*.jsonl")) if file.name.endswith(HELD) == held)
    return tuple(
        parse_note(text, file, line) for file in files for line, text in numbered_lines(file)
    )


def parse_note(text: str, path: Path, line: int) -> Note:
    """Raises FormatError."""
    note = parse_line(NOTE, text, path, line)
    if problem := next(_problems(note), ""):
        raise FormatError(path, line, f"{note.id}: {problem}")
    return note


def _problems(note: Note) -> Iterator[str]:
    text = f"{note.title}\n{note.description}"
    for label in (note.last_moment, note.prepares):
        if label and label.quote not in text:
            yield f"{label.quote!r} does not stand there"
    if note.prepares and note.prepares.event not in {event.id for event in note.events}:
        yield f"no event {note.prepares.event!r}"
