from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Min, Q

from oo.lib.measures import LATELY, Measure, one, seconds_since
from tips.models import Interruption, Tip, TipSchedule

# There is no index of all interruptions by time: the newest are found by their key.
NEWEST = 1_000


def measures(*, at: datetime) -> Iterator[Measure]:
    """Three queries."""
    rows = Tip.objects.live().values_list("state").order_by()
    by_state = rows.annotate(count=Count("pk"), stale=Count("pk", filter=Q(expires_at__lte=at)))
    values: dict[tuple[str], float] = {("ready",): 0, ("shown",): 0, ("stale",): 0}
    for state, count, stale in by_state:
        values[(state,)] += count - stale
        values[("stale",)] += stale
    words = "Tips that are waiting or on a page; stale: they have expired, and nobody noticed yet."
    yield Measure("oo_tips", words, ("state",), values.items())

    due = TipSchedule.objects.due(at=at).order_by()
    late = due.aggregate(people=Count("pk"), oldest=Min("next_look_at"))
    yield one("oo_tips_due_people", "People for whom is to be decided anew.", late["people"])
    words = "How long the decision that is most overdue is."
    yield one("oo_tips_overdue_seconds", words, seconds_since(late["oldest"], at=at))

    newest = Interruption.objects.order_by("-pk").values_list("spoken", "why", "at")[:NEWEST]
    asked = Counter(
        ("yes" if spoken else "no", why) for spoken, why, when in newest if when > at - LATELY
    )
    words = f"Whether to interrupt: answers of the last five minutes, of the newest {NEWEST}."
    yield Measure("oo_interruptions_5m", words, ("spoken", "why"), asked.items())
