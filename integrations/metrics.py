from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Min, Q

from integrations.models import Completion, Connection
from oo.lib.measures import Measure, one, seconds_since


def measures(*, at: datetime) -> Iterator[Measure]:
    """Two queries."""
    rows = Connection.objects.values_list("source", "state").order_by()
    late = Q(next_sync_at__lte=at, user__is_active=True) & ~Q(state__in=Connection.STUCK)
    counted = list(rows.annotate(count=Count("pk"), oldest=Min("next_sync_at", filter=late)))
    values = [((source, state), count) for source, state, count, _oldest in counted]
    yield Measure("oo_connections", "Connected apps.", ("source", "state"), values)
    late_s: dict[tuple[str], float] = {}
    for source, _state, _count, oldest in counted:
        late_s[(source,)] = max(late_s.get((source,), 0.0), seconds_since(oldest, at=at))
    words = "How long the sync that is most overdue is."
    yield Measure("oo_sync_overdue_seconds", words, ("source",), late_s.items())
    oldest = Completion.objects.due(at=at).aggregate(oldest=Min("next_at"))["oldest"]
    words = "How long the task that is to be closed at its source is overdue."
    yield one("oo_completion_overdue_seconds", words, seconds_since(oldest, at=at))
