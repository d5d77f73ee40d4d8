"""What a model read in shadow, beside what the rules read of the same words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, TextField
from django.db.models.functions import Cast

from agents.models import Reading
from agents.traits import NOTHING_READ, Traits
from agents.understanding.checks import names_agree
from agents.understanding.codec import load
from agents.understanding.loading import FIRST_READER, SHADOW_READER
from agents.understanding.prompts.traits import VALUES

# The newest: all of them are no figure that one can wait for while a page is drawn.
MOST_COMPARED = 2_000
NAMES = frozenset({"waits", "unblocks"})


@dataclass(frozen=True, slots=True)
class Compared:
    """Of one trait, counts of words; where both are silent is not counted."""

    agreed: int = 0
    differed: int = 0
    rules_alone: int = 0
    model_alone: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    words: int
    traits: Mapping[str, Compared]  # in the order of the schema; what nobody read is not there


def compare() -> Comparison:
    """Of all people together. One query, whatever there is."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in VALUES}
    words = 0
    for of_model, of_rules in _pairs():
        words += 1
        for name, outcome in _outcomes(of_rules, of_model):
            counts[name][outcome] += 1
    traits = {name: Compared(**count) for name, count in counts.items() if count}
    return Comparison(words, traits)


def _pairs() -> Iterator[tuple[Traits, Traits]]:
    """What the model and the rules read of the same words; those that the rules never read not."""
    of_rules: QuerySet[Reading] = Reading.objects.filter(
        user_id=OuterRef("user_id"), kind=OuterRef("kind"), words=OuterRef("words"),
        reader=FIRST_READER,
    )  # fmt: skip
    text = Cast("traits", TextField())
    rows = (
        Reading.objects.filter(kind=Reading.Kind.TASK, reader=SHADOW_READER)
        .annotate(text=text, of_rules=Subquery(of_rules.annotate(text=text).values("text")[:1]))
        .order_by("-pk")
        .values_list("text", "of_rules")
    )
    for model, rules in rows[:MOST_COMPARED]:
        if rules is not None:
            yield load(Traits, model), load(Traits, rules)


def _outcomes(rules: Traits, model: Traits) -> Iterator[tuple[str, str]]:
    if rules is model is NOTHING_READ:
        return
    for name in VALUES:
        one, other = getattr(rules, name), getattr(model, name)
        if one is not None and other is not None:
            yield name, "agreed" if _agree(name, one.value, other.value) else "differed"
        elif one is not None:
            yield name, "rules_alone"
        elif other is not None:
            yield name, "model_alone"


def _agree(name: str, one: Any, other: Any) -> bool:
    return names_agree(one, other) if name in NAMES else bool(one == other)
