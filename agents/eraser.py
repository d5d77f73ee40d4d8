from __future__ import annotations

from collections.abc import Mapping
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
    Transcript,
)
from oo.lib.personal_data import Eraser, told
from oo.lib.types import JSON

OWN: tuple[type[Model], ...] = (
    Reading, Correction, AgentOutput, LookSchedule, Transcript, ModelCall, Preference, Context,
    Belief, CountedDay,
)  # fmt: skip

# By file of the export: a table, and what is told of its rows, by the name that the person reads.
# Not told: digests of words and snippets, which stand for what is told elsewhere.
EXPORTED: Mapping[str, tuple[type[Model], Mapping[str, str]]] = {
    "understood": (
        Reading,
        {
            "of": "kind",
            "by": "reader",
            "version": "version",
            "at": "read_at",
            "dated_from": "dated_from",
            "traits": "traits",
        },
    ),
    "corrected": (Correction, {"of": "kind", "what": "trait", "to": "value", "at": "made_at"}),
    "seen": (
        AgentOutput,
        {
            "by": "agent",
            "version": "version",
            "at": "made_at",
            "until": "expires_at",
            "what": "snippet",
        },
    ),
    "believed": (
        Belief,
        {
            "what": "inference",
            "version": "version",
            "inferred": "value",
            "confidence": "confidence",
            "from_so_many": "evidence",
            "at": "made_at",
            "until": "expires_at",
            "you_said": "said",
            "not_so": "is_denied",
        },
    ),
    "preferences": (Preference, {"of": "plugin", "values": "values", "set_at": "set_at"}),
    "situations": (
        Context,
        {
            "key": "key",
            "title": "title",
            "days": "days",
            "from": "starts",
            "until": "ends",
            "projects": "projects",
            "quiet": "is_quiet",
            "switched_on_until": "on_until",
        },
    ),
    "counted": (
        CountedDay,
        {
            "day": "day",
            "tips": "served",
            "done": "done",
            "got_it": "noted",
            "later": "snoozed",
            "not_this": "dismissed",
            "seconds_to_answer": "dwell_s",
            "answers_timed": "dwells",
            "done_by_hour": "hours",
        },
    ),
    "asked_of_models": (
        ModelCall,
        {
            "call": "pk",
            "at": "at",
            "model": "model",
            "known_as": "alias",
            "for": "purpose",
            "asked_with": "prompt",
            "tokens_asked": "tokens_in",
            "tokens_answered": "tokens_out",
            "milliseconds": "ms",
            "cost_usd": "cost_usd",
            "stayed_in_oo": "is_local",
            "outcome": "outcome",
            "reason": "reason",
        },
    ),
    "said_to_models": (
        Transcript,
        {
            "call": "call_id",
            "at": "at",
            "asked": "asked",
            "answered": "answered",
            "letters": "letters",
        },
    ),
    "looks": (
        LookSchedule,
        {
            "last_look_at": "looked_at",
            "next_look_at": "next_look_at",
            "held_until": "claimed_until",
            "something_changed": "is_changed",
            "you_were_here_at": "active_at",
        },
    ),
}


class AgentsEraser(Eraser):
    title = _(
        "Understanding: what oO read out of your tasks and events, what it saw and believes, "
        "what you set and corrected, how many tips you answered a day, when a model was asked, and "
        "for a few days what it was told"
    )
    models = tuple(model._meta.label for model in OWN)

    def export(self, user_id: UUID) -> Mapping[str, JSON]:
        return {
            name: told(_rows(model, user_id).order_by("pk"), columns)
            for name, (model, columns) in EXPORTED.items()
        }

    def erase(self, user_id: UUID) -> Mapping[str, int]:
        return {model._meta.label: _rows(model, user_id).delete()[0] for model in OWN}


def _rows(model: type[Model], user_id: UUID) -> Any:
    return model._default_manager.filter(user_id=user_id)
