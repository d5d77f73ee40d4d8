from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Min

from notifier.models import Delivery
from oo.lib.measures import LATELY, Measure, one, seconds_since


def measures(*, at: datetime) -> Iterator[Measure]:
    """Two queries."""
    lately = Delivery.objects.filter(created_at__gt=at - LATELY, created_at__lte=at).order_by()
    rows = lately.values_list("state").annotate(Count("pk"))
    values = [((state,), count) for state, count in rows]
    words = "Notifications of the last five minutes, by device."
    yield Measure("oo_deliveries_5m", words, ("state",), values)
    oldest = Delivery.objects.due(at=at).aggregate(oldest=Min("next_at"))["oldest"]
    words = "How long the notification that is most overdue is."
    yield one("oo_delivery_overdue_seconds", words, seconds_since(oldest, at=at))
