"""Traits as JSON and back. What is stored may be older than the schema: read trait by trait."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar, cast, get_type_hints

from pydantic import TypeAdapter, ValidationError

from agents.traits import NO_EVENT_READ, NOTHING_READ, EventTraits, Trait, Traits

Kind = TypeVar("Kind", Traits, EventTraits)

ADAPTERS: dict[Any, dict[str, TypeAdapter[Any]]] = {
    kind: {f.name: TypeAdapter(get_type_hints(kind)[f.name]) for f in fields(kind)}
    for kind in (Traits, EventTraits)
}

# Where a day can stand in a trait of a task: as the value, or as this part of it.
DAYS: Mapping[str, str | None] = {"last_moment": "on", "obsolete_after": None, "blocked": "until"}

# Most words say nothing: one value for all of them.
EMPTY: dict[Any, Any] = {Traits: NOTHING_READ, EventTraits: NO_EVENT_READ}


def dump(traits: Traits | EventTraits) -> dict[str, Any]:
    """Only what is known."""
    return {
        name: adapter.dump_python(value, mode="json", exclude_defaults=True)
        for name, adapter in ADAPTERS[type(traits)].items()
        if (value := getattr(traits, name)) is not None
    }


def names_day(traits: Mapping[str, Any]) -> bool:
    """Whether a day stands in what `dump` made of a task."""
    return any(name in DAYS and holds_day(name, traits[name]["value"]) for name in traits)


def holds_day(trait: str, value: Any) -> bool:
    """Of a trait in DAYS, as JSON."""
    part = DAYS[trait]
    return part is None or bool(value.get(part))


def dump_value(kind: type[Any], name: str, trait: Trait[Any]) -> Any:
    """Of one trait its value alone, as a correction keeps it."""
    return ADAPTERS[kind][name].dump_python(trait, mode="json", exclude_defaults=True)["value"]


def load(kind: type[Kind], text: str) -> Kind:
    """From JSON. What does not fit the schema of today is as good as unread."""
    if text == "{}":
        return cast("Kind", EMPTY[kind])
    stored = json.loads(text)
    known = {n: load_trait(kind, n, stored[n]) for n in ADAPTERS[kind] if n in stored}
    return kind(**{name: trait for name, trait in known.items() if trait is not None})


def load_trait(kind: type[Any], name: str, stored: Any) -> Trait[Any] | None:
    """One trait, by the name of its field; None for what does not fit."""
    try:
        trait: Trait[Any] = ADAPTERS[kind][name].validate_python(stored)
    except ValidationError:
        return None
    return trait
