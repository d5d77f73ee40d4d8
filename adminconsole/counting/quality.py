"""How whole the data of one day are: of what should be there, how much is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from adminconsole.models import QualityDay
from adminconsole.period import Period
from agents.models import AgentOutput, LookSchedule
from integrations.models import Connection
from oo.lib.words import Words
from tips.models import Interruption, Tip, TipDecision

# A connection that was not read for so long is not fresh: the longest period is an hour.
FRESH = timedelta(hours=2)
SAMPLE = 2_000  # questions whose features are looked at
LOOKED_AT = "people looked at in time"
FEATURE, AGENT = "feature ", "agent "  # before the name of one
# By measure: what it is called, and the share that has to be reached.
MEASURES: Mapping[str, tuple[Words, float]] = {
    "tokens that work": (_("tokens that work"), 0.95),
    "sources read in time": (_("sources read in time"), 0.95),
    "outputs still true": (_("outputs of agents still true"), 0.9),
    LOOKED_AT: (_("people looked at in time"), 0.99),
    "tips with evidence": (_("tips with rows that they rest on"), 0.99),
    "tips with their decision": (_("tips with their decision"), 0.99),
    "decisions with agents": (_("decisions that agents spoke to"), 0.5),
}
# Counted from rows of the day, with each feature; all others are only known on the day itself.
OF_THE_DAY = ("tips with evidence", "tips with their decision", "decisions with agents")


def count_quality(day: date, *, at: datetime) -> list[QualityDay]:
    """Six queries. What is only known now is counted for today alone."""
    period = Period(day, 1)
    found = {**_features(period), **_decisions(period)}
    if day == at.date():
        found |= _now(at)
    return [
        QualityDay(day=day, measure=measure, part=part, whole=whole)
        for measure, (part, whole) in found.items()
        if whole
    ]


def is_known_later(measure: str) -> bool:
    """Whether rows still say it when the day is over, so that counting again finds all of it."""
    return measure.startswith(FEATURE) or measure in OF_THE_DAY


def _features(period: Period) -> dict[str, tuple[int, int]]:
    """Of the questions whether to interrupt, those that knew each feature; of the newest 2,000."""
    asked = Interruption.objects.filter(at__gte=period.since, at__lt=period.until)
    rows = list(asked.order_by("-at").values_list("features", flat=True)[:SAMPLE])
    names = sorted({name for features in rows for name in features})
    return {
        f"{FEATURE}{name}": (sum(row.get(name) is not None for row in rows), len(rows))
        for name in names
    }


def _decisions(period: Period) -> dict[str, tuple[int, int]]:
    shown = Tip.objects.shown_in(period.since, period.until)
    tips = shown.aggregate(
        all=Count("pk"),
        grounded=Count("pk", filter=~Q(evidence=[])),
        decided=Count("decision"),
    )
    decided = TipDecision.objects.filter(at__gte=period.since, at__lt=period.until)
    seen = decided.aggregate(all=Count("pk"), seen=Count("pk", filter=~Q(seen=[])))
    return {
        "tips with evidence": (tips["grounded"], tips["all"]),
        "tips with their decision": (tips["decided"], tips["all"]),
        "decisions with agents": (seen["seen"], seen["all"]),
    }


def _now(at: datetime) -> dict[str, tuple[int, int]]:
    known = Connection.objects.known()  # what is being checked, or leaves, nobody reads
    live = known.exclude(state__in=Connection.STUCK)
    connections = known.aggregate(
        all=Count("pk"), open=Count("pk", filter=~Q(state=Connection.State.RECONNECT))
    )
    fresh = live.aggregate(all=Count("pk"), fresh=Count("pk", filter=Q(synced_at__gt=at - FRESH)))
    by_agent = AgentOutput.objects.freshness(at=at)
    outputs = [sum(counts) for counts in zip(*by_agent.values(), strict=True)] or [0, 0]
    looked = LookSchedule.objects.exclude(next_look_at=None).aggregate(
        all=Count("pk"), fresh=Count("pk", filter=Q(next_look_at__gt=at - timedelta(minutes=15)))
    )
    return {
        "tokens that work": (connections["open"], connections["all"]),
        "sources read in time": (fresh["fresh"], fresh["all"]),
        "outputs still true": (outputs[0], outputs[1]),
        LOOKED_AT: (looked["fresh"], looked["all"]),
        **{f"{AGENT}{key}": counts for key, counts in by_agent.items()},
    }
