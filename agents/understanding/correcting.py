"""The person's word on what was understood: it beats every reader, and can be taken back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import TextField
from django.db.models.functions import Cast

from agents.models import Correction
from agents.traits import NOTHING_READ, EventTraits, Traits
from agents.understanding.codec import dump_value, load, load_trait
from agents.understanding.loading import (
    KINDS,
    corrected,
    laid_over,
    readings_that_decide,
)
from agents.understanding.words import Said, sentences
from integrations.models import own_words


class NoSuchTrait(Exception):
    """Neither traits of tasks nor those of events have this name."""


class DoesNotFit(ValueError):
    """The trait has no such value."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """Of one row's words: what counts, and what the person has taken away."""

    said: tuple[Said, ...] = ()
    denied: tuple[Said, ...] = ()
    traits: Traits | EventTraits = NOTHING_READ  # what counts, as values

    def __bool__(self) -> bool:
        return bool(self.said or self.denied)


def understanding_of(user_id: UUID, kind: str, words: str) -> Understanding:
    """Two queries; none for a row whose words were never read."""
    return understandings_of(user_id, kind, [words])[words] if words else Understanding()


def understandings_of(user_id: UUID, kind: str, words: Collection[str]) -> dict[str, Understanding]:
    """By each of these words. Two queries, however many they are."""
    same = {"user_id": user_id, "kind": kind}
    traits: dict[str, Any] = {each: KINDS[kind]() for each in words}
    read = readings_that_decide().filter(**same, words__in=words)
    for each, stored in read.values_list("words", Cast("traits", TextField())):
        traits[each] = laid_over(traits[each], load(KINDS[kind], stored))
    corrections: dict[str, list[Correction]] = {own_words(each): [] for each in words}
    for correction in Correction.objects.filter(**same, words__in=corrections).order_by("pk"):
        corrections[correction.words].append(correction)
    return {each: _understanding(traits[each], corrections[own_words(each)]) for each in words}


def _understanding(traits: Any, corrections: list[Correction]) -> Understanding:
    told = {said.trait: said for said in sentences(traits)}
    denied = []
    for correction in corrections:
        traits = corrected(traits, correction.trait, correction.value)
        if correction.value is None and correction.trait in told:
            denied.append(told[correction.trait])
    return Understanding(tuple(sentences(traits)), tuple(denied), traits)


def deny(user_id: UUID, kind: str, words: str, trait: str, *, at: datetime) -> None:
    """What was read is not so. Twice is once. Raises NoSuchTrait."""
    _check(kind, trait)
    _keep(user_id, kind, words, trait, None, at)


def say(user_id: UUID, kind: str, words: str, trait: str, value: Any, *, at: datetime) -> None:
    """It is this, whatever was read. Twice is once. Raises NoSuchTrait, and DoesNotFit.

    value  of the trait's type, or as JSON writes one
    """
    _check(kind, trait)
    told = load_trait(KINDS[kind], trait, {"value": value})
    if told is None:
        raise DoesNotFit(trait)
    _keep(user_id, kind, words, trait, dump_value(KINDS[kind], trait, told), at)


def _keep(user_id: UUID, kind: str, words: str, trait: str, value: Any, at: datetime) -> None:
    Correction.objects.update_or_create(
        user_id=user_id,
        kind=kind,
        words=own_words(words),
        trait=trait,
        defaults={"value": value, "made_at": at},
    )


def take_back(user_id: UUID, kind: str, words: str, trait: str) -> None:
    """What was read holds again, or nothing where nothing was. Raises NoSuchTrait."""
    _check(kind, trait)
    said = Correction.objects.filter(user_id=user_id, kind=kind, words=own_words(words))
    said.filter(trait=trait).delete()


def _check(kind: str, trait: str) -> None:
    if kind not in KINDS or trait not in KINDS[kind].__dataclass_fields__:
        raise NoSuchTrait(trait)
