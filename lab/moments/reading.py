"""How well readers read: what they make of the rows of moments, beside the labels. Pure.

Only moments that somebody has labelled, but all of their rows: a row without labels says nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
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


def read_moments(moments: Iterable[Moment], labels: Labels, readers: Mapping[str, Reader]) -> Read:
    labelled = [moment for moment in moments if moment.id in labels.by_moment]
    return count(
        found
        for key, reader in readers.items()
        for moment in labelled
        for found in compare(moment, labels, key, reader)
    )


def language_of(moment: Moment) -> str:
    """That of the person's locale, without the region; rows in another language count under it."""
    return moment.locale.replace("_", "-").split("-")[0].lower()


def compare(moment: Moment, labels: Labels, key: str, reader: Reader) -> Iterator[Compared]:
    """Every trait of the moment's rows that the reader read, or that is labelled."""
    tasks, events = labels.labels_for(moment.id)
    language = language_of(moment)
    found = [
        *(_of_task(t, moment, reader, tasks.get(t.id, NOTHING_READ)) for t in moment.tasks),
        *(_of_event(e, moment, reader, events.get(e.id, NO_EVENT_READ)) for e in moment.events),
    ]
    for row in found:
        for trait, outcome in row:
            yield Compared(key, language, trait, outcome)


def _of_task(
    item: TaskItem, moment: Moment, reader: Reader, labelled: Traits
) -> Iterator[tuple[str, Outcome]]:
    words = task_words(item, moment)
    due_on, _time, _zone = due_fields(item.due, moment.person_zone)
    read = grounded(reader.read_task(words), words.text)
    return outcomes(read, labelled, Context(moment.zone, due_on))


def _of_event(
    item: EventItem, moment: Moment, reader: Reader, labelled: EventTraits
) -> Iterator[tuple[str, Outcome]]:
    words = event_words(item, moment)
    read = grounded(reader.read_event(words), words.text)
    return outcomes(read, labelled, Context(moment.zone))


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
