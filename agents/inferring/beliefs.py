"""What is believed of people: inferred anew when it has run out, unless they said it themselves."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import translation
from pydantic import ValidationError

from accounts.locks import lock_person
from agents.base import (
    FreshBelief,
    Inference,
    InferenceManifest,
    Inferred,
    Prefs,
    UserView,
)
from agents.models import Belief, LookSchedule
from agents.registry import INFERENCES
from events.bus import publish
from events.catalog import PreferencesChanged
from oo.lib.among import Among
from oo.lib.words import Formats, written_as

log = logging.getLogger(__name__)

# What is less sure is shown, but decides nothing.
SURE = 0.6


class NoSuchBelief(Exception):
    """Nothing of this kind is believed of the person."""


@dataclass(frozen=True, slots=True)
class Believed:
    """What decides, by inference, and the rows of which the person has said nothing yet."""

    values: dict[str, Prefs] = field(default_factory=dict)
    fresh: dict[str, Belief] = field(default_factory=dict)

    def told(self, locale: str, formats: Formats) -> dict[str, FreshBelief]:
        """What is fresh, each to be said by its inference in this language, if it is asked for."""
        return {
            key: FreshBelief(
                belief.pk, partial(_said, INFERENCES[key], self.values[key], locale, formats)
            )
            for key, belief in self.fresh.items()
        }


def _said(inference: Inference, value: Prefs, locale: str, formats: Formats) -> str:
    with translation.override(locale), written_as(formats):
        return inference.say(value)


NOTHING_BELIEVED = Believed()


def load_beliefs(consents: Mapping[UUID, Collection[str]], *, at: datetime) -> dict[UUID, Believed]:
    """By person; one query. `consents` are those in force."""
    found: dict[UUID, Believed] = defaultdict(Believed)
    for belief in Belief.objects.filter(Among("user_id", consents), is_denied=False):
        value = value_of(belief, consents[belief.user_id], at=at)
        if value is None:
            continue
        found[belief.user_id].values[belief.inference] = value
        if belief.said is None:
            found[belief.user_id].fresh[belief.inference] = belief
    return found


def value_of(belief: Belief, consents: Collection[str], *, at: datetime) -> Prefs | None:
    """What decides: the person's word; else what was inferred, while it may be, holds, is sure."""
    inference = INFERENCES.get(belief.inference)
    if inference is None or belief.is_denied:
        return None
    if belief.said is not None:
        return read(inference, belief.said)
    if belief.value is None or belief.confidence < SURE or belief.expires_at <= at:
        return None
    may = set(inference.manifest.consents) <= set(consents)
    return read(inference, belief.value) if may else None


def read(inference: Inference, stored: Mapping[str, Any]) -> Prefs | None:
    """None for what an older schema wrote and today's does not read."""
    try:
        return inference.manifest.value.model_validate(stored)
    except ValidationError:
        return None


def load_known(user_ids: Collection[UUID]) -> dict[UUID, dict[str, Belief]]:
    """Every row, by person and inference, whether it holds or not; one query."""
    found: dict[UUID, dict[str, Belief]] = defaultdict(dict)
    for belief in Belief.objects.filter(Among("user_id", user_ids)):
        found[belief.user_id][belief.inference] = belief
    return found


def infer(view: UserView, known: Mapping[str, Belief]) -> tuple[list[Belief], int]:
    """What has to be written: the beliefs that have run out, as they are now. And how many could
    not be inferred: what is not survived is logged without the person's words, and hurts no other.
    """
    new, failed = [], 0
    for key, inference in INFERENCES.load().items():
        manifest, before = inference.manifest, known.get(key)
        may = view.consents.issuperset(manifest.consents)
        if before and may and _holds(before, manifest.version, view.now):
            continue
        try:
            found = inference.infer(view) if may else None
        except Exception as error:  # a plug-in may raise anything
            log.error("inference %s failed: %s", key, type(error).__name__)  # noqa: TRY400
            failed += 1
            continue
        if found is not None or (before is not None and before.value is not None):
            new.append(_belief(view, key, manifest, found))
    return new, failed


def _belief(
    view: UserView, key: str, manifest: InferenceManifest, found: Inferred | None
) -> Belief:
    return Belief(
        user_id=view.user_id,
        inference=key,
        version=manifest.version,
        value=found.value.model_dump(mode="json") if found else None,
        confidence=found.confidence if found else 0.0,
        evidence=found.evidence if found else 0,
        made_at=view.now,
        expires_at=view.now + manifest.ttl,
    )


def _holds(belief: Belief, version: int, at: datetime) -> bool:
    return belief.version == version and belief.expires_at > at and belief.value is not None


# What an inference writes; never what the person said.
INFERRED = ("version", "value", "confidence", "evidence", "made_at", "expires_at")


def say(user_id: UUID, key: str, value: Prefs, *, at: datetime) -> None:
    """The person's own word. Raises NoSuchBelief."""
    _change(user_id, key, at=at, said=value.model_dump(mode="json"), is_denied=False)


def keep(user_id: UUID, key: str, *, at: datetime) -> None:
    """What was inferred is so: from now on it is their own word. Raises NoSuchBelief."""
    belief = Belief.objects.filter(user_id=user_id, inference=key, value__isnull=False).first()
    if belief is None:
        raise NoSuchBelief(key)
    _change(user_id, key, at=at, said=belief.value, is_denied=False)


def deny(user_id: UUID, key: str, *, at: datetime) -> None:
    """Not so, whatever is inferred later. Raises NoSuchBelief."""
    _change(user_id, key, at=at, said=None, is_denied=True)


def take_back(user_id: UUID, key: str, *, at: datetime) -> None:
    """Whatever the person said of it: what is inferred counts again. Raises NoSuchBelief."""
    _change(user_id, key, at=at, said=None, is_denied=False)


def forget(user_id: UUID) -> int:
    """What was inferred, until it is inferred anew; how much. What the person said stays theirs."""
    with transaction.atomic():
        if not lock_person(user_id):
            return 0
        inferred = Belief.objects.filter(user_id=user_id, said__isnull=True, is_denied=False)
        forgotten = inferred.filter(value__isnull=False).delete()[0]
        if forgotten:
            LookSchedule.objects.note_change(user_id)
    return forgotten


def _change(user_id: UUID, key: str, *, at: datetime, **values: Any) -> None:
    with transaction.atomic():
        if not lock_person(user_id):
            return
        if not Belief.objects.filter(user_id=user_id, inference=key).update(**values):
            raise NoSuchBelief(key)
        LookSchedule.objects.note_change(user_id)
        publish(PreferencesChanged(user_id=user_id, at=at, plugin=key))
