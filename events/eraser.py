from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from events.models import EventRecord
from oo.lib.personal_data import Eraser
from oo.lib.types import JSON


class EventsEraser(Eraser):
    title = _("Events: what happened when, without any of your texts")
    models = ("events.EventRecord",)

    def export(self, user_id: UUID) -> Mapping[str, JSON]:
        rows = EventRecord.objects.filter(user_id=user_id).order_by("pk")
        return {
            "events": [
                {
                    "id": str(row.event_id),
                    "at": row.at.isoformat(),
                    "subject": row.subject,
                    "schema": row.version,
                    **row.body,
                }
                for row in rows.iterator()
            ]
        }

    def erase(self, user_id: UUID) -> Mapping[str, int]:
        count, _by_model = EventRecord.objects.filter(user_id=user_id).delete()
        return {"events.EventRecord": count}
