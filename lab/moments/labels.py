"""What the words of a moment's rows say, as a person read them: one JSON object a moment.

{"id": moment, "tasks": {item: {trait: {"value": …, "quote": "…"}}}, "events": {item: {…}}}
The values are those of agents.traits: ISO dates, "HH:MM", durations as "PT30M". Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from pydantic import TypeAdapter, ValidationError

from agents.traits import EventTraits, Trait, Traits
from lab.moments.format import (
    LABELS,
    FormatError,
    Moment,
    moment_files,
    numbered_lines,
    readable,
    without_nulls,
)
from lab.moments.words import event_words, task_words

T = TypeVar("T", Traits, EventTraits)

TasksAndEvents: TypeAlias = tuple[dict[str, Traits], dict[str, EventTraits]]
ADAPTERS: Mapping[Any, TypeAdapter[Any]] = {
    Traits: TypeAdapter(Traits),
    EventTraits: TypeAdapter(EventTraits),
}


@dataclass(frozen=True, slots=True)
class Labels:
    """Of many moments, by their ids."""

    by_moment: Mapping[str, TasksAndEvents] = field(default_factory=dict)

    def labels_for(self, moment_id: str) -> TasksAndEvents:
        """Traits by the ids of tasks, and of events. What is not labelled is not there."""
        return self.by_moment.get(moment_id, ({}, {}))


def load_labels(path: Path, labels: Path | None = None) -> Labels:
    """Those in `labels`; else those beside the moments in `path`, a file or a folder.

    Raises FormatError, OSError.
    """
    found: dict[str, TasksAndEvents] = {}
    for file in [labels] if labels else _beside(path):
        for number, text in numbered_lines(file):
            try:
                moment_id, traits = _parse(json.loads(text))
            except json.JSONDecodeError as error:
                raise FormatError(file, number, f"no JSON: {error}") from error
            except ValidationError as error:
                raise FormatError(file, number, readable(error)) from error
            except ValueError as error:
                raise FormatError(file, number, str(error)) from error
            if moment_id in found:
                raise FormatError(file, number, f"id: {moment_id!r} is labelled already")
            found[moment_id] = traits
    return Labels(found)


def _beside(path: Path) -> list[Path]:
    names = (file.with_name(file.stem + LABELS) for file in moment_files(path))
    return [name for name in names if name.exists()]


def _parse(line: Any) -> tuple[str, TasksAndEvents]:
    if not (isinstance(line, dict) and isinstance(line.get("id"), str)):
        raise ValueError("no object with the id of a moment")  # noqa: TRY004
    if unknown := line.keys() - {"id", "tasks", "events"}:
        raise ValueError(f"{line['id']}: unknown: {sorted(unknown)}")
    tasks, events = line.get("tasks") or {}, line.get("events") or {}
    try:
        return line["id"], (
            {item: _read(Traits, raw) for item, raw in tasks.items()},
            {item: _read(EventTraits, raw) for item, raw in events.items()},
        )
    except ValueError as error:
        said = readable(error) if isinstance(error, ValidationError) else str(error)
        raise ValueError(f"{line['id']}: {said}") from error


def _read(kind: type[T], raw: Mapping[str, Any]) -> T:
    """Raises ValueError for a trait, or a part of one, that does not exist."""
    raw = without_nulls(raw)
    read: T = ADAPTERS[kind].validate_python(raw)
    if unknown := list(_unknown(raw, read)):
        raise ValueError(f"unknown: {', '.join(unknown)}")
    return read


def _unknown(raw: Any, read: Any, path: str = "") -> Iterator[str]:
    """Names in the JSON that no field has: a slip of the pen must not pass for nothing said."""
    if isinstance(read, tuple) and isinstance(raw, list):
        for one, parsed in zip(raw, read, strict=True):
            yield from _unknown(one, parsed, path)
    if not is_dataclass(read) or not isinstance(raw, Mapping):
        return
    names = {f.name for f in fields(read)}
    for name, value in raw.items():
        if name not in names:
            yield f"{path}{name}"
        else:
            yield from _unknown(value, getattr(read, name), f"{path}{name}.")


def problems(labels: Labels, moments: Iterable[Moment]) -> Iterator[str]:
    """Labels of nothing, and quotes that do not stand in the words of their row."""
    known = {moment.id: moment for moment in moments}
    for moment_id, (tasks, events) in labels.by_moment.items():
        moment = known.get(moment_id)
        if moment is None:
            yield f"{moment_id}: no such moment"
            continue
        words = _texts(moment)
        read: dict[str, Traits | EventTraits] = {**tasks, **events}
        for item, traits in read.items():
            if item not in words:
                yield f"{moment_id}: {item}: no such item"
                continue
            for name, quote in _quotes(traits):
                if quote not in words[item]:
                    yield f"{moment_id}: {item}: {name}: {quote!r} does not stand there"


def _quotes(traits: Traits | EventTraits) -> Iterator[tuple[str, str]]:
    for one in fields(traits):
        trait = getattr(traits, one.name)
        if isinstance(trait, Trait):
            yield one.name, trait.quote


def _texts(moment: Moment) -> dict[str, str]:
    """All that a quote of each item is looked for in."""
    tasks = {item.id: task_words(item, moment).text for item in moment.tasks}
    return tasks | {item.id: event_words(item, moment).text for item in moment.events}
