from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from agents.models import Correction, Reading
from oo.lib.personal_data import Eraser
from oo.lib.types import JSON


class AgentsEraser(Eraser):
    title = _("Understanding: what oO read out of your tasks and events, and what you corrected")
    models = ("agents.Reading", "agents.Correction")

    def export(self, user_id: UUID) -> Mapping[str, JSON]:
        readings = Reading.objects.of(user_id).order_by("pk")
        corrections = Correction.objects.filter(user_id=user_id).order_by("pk")
        return {
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
        for model in (Reading, Correction):
            count, _by_model = model._default_manager.filter(user_id=user_id).delete()
            erased[model._meta.label] = count
        return erased
