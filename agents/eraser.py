from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from agents.models import AgentOutput, Correction, LookSchedule, ModelCall, Reading
from oo.lib.personal_data import Eraser
from oo.lib.types import JSON


class AgentsEraser(Eraser):
    title = _(
        "Understanding: what oO read out of your tasks and events, what you corrected, "
        "what it saw in them, and when a model was asked"
    )
    models = (
        "agents.Reading",
        "agents.Correction",
        "agents.AgentOutput",
        "agents.LookSchedule",
        "agents.ModelCall",
    )

    def export(self, user_id: UUID) -> Mapping[str, JSON]:
        readings = Reading.objects.of(user_id).order_by("pk")
        corrections = Correction.objects.filter(user_id=user_id).order_by("pk")
        outputs = AgentOutput.objects.filter(user_id=user_id).order_by("agent")
        calls = ModelCall.objects.filter(user_id=user_id).order_by("at")
        return {
            "asked_of_models": [
                {
                    "at": c.at.isoformat(),
                    "model": c.model,
                    "for": c.purpose,
                    "left_oo": not c.is_local,
                }
                for c in calls.iterator()
            ],
            "seen": [
                {"by": o.agent, "at": o.made_at.isoformat(), "what": o.snippet}
                for o in outputs.iterator()
            ],
            "understood": [
                {"of": r.kind, "by": r.reader, "at": r.read_at.isoformat(), "traits": r.traits}
                for r in readings.iterator()
            ],
            "corrected": [
                {"of": c.kind, "what": c.trait, "to": c.value, "at": c.made_at.isoformat()}
                for c in corrections.iterator()
            ],
        }

    def erase(self, user_id: UUID) -> Mapping[str, int]:
        erased = {}
        for model in (Reading, Correction, AgentOutput, LookSchedule, ModelCall):
            count, _by_model = model._default_manager.filter(user_id=user_id).delete()
            erased[model._meta.label] = count
        return erased
