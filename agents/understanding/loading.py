"""What is understood of a person's rows: what was read, and above it what they say themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeAlias
from uuid import UUID

from django.db.models import Case, QuerySet, TextField, Value, When
from django.db.models.functions import Cast

from agents.models import Correction, Reading
from agents.registry import READERS
from agents.traits import (
    NO_EVENT_READ,
    NOTHING_READ,
    EventTraits,
    Origin,
    Trait,
    Traits,
)
from agents.understanding.codec import load, load_trait
from integrations.models import own_words
from oo.lib.among import Among

KINDS: Mapping[str, type[Any]] = {
    Reading.Kind.TASK: Traits,
    Reading.Kind.EVENT: EventTraits,
}


@dataclass(frozen=True, slots=True)
class Understood:
    """By Task.words_digest and CalendarEvent.words_digest; by own_words what the person said of
    words that nobody has read."""

    tasks: Mapping[str, Traits] = field(default_factory=dict)
    events: Mapping[str, EventTraits] = field(default_factory=dict)

    def of_task(self, words: str) -> Traits:
        return self.tasks.get(words) or self.tasks.get(own_words(words), NOTHING_READ)

    def of_event(self, words: str) -> EventTraits:
        return self.events.get(words) or self.events.get(own_words(words), NO_EVENT_READ)


NOTHING_UNDERSTOOD = Understood()

# As text: to make, hash and compare a UUID for each of a million rows takes longer than to load it.
OWNER = Cast("user_id", TextField())
FIRST_READER = "words"  # oO's own, which decides where others are as sure
MODEL_READER = "model"  # Reading.reader of what a model read, where it was trusted to
SHADOW_READER = "model.shadow"  # of what one read that is only compared: see shadow.py
TURN = Case(When(reader=FIRST_READER, then=0), When(reader=MODEL_READER, then=2), default=Value(1))
OneRow: TypeAlias = tuple[Any, ...]


def by_person(rows: Iterable[OneRow]) -> Iterator[tuple[UUID, list[OneRow]]]:
    """Rows that begin with OWNER, those of one person together and in their order."""
    found: dict[str, list[OneRow]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(row)
    for owner, of_person in found.items():
        yield UUID(owner), of_person


def readings_that_decide() -> QuerySet[Reading]:
    """In the order in which they are laid over each other: see laid_over.

    Never what a model read in shadow, nor what is left of a reader whose package is gone.
    """
    return Reading.objects.filter(reader__in=[*READERS.load(), MODEL_READER]).order_by(
        TURN, "reader"
    )


def load_understood(user_ids: Collection[UUID]) -> dict[UUID, Understood]:
    """By person, of whom anything was understood. Two queries, whatever they own."""
    found: dict[UUID, dict[str, dict[str, Any]]] = defaultdict(lambda: {kind: {} for kind in KINDS})
    readings = readings_that_decide().filter(Among("user_id", user_ids))
    # As text: most words say nothing, and "{}" need not be parsed a million times.
    written = readings.values_list(OWNER, "kind", "words", Cast("traits", TextField()))
    for user_id, rows in by_person(written):
        of_person = found[user_id]
        for _owner, kind, words, traits in rows:
            read = load(KINDS[kind], traits)
            before = of_person[kind].get(words)
            of_person[kind][words] = laid_over(before, read) if before else read
    _correct(found, user_ids)
    return {
        user_id: Understood(of[Reading.Kind.TASK], of[Reading.Kind.EVENT])
        for user_id, of in found.items()
    }


def _correct(found: Mapping[UUID, dict[str, dict[str, Any]]], user_ids: Collection[UUID]) -> None:
    corrections = Correction.objects.filter(Among("user_id", user_ids)).order_by("user_id", "kind")
    rows = corrections.values_list("user_id", "kind", "words", "trait", "value")
    for (user_id, kind), of_them in groupby(rows, key=itemgetter(0, 1)):
        of_kind = found[user_id][kind]
        same = defaultdict(set)
        for words in of_kind:
            same[own_words(words)].add(words)
        for *_whose, own, trait, value in of_them:
            of_kind.setdefault(own, KINDS[kind]())
            for words in same[own] | {own}:
                of_kind[words] = corrected(of_kind[words], trait, value)


def laid_over(before: Any, read: Any) -> Any:
    """Trait by trait, what counts of two readings, `before` having had its turn before `read`.

    Of two readers the surer one; at a tie the one whose turn came first, which is `words` before
    all others, and these by their keys. What a model read is above them all, however sure they are:
    it was measured to be better. Where one read nothing, the other counts.
    """
    known = {
        f.name: told
        for f in fields(read)
        if (told := getattr(read, f.name)) is not None and _counts(told, getattr(before, f.name))
    }
    return replace(before, **known) if known else before


def _counts(told: Trait[Any], before: Trait[Any] | None) -> bool:
    return before is None or told.origin is Origin.MODEL or told.confidence > before.confidence


def corrected(traits: Any, name: str, value: Any) -> Any:
    """With the person's own word for one trait; None takes it away."""
    if value is None:
        return replace(traits, **{name: None})
    told: Trait[Any] | None = load_trait(type(traits), name, {"value": value})
    if told is None:
        return traits
    return replace(traits, **{name: replace(told, origin=Origin.PERSON)})
