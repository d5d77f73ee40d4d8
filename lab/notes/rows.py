"""Rows: tasks as somebody typed them, and what their words say of hours, of others, and of noise.

docs/moments.md describes the fields; one per line. Each is labelled for a few traits, by people who
knew no reader.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time
from itertools import chain
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import ConfigDict, TypeAdapter

from agents.base import Reader
from agents.traits import Hours, Noise, Span, TaskWords, Trait
from agents.understanding.checks import grounded
from lab.moments.agreement import Outcome
from lab.moments.format import STRICT, Day, Id, numbered_lines, parse_line
from lab.moments.reading import Compared
from lab.notes.format import HELD

STEP = 5  # minutes: hours are written as 9:10 and 17:50, and hardly finer
DAY, WEEK = 24 * 60, 7 * 24 * 60
Of = Literal["hours", "waits", "unblocks", "blocked", "someday", "noise"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSpan:
    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    days: tuple[int, ...]  # Monday is 0
    start: time
    end: time


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenHours:
    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    spans: tuple[OpenSpan, ...]
    zone: str = ""

    def as_hours(self) -> set[tuple[int, str]]:
        return opened((Span(frozenset(s.days), s.start, s.end) for s in self.spans), self.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    until: Day | None = None
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`of` are the traits for which it was labelled: of these, None means that it has none."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    id: Id
    locale: str
    added: Day
    title: str
    description: str = ""
    project: str = ""
    labels: tuple[str, ...] = ()
    of: tuple[Of, ...]
    hours: OpenHours | None = None
    waits: str | None = None
    unblocks: str | None = None
    blocked: Held | None = None
    someday: bool | None = None
    noise: Noise | None = None

    @property
    def language(self) -> str:
        return self.locale.split("-", 1)[0]

    @property
    def words(self) -> TaskWords:
        return TaskWords(
            title=self.title,
            description=self.description,
            project=self.project,
            labels=self.labels,
            added_on=self.added,
        )


ROW = TypeAdapter(Row)


def load_rows(folder: Path, *, held: bool) -> tuple[Row, ...]:
    """Those that are held back, or the others. Raises FormatError, OSError."""
    files = (file for file in sorted(folder.glob("*.jsonl")) if file.name.endswith(HELD) == held)
    return tuple(
        parse_line(ROW, text, file, line) for file in files for line, text in numbered_lines(file)
    )


@dataclass(frozen=True, slots=True)
class Read:
    row: Row
    trait: Of
    outcome: Outcome | None  # None: rightly nothing
    said: str

    def __str__(self) -> str:
        words = " / ".join(filter(None, (self.row.title, self.row.description)))
        what = f"said {self.said}, meant {getattr(self.row, self.trait)}"
        return f"{self.outcome:<9} {self.trait} {self.row.id}: {words!r}: {what}"


def read_rows(rows: Iterable[Row], reader: Reader) -> list[Read]:
    return list(chain.from_iterable(_read(row, reader) for row in rows))


def _read(row: Row, reader: Reader) -> Iterator[Read]:
    traits = grounded(reader.read_task(row.words), row.words.text)
    for trait in row.of:
        said, meant = getattr(traits, trait), getattr(row, trait)
        if trait == "hours" and said and not said.value.spans:
            said = None  # the usual hours of such a door: no word says them
        yield Read(row, trait, _outcome(trait, said, meant), str(said.value) if said else "nothing")


def _outcome(trait: Of, said: Trait[Any] | None, meant: Any) -> Outcome | None:
    if said is None:
        return None if meant is None else Outcome.MISSED
    if meant is None:
        return Outcome.INVENTED
    return Outcome.AGREED if _agree(trait, said.value, meant) else Outcome.DIFFERED


def _agree(trait: Of, said: Any, meant: Any) -> bool:
    """Hours are compared by when it is open, what blocks by its day; of others it counts that they
    are said at all.
    """
    if trait == "hours":
        value: Hours = said
        is_same: bool = opened(value.spans, value.zone) == meant.as_hours()
        return is_same
    if trait == "blocked":
        until: date | None = said.until
        is_same_day: bool = until == meant.until
        return is_same_day
    return True


def opened(spans: Iterable[Span], zone: str) -> set[tuple[int, str]]:
    """The steps of a week in which it is open, on which clock."""
    return {
        ((day * DAY + minute) % WEEK, zone)
        for span in spans
        for day in span.days
        for minute in range(_minutes(span.start), _end(span), STEP)
    }


def _end(span: Span) -> int:
    end, start = _minutes(span.end), _minutes(span.start)
    return end + DAY if end <= start else end


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def compared(read: Iterable[Read], reader: str) -> Iterator[Compared]:
    """As lab.moments.reading counts them."""
    for each in read:
        if each.outcome is not None:
            yield Compared(reader, each.row.language, each.trait, each.outcome)
