"""What the page about oO's mind shows: situations, plug-ins, beliefs, and what was understood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import Profile
from agents.inferring import beliefs
from agents.models import Belief, Context, Correction, Reading
from agents.profile.contexts import situation_at
from agents.profile.preferences import adjustable, load_preferences
from agents.registry import INFERENCES
from agents.settings.forms import ContextForm, PrefsForm
from agents.understanding.codec import load_trait
from agents.understanding.loading import KINDS, load_understood
from agents.understanding.words import sentences
from integrations.models import Task

MOST_UNDERSTOOD = 40  # tasks on the page
SURELY, LIKELY = 0.8, 0.6


@dataclass(frozen=True, slots=True)
class BeliefRow:
    key: str
    title: str
    sentence: str  # "" when nothing is believed any more
    belief: Belief
    form: PrefsForm

    @property
    def sureness(self) -> str:
        """A code for the template's words."""
        confidence = self.belief.confidence
        return "sure" if confidence >= SURELY else "likely" if confidence >= LIKELY else "guess"


def build_page(user_id: UUID, *, at: datetime, shown: dict[str, Any] | None = None) -> Any:
    """shown: forms by name that were posted and have errors, instead of fresh ones."""
    shown = shown or {}
    zone = Profile.objects.only("time_zone").get(user_id=user_id).zone
    contexts = list(Context.objects.filter(user_id=user_id).order_by("pk"))
    return {
        "situation": situation_at(contexts, zone, at),
        "contexts": [
            {"context": c, "form": shown.get(f"context-{c.pk}") or ContextForm(instance=c)}
            for c in contexts
        ],
        "new_context": shown.get("context-new") or ContextForm(),
        "plugins": list(_plugins(user_id, shown)),
        "beliefs": list(_beliefs(user_id, shown)),
        "understood": _understood(user_id),
    }


def _plugins(user_id: UUID, shown: dict[str, Any]) -> Iterator[dict[str, Any]]:
    known = load_preferences([user_id]).get(user_id, {})
    for key, plugin in adjustable().items():
        form = shown.get(f"prefs-{key}") or PrefsForm(plugin.prefs, now=known.get(key))
        yield {"key": key, "title": plugin.title, "form": form, "is_open": form.is_bound}


def _beliefs(user_id: UUID, shown: dict[str, Any]) -> Iterator[BeliefRow]:
    for belief in Belief.objects.filter(user_id=user_id).order_by("inference"):
        inference = INFERENCES.get(belief.inference)
        if inference is None:
            continue
        stored = belief.said if belief.said is not None else belief.value
        value = beliefs.read(inference, stored) if stored is not None else None
        if value is None and not belief.is_denied:
            continue
        form = shown.get(f"belief-{belief.inference}")
        yield BeliefRow(
            key=belief.inference,
            title=str(inference.manifest.title),
            sentence=inference.say(value) if value else "",
            belief=belief,
            form=form or PrefsForm(inference.manifest.value, now=value),
        )


def _understood(user_id: UUID) -> list[dict[str, Any]]:
    """Open tasks of whose words something was understood, or denied; the newest first."""
    understood = load_understood([user_id]).get(user_id)
    if understood is None:
        return []
    denied = _denied(user_id)
    rows = Task.objects.open().filter(user_id=user_id).exclude(words_digest="")
    found = []
    for title, words in rows.order_by("-pk").values_list("title", "words_digest"):
        said = list(sentences(understood.of_task(words)))
        if said or denied.get(words):
            found.append(
                {"title": title, "words": words, "said": said, "denied": denied.get(words, [])}
            )
        if len(found) == MOST_UNDERSTOOD:
            break
    return found


def _denied(user_id: UUID) -> dict[str, list[Any]]:
    """What the person took away, by words, as it was read."""
    kind = Reading.Kind.TASK
    taken = Correction.objects.filter(user_id=user_id, kind=kind, value__isnull=True)
    names: dict[str, set[str]] = {}
    for words, trait in taken.values_list("words", "trait"):
        names.setdefault(words, set()).add(trait)
    readings = Reading.objects.filter(user_id=user_id, kind=kind, words__in=names)
    return {
        words: [
            said
            for name in sorted(names[words])
            if (read := load_trait(KINDS[kind], name, traits.get(name)))
            for said in sentences(KINDS[kind](**{name: read}))
        ]
        for words, traits in readings.values_list("words", "traits")
    }
