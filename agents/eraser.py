from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from agents.models import (
    AgentOutput,
    Belief,
    Context,
    Correction,
    CountedDay,
    LookSchedule,
    ModelCall,
    Preference,
    Reading,
)
from oo.lib.personal_data import Eraser
from oo.lib.types import JSON

OWN: tuple[type[Model], ...] = (
    Reading, Correction, AgentOutput, LookSchedule, ModelCall, Preference, Context, Belief,
    CountedDay,
)  # fmt: skip

# By file of the export: the rows of a table, each as a person reads it.
EXPORTED: Mapping[str, tuple[type[Model], Callable[[Any], JSON]]] = {
    "understood": (
        Reading,
        lambda r: {"of": r.kind, "by": r.reader, "at": r.read_at.isoformat(), "traits": r.traits},
    ),
    "corrected": (
        Correction,
        lambda c: {"of": c.kind, "what": c.trait, "to": c.value, "at": c.made_at.isoformat()},
    ),
    "seen": (
        AgentOutput,
        lambda o: {"by": o.agent, "at": o.made_at.isoformat(), "what": o.snippet},
    ),
    "believed": (
        Belief,
        lambda b: {
            "what": b.inference,
            "inferred": b.value,
            "confidence": b.confidence,
            "you_said": b.said,
            "not_so": b.is_denied,
        },
    ),
    "preferences": (Preference, lambda p: {"of": p.plugin, "values": p.values}),
    "situations": (
        Context,
        lambda c: {
            "title": c.title,
            "days": c.days,
            "from": c.starts.isoformat(),
            "until": c.ends.isoformat(),
            "projects": c.projects,
            "quiet": c.is_quiet,
        },
    ),
    "counted": (
        CountedDay,
        lambda c: {
            "day": c.day.isoformat(),
            "tips": c.served,
            "done": c.done,
            "later": c.snoozed,
            "not_this": c.dismissed,
            "seconds_to_answer": c.dwell_s,
            "answers_timed": c.dwells,
            "done_by_hour": c.hours,
        },
    ),
    "asked_of_models": (
        ModelCall,
        lambda c: {
            "at": c.at.isoformat(),
            "model": c.model,
            "for": c.purpose,
            "left_oo": not c.is_local,
        },
    ),
}


class AgentsEraser(Eraser):
    title = _(
        "Understanding: what oO read out of your tasks and events, what it saw and believes, "
        "what you set and corrected, how many tips you answered a day, and when a model was asked"
    )
    models = tuple(model._meta.label for model in OWN)

    def export(self, user_id: UUID) -> Mapping[str, JSON]:
        return {
            name: [readable(row) for row in _rows(model, user_id).order_by("pk").iterator()]
            for name, (model, readable) in EXPORTED.items()
        }

    def erase(self, user_id: UUID) -> Mapping[str, int]:
        return {model._meta.label: _rows(model, user_id).delete()[0] for model in OWN}


def _rows(model: type[Model], user_id: UUID) -> Any:
    return model._default_manager.filter(user_id=user_id)
