"""Which connections end with a consent, and what goes with each."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from integrations.models import CalendarEvent, Connection, Task
from integrations.registry import SOURCES


def lost_connections(user_id: UUID, key: str) -> Iterator[str]:
    """A line for each connection that integrations.access.connections.end_consent would end."""
    needing = {source.manifest.key for source in SOURCES if key in source.manifest.consents}
    ending = Connection.objects.filter(user_id=user_id, source__in=needing)
    tasks, entries = _counted(Task, user_id), _counted(CalendarEvent, user_id)
    for connection in ending.order_by("connected_at"):
        title = SOURCES.title(connection.source)
        name = f"{title} ({connection.label})" if connection.label else title
        yield _("%(app)s is disconnected, and oO forgets what it read there: %(what)s.") % {
            "app": name,
            "what": _rows(tasks.get(connection.pk, 0), entries.get(connection.pk, 0)),
        }


def _counted(model: type[Task] | type[CalendarEvent], user_id: UUID) -> dict[UUID, int]:
    rows = model._default_manager.filter(user_id=user_id).order_by().values_list("connection_id")
    return dict(rows.annotate(rows=Count("pk")))


def _rows(tasks: int, entries: int) -> str:
    told = [
        ngettext("%(n)d task", "%(n)d tasks", tasks) % {"n": tasks} if tasks else "",
        ngettext("%(n)d calendar entry", "%(n)d calendar entries", entries) % {"n": entries}
        if entries
        else "",
    ]
    return ", ".join(filter(None, told)) or _("nothing yet")
