from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Sum

from agents.models import LookSchedule, ModelCall, Sweep
from oo.lib.measures import LATELY, Measure, one, seconds_since


def measures(*, at: datetime) -> Iterator[Measure]:
    """Three queries."""
    due = LookSchedule.objects.due(at=at).count()
    yield one("oo_sweep_due_people", "People whom a sweep has to look at.", due)
    if sweep := Sweep.objects.order_by("-began_at").first():
        took_s = (sweep.updated_at - sweep.began_at).total_seconds()
        age_s = seconds_since(sweep.began_at, at=at)
        yield one("oo_sweep_seconds", "What the last sweep has taken so far.", took_s)
        yield one("oo_sweep_age_seconds", "Since the last sweep began.", age_s)
        yield one("oo_sweep_people", "Whom the last sweep looked at.", sweep.people)
        yield one("oo_sweep_failed", "Looks of the last sweep that failed.", sweep.failed)
    yield from of_models(at=at)


def of_models(*, at: datetime) -> Iterator[Measure]:
    calls = ModelCall.objects.filter(at__gt=at - LATELY, at__lte=at).order_by()
    rows = calls.values_list("alias", "outcome").annotate(
        Count("pk"), Sum("tokens_in"), Sum("tokens_out"), Sum("ms")
    )
    by, lately = ("alias", "outcome"), "of the last five minutes."
    numbers = {(alias, outcome): found for alias, outcome, *found in rows}
    for column, (name, says, unit) in enumerate(
        (
            ("oo_model_calls_5m", f"Questions to models {lately}", 1),
            ("oo_model_tokens_in_5m", f"Tokens that they were asked with {lately}", 1),
            ("oo_model_tokens_out_5m", f"Tokens that they answered with {lately}", 1),
            ("oo_model_seconds_5m", f"Seconds until they answered, added up, {lately}", 1000),
        )
    ):
        yield Measure(name, says, by, [(key, of[column] / unit) for key, of in numbers.items()])
