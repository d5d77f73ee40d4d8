"""Days are counted once they are over, and today again and again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Min

from accounts.models import User
from adminconsole.counting.asked import count_asked
from adminconsole.counting.calls import count_calls
from adminconsole.counting.people import count_people
from adminconsole.counting.quality import count_quality, is_known_later
from adminconsole.counting.tips import count_tips
from adminconsole.models import AskedDay, CallDay, Counted, PeopleDay, QualityDay, TipDay
from tips.models import Tip

DAY = timedelta(days=1)
# How long answers may still come to a tip of that day: its newest days are counted again daily.
SETTLES = 7
KEPT = 400
MOST = 100  # at a time
COUNTS: dict[Any, Callable[[date, datetime], list[Any]]] = {
    TipDay: lambda day, _at: count_tips(day),
    AskedDay: lambda day, at: count_asked(day, at=at),
    CallDay: lambda day, _at: count_calls(day),
}


def count_days(*, at: datetime, most: int = MOST) -> int:
    """Count what is due, newest first, at most `most` days. How many were."""
    due = _due(at)[:most]
    for day in due:
        count_day(day, at=at)
    for model in (*COUNTS, PeopleDay, QualityDay, Counted):
        model.objects.filter(day__lt=at.date() - DAY * KEPT).delete()
    return len(due)


def count_day(day: date, *, at: datetime) -> None:
    people = count_people(day)
    counts = [count(day, at) for count in COUNTS.values()]
    quality = count_quality(day, at=at)
    with transaction.atomic():
        # Of two workers the second waits here, and its rows take the place of the first's.
        Counted.objects.update_or_create(day=day, defaults={"at": at})
        for model, rows in zip(COUNTS, counts, strict=True):
            model.objects.filter(day=day).delete()
            model.objects.bulk_create(rows, batch_size=1_000)
        _forget_quality(day, at)
        QualityDay.objects.bulk_create(quality)
        PeopleDay.objects.filter(day=day).delete()
        people.save(force_insert=True)


def _forget_quality(day: date, at: datetime) -> None:
    """What was only known on the day itself stays, once the day is over."""
    kept = QualityDay.objects.filter(day=day)
    known = [row.pk for row in kept if day == at.date() or is_known_later(row.measure)]
    kept.filter(pk__in=known).delete()


def _due(at: datetime) -> list[date]:
    """Today, those that were not over when they were counted, and those that were never counted."""
    today = at.date()
    start = max(_begun(today), today - DAY * (KEPT - 1))
    counted = dict(Counted.objects.filter(day__gte=start).values_list("day", "at"))
    days = [today - DAY * n for n in range((today - start).days + 1)]
    return [day for day in days if _is_due(day, counted.get(day), at)]


def _begun(today: date) -> date:
    """When the first tip was shown, or the first person joined: the funnel begins with them."""
    firsts: tuple[datetime | None, ...] = (
        Tip.objects.aggregate(first=Min("shown_at"))["first"],
        User.objects.aggregate(first=Min("date_joined"))["first"],
    )
    return min([today, *(first.date() for first in firsts if first)])


def _is_due(day: date, counted_at: datetime | None, at: datetime) -> bool:
    if counted_at is None or day == at.date():
        return True
    if (at.date() - day).days <= SETTLES:
        return counted_at.date() < at.date()
    return counted_at.date() <= day + DAY * SETTLES and counted_at.date() < at.date()
