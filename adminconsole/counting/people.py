"""The people of one day: who came, and how far those got who joined on it."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q

from accounts.models import User
from adminconsole.models import PeopleDay
from adminconsole.period import Period
from integrations.models import Connection
from tips.models import Tip

# After joining; what comes later is not counted, or who joined long ago would have had longer.
# No longer than days are counted again: SETTLES of adminconsole.counting.counting.
HORIZON = timedelta(days=7)


def count_people(day: date) -> PeopleDay:
    """Three queries."""
    return PeopleDay(
        day=day, active=_active(Period(day, 1)), active_week=_active(Period(day, 7)), **_funnel(day)
    )


def _active(period: Period) -> int:
    shown = Tip.objects.shown_in(period.since, period.until)
    people: int = shown.aggregate(people=Count("user", distinct=True))["people"]
    return people


def _funnel(day: date) -> dict[str, int]:
    """Each step is of those who took the one before; of answers, those within HORIZON."""
    joined, theirs = Period(day, 1), Tip.objects.filter(user=OuterRef("pk"))
    answered = theirs.filter(
        state=Tip.State.ANSWERED, answered_at__lt=F("user__date_joined") + HORIZON
    )
    steps = {
        "connected": Exists(Connection.objects.known().filter(user=OuterRef("pk"))),
        "tipped": Exists(theirs.filter(shown_at__isnull=False)),
        "answered": Exists(answered),
        "returned": Exists(answered.filter(shown_at__date__gt=F("user__date_joined__date"))),
    }
    people = User.objects.filter(date_joined__gte=joined.since, date_joined__lt=joined.until)
    taken, counts = Q(), {}
    for name in steps:
        taken &= Q(**{f"has_{name}": True})
        counts[name] = Count("pk", filter=taken)
    people = people.annotate(**{f"has_{name}": step for name, step in steps.items()})
    return people.aggregate(joined=Count("pk"), **counts)
