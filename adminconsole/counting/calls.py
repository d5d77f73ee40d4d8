"""The questions to language models of one day."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, F, IntegerField, Sum
from django.db.models.functions import Cast, Floor, Greatest, Log

from adminconsole.models import CallDay
from adminconsole.period import Period
from agents.models import ModelCall

ALIKE = ("alias", "model", "purpose", "outcome", "is_local")


def count_calls(day: date) -> list[CallDay]:
    """One query."""
    period = Period(day, 1)
    calls = ModelCall.objects.filter(at__gte=period.since, at__lt=period.until)
    doubled = Cast(Floor(Log(2, Greatest(F("ms"), 1))), IntegerField())
    rows = (
        calls.annotate(doublings=doubled)
        .order_by()
        .values(*ALIKE, "doublings")
        .annotate(
            count=Count("pk"),
            tokens_in_sum=Sum("tokens_in"),
            tokens_out_sum=Sum("tokens_out"),
            cost_sum=Sum("cost_usd"),
        )
    )
    return [
        CallDay(
            day=day,
            **{name: row[name] for name in (*ALIKE, "doublings", "count")},
            tokens_in=row["tokens_in_sum"],
            tokens_out=row["tokens_out_sum"],
            cost_usd=row["cost_sum"],
        )
        for row in rows
    ]
