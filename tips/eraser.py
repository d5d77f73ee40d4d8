from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from oo.lib.personal_data import Eraser
from oo.lib.types import JSON
from tips.models import Mute, Tip, TipDecision, TipSchedule, TipView


class TipsEraser(Eraser):
    title = _("Tips: what was suggested, what else was considered, and your answers")
    models = ("tips.Tip", "tips.TipDecision", "tips.TipView", "tips.Mute", "tips.TipSchedule")

    def export(self, user_id: UUID) -> Mapping[str, JSON]:
        tips = Tip.objects.filter(user_id=user_id).order_by("made_at")
        decisions = TipDecision.objects.filter(user_id=user_id).order_by("at")
        return {
            "tips": [_readable(tip) for tip in tips.iterator()],
            "decisions": [
                {
                    "at": d.at.isoformat(),
                    "policy": d.policy,
                    "chosen": d.chosen,
                    "silence": d.silence,
                    "candidates": d.candidates,
                    "seen": d.seen,
                }
                for d in decisions.iterator()
            ],
        }

    def erase(self, user_id: UUID) -> Mapping[str, int]:
        TipSchedule.objects.filter(pk=user_id).update(last_answered=None)
        erased = {}
        for model in (TipSchedule, Mute, TipView, TipDecision, Tip):
            count, _by_model = model._default_manager.filter(user_id=user_id).delete()
            erased[model._meta.label] = count
        return erased


def _readable(tip: Tip) -> JSON:
    return {
        "made_at": tip.made_at.isoformat(),
        "said": tip.content,
        "why": tip.detail,
        "kind": tip.kind,
        "source": tip.source,
        "chosen_by": tip.policy,
        "state": tip.state,
        "shown_at": tip.shown_at.isoformat() if tip.shown_at else None,
        "answer": tip.reaction,
        "reason": tip.reason,
        "answered_at": tip.answered_at.isoformat() if tip.answered_at else None,
    }
