from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from oo.lib.personal_data import Eraser, told
from oo.lib.types import JSON
from tips.models import Interruption, Mute, Tip, TipDecision, TipSchedule, TipView

# By file of the export: a table, the column by which its rows stand in order, and what is told of
# each, by the name that the person reads. `fingerprint` says only what oO has looked at already.
EXPORTED: Mapping[str, tuple[type[Any], str, Mapping[str, str]]] = {
    "tips": (
        Tip,
        "made_at",
        {
            "id": "id",
            "made_at": "made_at",
            "said": "content",
            "without_a_model": "plain",
            "why": "detail",
            "kind": "kind",
            "link": "url",
            "source": "source",
            "chosen_by": "policy",
            "model": "model",
            "asked_with": "prompt_version",
            "asked_at": "polished_at",
            "left_oo": "left_host",
            "confidence": "confidence",
            "evidence": "evidence",
            "candidate": "candidate",
            "state": "state",
            "starts_at": "starts_at",
            "later_until": "later_until",
            "expires_at": "expires_at",
            "shown_at": "shown_at",
            "ended_at": "ended_at",
            "answer": "reaction",
            "reason": "reason",
            "answered_at": "answered_at",
            "undo_until": "undo_until",
            "closes": "completion_key",
            "seconds_to_answer": "dwell_s",
            "reward": "reward",
            "delayed_reward": "delayed_reward",
        },
    ),
    "interruptions": (
        Interruption,
        "at",
        {
            "at": "at",
            "tip": "tip_id",
            "spoken": "spoken",
            "why": "why",
            "probability": "probability",
            "needed": "needed",
            "propensity": "propensity",
            "features": "features",
        },
    ),
    "decisions": (
        TipDecision,
        "at",
        {
            "at": "at",
            "tip": "tip_id",
            "policy": "policy",
            "policy_version": "policy_version",
            "chosen": "chosen",
            "chosen_by_model": "chooser",
            "chance": "propensity",
            "silence": "silence",
            "candidates": "candidates",
            "candidates_in_all": "candidate_count",
            "seen": "seen",
        },
    ),
    "views": (TipView, "at", {"at": "at", "tip": "tip_id", "on": "surface"}),
    "not-again-before": (
        Mute,
        "since",
        {
            "candidate": "candidate",
            "tip": "tip_id",
            "since": "since",
            "until": "until",
            "or_until_it_changes": "until_changed",
        },
    ),
    "schedule": (
        TipSchedule,
        "pk",
        {
            "looked_at": "looked_at",
            "next_look_at": "next_look_at",
            "policy": "policy",
            "silence": "silence",
            "rest_until": "rest_until",
            "last_answered": "last_answered_id",
            "changes": "revision",
        },
    ),
}


class TipsEraser(Eraser):
    title = _("Tips: what was suggested, what else was considered, and your answers")
    models = (
        "tips.Tip",
        "tips.TipDecision",
        "tips.Interruption",
        "tips.TipView",
        "tips.Mute",
        "tips.TipSchedule",
    )

    def export(self, user_id: UUID) -> Mapping[str, JSON]:
        return {
            name: told(model._default_manager.filter(user_id=user_id).order_by(order), columns)
            for name, (model, order, columns) in EXPORTED.items()
        }

    def erase(self, user_id: UUID) -> Mapping[str, int]:
        TipSchedule.objects.filter(pk=user_id).update(last_answered=None)
        erased = {}
        for model in (TipSchedule, Mute, TipView, Interruption, TipDecision, Tip):
            count, _by_model = model._default_manager.filter(user_id=user_id).delete()
            erased[model._meta.label] = count
        return erased
