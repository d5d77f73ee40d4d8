from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from events.models import EventRecord, Recall
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
                    "trace": row.trace,
                    "mirrored_as": row.mirrored_as,
                    **row.body,
                }
                for row in rows.iterator()
            ]
        }

    def erase(self, user_id: UUID) -> Mapping[str, int]:
        """The mirror forgets as well: its relay is told which messages it has to delete there. A
        row without a mark may be there, too: whatever ended the relay came between the two.
        """
        with transaction.atomic():
            rows = EventRecord.objects.filter(user_id=user_id)
            # All are held, so that none is marked as mirrored between this and the deletion.
            held = rows.select_for_update().order_by("pk")
            may_be_there = (row for row in held if row.mirrored_as or _is_on_its_way(row))
            Recall.objects.bulk_create(map(Recall.of, may_be_there), ignore_conflicts=True)
            count, _by_model = rows.delete()
        return {"events.EventRecord": count}


def _is_on_its_way(row: EventRecord) -> bool:
    return bool(settings.NATS_URL) and row.mirrored_as is None
