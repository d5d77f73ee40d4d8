from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.access import connections
from integrations.models import CalendarEvent, Completion, Connection, PushChannel, Task
from integrations.registry import SOURCES
from oo.lib.personal_data import Eraser, Revocation, told
from oo.lib.types import JSON

# What is told of each row. Not told: credentials; digests, and the source's own mark of how far it
# was read (`cursor`), which say nothing that the rows do not.
CONNECTION = (
    "source",
    "account",
    "label",
    "state",
    "connected_at",
    "synced_at",
    "next_sync_at",
    "claimed_until",
    "attempts",
    "last_error",
)
TASK = (
    "external_id",
    "title",
    "description",
    "project",
    "section",
    "parent",
    "labels",
    "priority",
    "due_on",
    "due_time",
    "due_zone",
    "deadline_on",
    "duration_min",
    "recurrence",
    "url",
    "added_at",
    "updated_at",
    "completed_at",
    "changed_at",
    "returned_at",
    "worded_at",
    "connection__source",
)
EVENT = (
    "external_id",
    "occurrence",
    "title",
    "location",
    "starts_at",
    "ends_at",
    "starts_on",
    "ends_on",
    "is_busy",
    "is_recurring",
    "attendees",
    "organises",
    "url",
    "updated_at",
    "changed_at",
    "connection__source",
)
CLOSE = (
    "key",
    "task__title",
    "state",
    "created_at",
    "not_before",
    "next_at",
    "finished_at",
    "seen_at",
    "attempts",
    "last_error",
)
CHANNEL = ("key", "resource", "expires_at", "connection__source")


class IntegrationsEraser(Eraser):
    title = gettext_lazy("Your apps: what opens them, and the tasks and entries read from them")
    models = (
        "integrations.PushChannel",
        "integrations.Connection",
        "integrations.Task",
        "integrations.CalendarEvent",
        "integrations.Completion",
    )

    def export(self, user_id: UUID) -> Mapping[str, JSON]:
        """Without credentials; an uploaded file comes back as it was given."""
        documents = Connection.objects.filter(user_id=user_id).exclude(document="")
        uploads = documents.order_by("connected_at").values_list("source", "document")
        return {
            "connections": _told(Connection.objects.order_by("connected_at"), user_id, CONNECTION),
            "uploaded-files": [{"source": source, "text": text} for source, text in uploads],
            "tasks": _told(Task.objects.order_by("pk"), user_id, TASK),
            "calendar": _told(CalendarEvent.objects.order_by("starts_at", "pk"), user_id, EVENT),
            "channels": _told(PushChannel.objects.order_by("expires_at"), user_id, CHANNEL),
            "closed-tasks": _told(Completion.objects.order_by("created_at"), user_id, CLOSE),
        }

    def revoke(self, user_id: UUID) -> Iterator[Revocation]:
        for connection in Connection.objects.filter(user_id=user_id):
            # What never was connected has opened nothing, but where it waits for its source.
            if connection.state in Connection.UNKNOWN and not connections.holds_access(connection):
                continue
            source = SOURCES.get(connection.source)
            if source is None or source.manifest.oauth is None:
                continue  # what was pasted or uploaded opens nothing that could be closed from here
            title, revoked = SOURCES.title(source.manifest.key), connections.revoke(connection)
            advice = _(
                "In the settings of %(title)s, remove oO or renew the token that you pasted."
            )
            note = advice % {"title": title}
            yield Revocation(title, revoked, "" if revoked else note)

    def erase(self, user_id: UUID) -> Mapping[str, int]:
        erased: Counter[str] = Counter()
        models: tuple[type[Any], ...] = (PushChannel, Completion, Task, CalendarEvent, Connection)
        for model in models:
            erased.update(model.objects.filter(user_id=user_id).delete()[1])
        return erased


def _told(rows: QuerySet[Any], user_id: UUID, names: tuple[str, ...]) -> JSON:
    columns = {n.removeprefix("connection__").replace("__", "_"): n for n in names}
    return told(rows.filter(user_id=user_id), columns)
