"""The person's word on what was understood: it beats every reader, and can be taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import TextField
from django.db.models.functions import Cast

from agents.models import Correction, Reading
from agents.understanding.codec import load
from agents.understanding.loading import BY_MODEL, KINDS, corrected, laid_over
from agents.understanding.words import Said, sentences


class NoSuchTrait(Exception):
    """Neither traits of tasks nor those of events have this name."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """Of one row's words: what counts, and what the person has taken away."""

    said: tuple[Said, ...] = ()
    denied: tuple[Said, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.said or self.denied)


def understanding_of(user_id: UUID, kind: str, words: str) -> Understanding:
    """Two queries; none for a row whose words were never read."""
    if not words:
        return Understanding()
    same = {"user_id": user_id, "kind": kind, "words": words}
    traits = KINDS[kind]()
    read = Reading.objects.filter(**same).order_by(BY_MODEL)
    for stored in read.values_list(Cast("traits", TextField()), flat=True):
        traits = laid_over(traits, load(KINDS[kind], stored))
    told = {said.trait: said for said in sentences(traits)}
    denied = []
    for correction in Correction.objects.filter(**same):
        traits = corrected(traits, correction.trait, correction.value)
        if correction.value is None and correction.trait in told:
            denied.append(told[correction.trait])
    return Understanding(tuple(sentences(traits)), tuple(denied))


def deny(user_id: UUID, kind: str, words: str, trait: str, *, at: datetime) -> None:
    """What was read is not so. Twice is once. Raises NoSuchTrait."""
    _check(kind, trait)
    Correction.objects.update_or_create(
        user_id=user_id,
        kind=kind,
        words=words,
        trait=trait,
        defaults={"value": None, "made_at": at},
    )


def take_back(user_id: UUID, kind: str, words: str, trait: str) -> None:
    """What was read holds again. Raises NoSuchTrait."""
    _check(kind, trait)
    Correction.objects.filter(user_id=user_id, kind=kind, words=words, trait=trait).delete()


def _check(kind: str, trait: str) -> None:
    if kind not in KINDS or trait not in KINDS[kind].__dataclass_fields__:
        raise NoSuchTrait(trait)
