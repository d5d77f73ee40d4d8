"""What the page about oO's mind shows: situations, plug-ins, beliefs, and what was understood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from agents.base import UserView
from agents.inferring import beliefs
from agents.models import Belief, Context, Correction, Reading
from agents.profile.contexts import situation_at
from agents.profile.preferences import adjustable, load_preferences
from agents.registry import AGENTS, INFERENCES
from agents.settings.counted import build_counted
from agents.settings.forms import SWITCH, ContextForm, PrefsForm
from agents.settings.understood import TraitRow, form_name, told_traits
from agents.timing.prepared import find_prepared
from agents.traits import Origin
from agents.understanding.correcting import Understanding, understandings_of
from agents.understanding.loading import load_understood
from agents.understanding.words import sentences
from agents.view import load_view
from integrations.models import Task, own_words

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
    """shown: forms by name that were posted and have errors, instead of fresh ones.

    Raises Profile.DoesNotExist.
    """
    shown = shown or {}
    view = load_view(user_id, at=at)
    contexts = list(Context.objects.filter(user_id=user_id).order_by("pk"))
    plugins = list(_plugins(user_id, shown))
    return {
        "situation": situation_at(contexts, view.zone, at),
        "contexts": [
            {"context": c, "form": shown.get(f"context-{c.pk}") or ContextForm(instance=c)}
            for c in contexts
        ],
        "new_context": shown.get("context-new") or ContextForm(),
        "plugins": [p for p in plugins if p["is_angle"]],
        "ways": [p for p in plugins if not p["is_angle"]],
        "beliefs": list(_beliefs(user_id, shown)),
        **build_counted(view),
        "understood": _understood(view, shown),
    }


def _plugins(user_id: UUID, shown: dict[str, Any]) -> Iterator[dict[str, Any]]:
    known = load_preferences([user_id]).get(user_id, {})
    for key, plugin in adjustable().items():
        prefs = known.get(key) or plugin.prefs()
        form = shown.get(f"prefs-{key}") or PrefsForm(plugin.prefs, now=prefs)
        yield {
            "key": key,
            "title": plugin.title,
            "about": plugin.about,
            "form": form,
            "is_open": form.is_bound,
            "is_angle": key in AGENTS,
            "can_switch": SWITCH in plugin.prefs.labels,
            "is_off": not getattr(prefs, SWITCH, True),
            "has_more": any(name != SWITCH for name in plugin.prefs.labels),
        }


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


def _understood(view: UserView, shown: dict[str, Any]) -> list[dict[str, Any]]:
    """Open tasks of whose words something was understood, or denied; the newest first."""
    user_id = view.user_id
    understood = load_understood([user_id]).get(user_id)
    if understood is None:
        return []
    kind = Reading.Kind.TASK
    corrected = set(
        Correction.objects.filter(user_id=user_id, kind=kind).values_list("words", flat=True)
    )

    def is_told(title: str, words: str) -> bool:
        traits = understood.tasks.get(words)
        return own_words(words) in corrected or (
            traits is not None and any(sentences(_counting(traits, title, words, view, shown)))
        )

    rows = Task.objects.open().filter(user_id=user_id).order_by("-pk")
    titles = rows.exclude(words_digest="").values_list("title", "words_digest")
    found: dict[str, str] = {}  # what is said of one counts for all with its words: one row
    for title, words in titles:
        if words not in found and is_told(title, words):
            found[words] = title
            if len(found) == MOST_UNDERSTOOD:
                break
    known = understandings_of(user_id, kind, set(found))
    return [
        {"title": title, "words": words, "traits": traits}
        for words, title in found.items()
        if (traits := list(_told(known[words], title, words, view, shown)))
    ]


def _told(
    known: Understanding, title: str, words: str, view: UserView, shown: dict[str, Any]
) -> Iterator[TraitRow]:
    counting = _counting(known.traits, title, words, view, shown)
    said = replace(known, said=tuple(sentences(counting)))
    return told_traits(Reading.Kind.TASK, words, said, shown)


def _counting(traits: Any, title: str, words: str, view: UserView, shown: dict[str, Any]) -> Any:
    """Without a purpose that no event is: read truly, it decides nothing, and says nothing new.

    What the person said stays, and so does what they are correcting.
    """
    purpose = traits.prepares
    if purpose is None or purpose.origin is Origin.PERSON or form_name(words, "prepares") in shown:
        return traits
    return traits if find_prepared(purpose, view, title) else replace(traits, prepares=None)
