"""How well readers read: what they make of the rows of moments, beside the labels. Pure.

Only moments that somebody has labelled, but all of their rows: a row without labels says nothing.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from random import Random
from typing import TypeAlias

from agents.base import Reader
from agents.traits import NO_EVENT_READ, NOTHING_READ, EventTraits, Traits
from agents.understanding.checks import grounded
from lab.moments.agreement import Context, Outcome, outcomes
from lab.moments.format import EventItem, Moment, TaskItem
from lab.moments.labels import Labels
from lab.moments.score import ALL
from lab.moments.source import due_fields
from lab.moments.words import event_words, task_words
from oo.lib.types import JSON

# As the schema has them; tasks and events share no name.
TRAITS = tuple(field.name for kind in (Traits, EventTraits) for field in fields(kind))
SEED = "reading"


@dataclass(frozen=True, slots=True)
class Compared:
    """One trait of one row, as one reader reads it."""

    reader: str
    language: str
    trait: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of traits. `agreed`, `missed` and `differed` add up to those that are labelled.

    precision, recall  of those that were read, and of those that are labelled, the share of 1 that
                       agreed; None where there is none
    """

    agreed: int = 0
    missed: int = 0
    differed: int = 0
    invented: int = 0

    @property
    def labelled(self) -> int:
        return self.agreed + self.missed + self.differed

    @property
    def read(self) -> int:
        return self.agreed + self.differed + self.invented

    @property
    def precision(self) -> float | None:
        return self.agreed / self.read if self.read else None

    @property
    def recall(self) -> float | None:
        return self.agreed / self.labelled if self.labelled else None

    def as_json(self) -> JSON:
        shares = {"precision": self.precision, "recall": self.recall}
        return {"labelled": self.labelled, "read": self.read, **asdict(self), **shares}


# By reader, language and trait; of languages and of traits, ALL is there too, and comes last.
Read: TypeAlias = Mapping[str, Mapping[str, Mapping[str, Figures]]]


@dataclass(frozen=True, slots=True)
class Row:
    """One task or event, and what somebody labelled of it: nothing, often."""

    moment: Moment
    item: TaskItem | EventItem
    labelled: Traits | EventTraits


def read_moments(
    moments: Iterable[Moment],
    labels: Labels,
    readers: Mapping[str, Reader],
    *,
    traits: Collection[str] = TRAITS,
    size: int | None = None,
) -> Read:
    """What the readers make of the same rows.

    traits  on which they are compared
    size    of a sample of the rows, the same in every run; None: all rows
    """
    rows = rows_of(moments, labels, traits)
    if size is not None:
        rows = sample(rows, size, traits)
    return count(
        found for key, reader in readers.items() for row in rows
        for found in compare(row, key, reader) if found.trait in traits
    )  # fmt: skip


def rows_of(moments: Iterable[Moment], labels: Labels, traits: Collection[str]) -> list[Row]:
    """Of labelled moments, those that can have one of the traits at all."""
    rows: list[Row] = []
    for moment in moments:
        if moment.id not in labels.by_moment:
            continue
        tasks, events = labels.labels_for(moment.id)
        rows += [Row(moment, t, tasks.get(t.id, NOTHING_READ)) for t in moment.tasks]
        rows += [Row(moment, e, events.get(e.id, NO_EVENT_READ)) for e in moment.events]
    kinds = tuple(k for k in (Traits, EventTraits) if {f.name for f in fields(k)} & {*traits})
    return [row for row in rows if isinstance(row.labelled, kinds)]


def sample(rows: Sequence[Row], size: int, traits: Collection[str]) -> list[Row]:
    """As many rows with each trait as there are, or as fit, and with none of them; by chance.

    In turns, from the rarest trait on: by chance alone few rows of a sample would have it, so the
    traits of a sample are as common as they are not among people.
    """
    strata = [deque(part) for part in sorted(_strata(rows, traits), key=len) if part]
    chosen: dict[int, None] = {}
    while strata and len(chosen) < size:
        stratum = strata.pop(0)
        while stratum and (number := stratum.popleft()) in chosen:
            pass
        chosen[number] = None
        if stratum:
            strata.append(stratum)
    return [rows[number] for number in chosen]


def _strata(rows: Sequence[Row], traits: Collection[str]) -> Iterator[list[int]]:
    """Numbers of rows by trait, shuffled, and of those that have none last."""
    chance = Random(SEED)
    having = {
        number: {name for name in traits if getattr(row.labelled, name, None) is not None}
        for number, row in enumerate(rows)
    }
    for name in traits:
        numbers = [number for number in having if name in having[number]]
        chance.shuffle(numbers)
        yield numbers
    without = [number for number in having if not having[number]]
    chance.shuffle(without)
    yield without


def language_of(moment: Moment) -> str:
    """That of the person's locale, without the region; rows in another language count under it."""
    return moment.locale.replace("_", "-").split("-")[0].lower()


def compare(row: Row, key: str, reader: Reader) -> Iterator[Compared]:
    """Every trait of the row that the reader read, or that is labelled."""
    for trait, outcome in _outcomes(row, reader):
        yield Compared(key, language_of(row.moment), trait, outcome)


def _outcomes(row: Row, reader: Reader) -> Iterator[tuple[str, Outcome]]:
    item, moment, labelled = row.item, row.moment, row.labelled
    if isinstance(item, TaskItem) and isinstance(labelled, Traits):
        task = task_words(item, moment)
        due_on, _time, _zone = due_fields(item.due, moment.person_zone)
        read = grounded(reader.read_task(task), task.text)
        return outcomes(read, labelled, Context(moment.zone, due_on))
    assert isinstance(item, EventItem)
    assert isinstance(labelled, EventTraits)
    event = event_words(item, moment)
    of_event = grounded(reader.read_event(event), event.text)
    return outcomes(of_event, labelled, Context(moment.zone))


def count(compared: Iterable[Compared]) -> Read:
    """What nothing was compared of is left out."""
    counts: Counter[tuple[str, str, str, Outcome]] = Counter()
    for one in compared:
        for language in (one.language, ALL):
            for trait in (one.trait, ALL):
                counts[one.reader, language, trait, one.outcome] += 1
    seen = {(reader, language, trait) for reader, language, trait, _ in counts}
    read: dict[str, dict[str, dict[str, Figures]]] = {}
    for key in sorted(seen, key=_order):
        reader, language, trait = key
        figures = Figures(**{outcome: counts[*key, outcome] for outcome in Outcome})
        read.setdefault(reader, {}).setdefault(language, {})[trait] = figures
    return read


def _order(key: tuple[str, str, str]) -> tuple[str, bool, str, int]:
    reader, language, trait = key
    return reader, language == ALL, language, (*TRAITS, ALL).index(trait)
