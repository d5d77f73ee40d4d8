"""The tips of one day, counted by all that they are compared by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date
from typing import Any

from adminconsole.models import TipDay
from adminconsole.period import Period
from integrations.models import Task
from oo.lib.batches import batches
from oo.lib.zones import zone_named
from tips.models import Tip

BATCH = 5_000
SAME = ("policy", "model", "prompt_version", "kind", "reaction")


def count_tips(day: date) -> list[TipDay]:
    """Two queries, and one more for each 5,000 tips."""
    period = Period(day, 1)
    shown = Tip.objects.shown_in(period.since, period.until).order_by()
    rows = shown.values_list(
        *SAME,
        "shown_at",
        "user__profile__time_zone",
        "user__date_joined",
        "evidence",
        "reward",
        "dwell_s",
    ).iterator(BATCH)
    found: dict[tuple[Any, ...], TipDay] = {}
    for some in batches(rows, BATCH):
        priorities = _priorities(some)
        for *same, shown_at, zone, joined, evidence, reward, dwell_s in some:
            priority = priorities.get(_task_of(evidence))
            hour = shown_at.astimezone(zone_named(zone or "") or UTC).hour
            key = (*same, hour, joined.date().replace(day=1), priority)
            row = found.get(key)
            if row is None:
                row = found[key] = _row(day, key)
            row.count += 1
            row.reward += reward or 0
            row.dwell_s += (dwell_s or 0) if same[-1] else 0
    return list(found.values())


def _row(day: date, key: tuple[Any, ...]) -> TipDay:
    *same, hour, cohort, priority = key
    named = dict(zip(SAME, same, strict=True))
    return TipDay(day=day, hour=hour, cohort=cohort, priority=priority, count=0, **named)


def _task_of(evidence: list[dict[str, Any]]) -> int | None:
    found = (row.get("id") for row in evidence if row.get("model") == "task")
    return next((key for key in found if isinstance(key, int)), None)


def _priorities(rows: Iterable[tuple[Any, ...]]) -> dict[int | None, int]:
    """Of the tasks that these are about. One query."""
    about = (_task_of(evidence) for *_same, evidence, _reward, _dwell in rows)
    ids = {key for key in about if key is not None}
    return dict(Task.objects.filter(pk__in=ids).values_list("pk", "priority"))
