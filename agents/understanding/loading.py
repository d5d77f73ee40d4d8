"""What is understood of a person's rows: what was read, and above it what they say themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from agents.models import Correction, Reading
from agents.traits import (
    NO_EVENT_READ,
    NOTHING_READ,
    EventTraits,
    Origin,
    Trait,
    Traits,
)
from agents.understanding.codec import load, load_trait

KINDS: Mapping[str, type[Any]] = {
    Reading.Kind.TASK: Traits,
    Reading.Kind.EVENT: EventTraits,
}


@dataclass(frozen=True, slots=True)
class Understood:
    """By Task.words_digest and CalendarEvent.words_digest."""

    tasks: Mapping[str, Traits] = field(default_factory=dict)
    events: Mapping[str, EventTraits] = field(default_factory=dict)

    def of_task(self, words: str) -> Traits:
        return self.tasks.get(words, NOTHING_READ)

    def of_event(self, words: str) -> EventTraits:
        return self.events.get(words, NO_EVENT_READ)


def load_understood(user_id: UUID) -> Understood:
    """Two queries, whatever the person owns."""
    found: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
    for kind, words, traits in Reading.objects.of(user_id).values_list("kind", "words", "traits"):
        found[kind][words] = load(KINDS[kind], traits)
    corrections = Correction.objects.filter(user_id=user_id)
    for kind, words, trait, value in corrections.values_list("kind", "words", "trait", "value"):
        before = found[kind].get(words) or KINDS[kind]()
        found[kind][words] = corrected(before, trait, value)
    return Understood(found[Reading.Kind.TASK], found[Reading.Kind.EVENT])


def corrected(traits: Any, name: str, value: Any) -> Any:
    """With the person's own word for one trait; None takes it away."""
    if value is None:
        return replace(traits, **{name: None})
    told: Trait[Any] | None = load_trait(type(traits), name, {"value": value})
    if told is None:
        return traits
    return replace(traits, **{name: replace(told, origin=Origin.PERSON)})
