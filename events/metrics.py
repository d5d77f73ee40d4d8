from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db.models import Count

from events.models import EventRecord
from oo.lib.measures import LATELY, Measure, one, seconds_since


def measures(*, at: datetime) -> Iterator[Measure]:
    """One query; another where there is a mirror."""
    lately = EventRecord.objects.filter(at__gt=at - LATELY, at__lte=at).order_by()
    rows = lately.values_list("subject").annotate(Count("pk"))
    values = [((subject,), count) for subject, count in rows]
    yield Measure("oo_events_5m", "Events of the last five minutes.", ("subject",), values)
    if settings.NATS_URL:
        first = EventRecord.objects.waiting().values_list("at", flat=True).first()
        words = "Age of the oldest event that the mirror waits for."
        yield one("oo_mirror_lag_seconds", words, seconds_since(first, at=at))
