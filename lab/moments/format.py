"""A moment: one person at one instant, and what a thoughtful friend would say. JSON, one per line.

docs/moments.md describes the fields. Pure: no rows, no clock.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from oo.lib.zones import zone_named

T = TypeVar("T")

LABELS = ".labels.jsonl"
ONLY_A_DATE = len("2026-03-03")
STRICT = ConfigDict(extra="forbid")


class FormatError(Exception):
    """A line that is no moment, or no label of one. Names the file and the line."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(f"{path}:{line}: {problem}")


def _date_or_moment(value: Any) -> Any:
    """A date stays a date; anything longer is a moment, with an offset or without."""
    if not isinstance(value, str):
        return value
    if len(value) == ONLY_A_DATE:
        return date.fromisoformat(value)
    return datetime.fromisoformat(value)


def _day(value: Any) -> Any:
    """Only a date as it is written: nothing is cut from a moment."""
    return date.fromisoformat(value) if isinstance(value, str) else value


# A datetime without an offset is local to the person, wherever they are.
When: TypeAlias = Annotated[datetime | date, BeforeValidator(_date_or_moment)]
Day: TypeAlias = Annotated[date, BeforeValidator(_day)]
Id: TypeAlias = Annotated[str, Field(min_length=1, max_length=255)]
Silence: TypeAlias = Literal["right", "acceptable", "wrong"]
What: TypeAlias = Literal["shown", "done", "snoozed", "dismissed", "completed_elsewhere", "added"]
Reason: TypeAlias = Literal["", "not_now", "not_relevant", "wrong", "already_done"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskItem:
    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    id: Id
    title: str
    description: str = ""
    project: str = ""
    labels: tuple[str, ...] = ()
    priority: Annotated[int, Field(ge=1, le=4)] = 1
    due: When | None = None
    deadline: Day | None = None
    duration_min: Annotated[int, Field(ge=0)] | None = None
    recurring: str = ""  # the rule in words
    added: AwareDatetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventItem:
    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    id: Id
    title: str
    start: When
    end: When  # exclusive, also of whole days
    all_day: bool = False
    busy: bool = True
    location: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What was said or done about an item before."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    at: AwareDatetime
    item: Id
    what: What
    dwell_s: Annotated[float, Field(ge=0)] | None = None  # seconds from shown to answered
    reason: Reason = ""
    title: str = ""  # of an item that is not among the tasks any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    id: Id
    now: AwareDatetime
    zone: str
    locale: str = "en"
    about: str = ""
    tasks: tuple[TaskItem, ...] = ()
    events: tuple[EventItem, ...] = ()
    history: tuple[Happening, ...] = ()
    right: tuple[str, ...] = ()
    acceptable: tuple[str, ...] = ()
    silence: Silence
    because: str = ""

    @property
    def kind(self) -> str:
        return self.id.split("-", 1)[0]

    @property
    def titles(self) -> dict[str, str]:
        """Of tasks and events, by id."""
        tasks, events = self.tasks, self.events
        return {t.id: t.title for t in tasks} | {e.id: e.title for e in events}

    @property
    def person_zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


MOMENT = TypeAdapter(Moment)


def load_moments(path: Path) -> tuple[Moment, ...]:
    """Every moment of a file, or of the files of a folder. Raises FormatError, OSError."""
    found: dict[str, Moment] = {}
    for file in moment_files(path):
        for number, text in numbered_lines(file):
            moment = parse_moment(text, file, number)
            if moment.id in found:
                raise FormatError(file, number, f"id: {moment.id!r} is there already")
            found[moment.id] = moment
    return tuple(found.values())


def moment_files(path: Path) -> tuple[Path, ...]:
    if not path.is_dir():
        return (path,)
    return tuple(p for p in sorted(path.glob("*.jsonl")) if not p.name.endswith(LABELS))


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not empty, counted from 1. Nothing but a line feed ends one."""
    for number, text in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if text.strip():
            yield number, text


def parse_moment(text: str, path: Path, line: int) -> Moment:
    """Raises FormatError."""
    moment = parse_line(MOMENT, text, path, line)
    if problem := next(_problems(moment), ""):
        raise FormatError(path, line, f"{moment.id}: {problem}")
    return moment


def parse_line(kind: TypeAdapter[T], text: str, path: Path, line: int) -> T:
    """One JSON object. Raises FormatError."""
    try:
        return kind.validate_python(without_nulls(json.loads(text)))
    except json.JSONDecodeError as error:
        raise FormatError(path, line, f"no JSON: {error}") from error
    except ValidationError as error:
        raise FormatError(path, line, readable(error)) from error


def without_nulls(value: Any) -> Any:
    """What is null is not said; it is then what it is by default."""
    if isinstance(value, dict):
        return {key: without_nulls(v) for key, v in value.items() if v is not None}
    return [without_nulls(v) for v in value] if isinstance(value, list) else value


def readable(error: ValidationError) -> str:
    """All that is wrong: where, and what."""
    return "; ".join(
        f"{'.'.join(str(part) for part in found['loc']) or 'line'}: {found['msg']}"
        for found in error.errors(include_url=False)
    )


def _problems(moment: Moment) -> Iterator[str]:
    """What each field alone does not show."""
    if zone_named(moment.zone) is None:
        yield f"zone: {moment.zone!r} is none"
        return
    ids = [*(t.id for t in moment.tasks), *(e.id for e in moment.events)]
    if twice := {name for name in ids if ids.count(name) > 1}:
        yield f"ids that are there twice: {sorted(twice)}"
    if unknown := {*moment.right, *moment.acceptable} - {*ids}:
        yield f"right or acceptable, but neither a task nor an event: {sorted(unknown)}"
    if not moment.right and moment.silence == "wrong" and not moment.acceptable:
        yield "nothing would be right, not even silence"
    for past in moment.history:
        if past.item not in ids and not past.title:
            yield f"history: {past.item!r} is neither a task nor an event, and has no title"
        if past.at > moment.now:
            yield f"history: {past.item!r} is answered after now"
