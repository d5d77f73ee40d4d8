"""What a reader says is believed only where its quote stands in the row. Pure."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, TypeVar

from agents.traits import EventTraits, Origin, Trait, Traits

Kind = TypeVar("Kind", Traits, EventTraits)


def grounded(traits: Kind, text: str) -> Kind:
    """Without the traits that quote nothing, or what the row does not say.

    Case and white space may differ: a model copies words, not spaces. Nor is one kept that claims
    to be more than certain, or the person's own word: no row says that.
    """
    said = _plain(text)
    ungrounded: dict[str, Any] = {
        field.name: None
        for field in fields(traits)
        if (trait := getattr(traits, field.name)) is not None and not _stands(trait, said)
    }
    return replace(traits, **ungrounded) if ungrounded else traits


def as_of_words(traits: Kind) -> Kind:
    """As what rules read, whatever a reader calls itself: only a model that was asked is one."""
    others: dict[str, Any] = {
        field.name: replace(trait, origin=Origin.WORDS)
        for field in fields(traits)
        if (trait := getattr(traits, field.name)) is not None and trait.origin is not Origin.WORDS
    }
    return replace(traits, **others) if others else traits


def _stands(trait: Trait[Any], said: str) -> bool:
    if trait.origin is Origin.PERSON or not 0 <= trait.confidence <= 1:
        return False
    quote = _plain(trait.quote)
    return bool(quote) and quote in said


def names_agree(one: str, other: str) -> bool:
    """One holds the other, whatever the case: "Priya", "to Priya". No name is only like none."""
    one, other = _plain(one), _plain(other)
    if not one or not other:
        return one == other
    return one in other or other in one


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
