"""Whether to interrupt: the questions of one day, by their answers."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Case, Count, F, IntegerField, Q, Sum, Value, When
from django.db.models.functions import Cast, Floor, Least

from adminconsole.models import AskedDay
from adminconsole.period import Period
from tips.deliver.learning import HEARD_OUT, HELPED
from tips.models import Interruption

BINS = 20


def count_asked(day: date, *, at: datetime) -> list[AskedDay]:
    """One query. A notification counts when it has helped or was heard out, as in
    tips.deliver.learning: one of a minute ago is no false alarm."""
    period = Period(day, 1)
    known = Q(spoken=False) | HELPED | Q(at__lt=at - HEARD_OUT)
    asked = Interruption.objects.filter(known, at__gte=period.since, at__lt=period.until)
    whole = Cast(Floor(F("probability") * BINS), IntegerField())
    rows = (
        asked.annotate(
            bin=Least(whole, BINS - 1),
            helps=Case(When(Q(spoken=True) & HELPED, then=Value(1)), default=Value(0)),
        )
        .order_by()
        .values("spoken", "why", "bin")
        .annotate(rows=Count("pk"), chances=Sum("probability"), helps_sum=Sum("helps"))
    )
    return [
        AskedDay(
            day=day,
            spoken=row["spoken"],
            why=row["why"],
            bin=row["bin"],
            count=row["rows"],
            probability=row["chances"],
            helped=row["helps_sum"],
        )
        for row in rows
    ]
