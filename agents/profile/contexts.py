"""The situation that a person is in: switched by hand, else by the rules that they made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from agents.base import Situation
from agents.models import Context
from oo.lib.among import Among

DAY = timedelta(days=1)


def load_contexts(user_ids: Collection[UUID]) -> dict[UUID, list[Context]]:
    """By person, in the order in which they were made; one query."""
    found: dict[UUID, list[Context]] = defaultdict(list)
    for context in Context.objects.filter(Among("user_id", user_ids)).order_by("pk"):
        found[context.user_id].append(context)
    return found


def situation_at(contexts: Iterable[Context], zone: ZoneInfo, at: datetime) -> Situation | None:
    """One that is switched on by hand, of several the one that ends last; else the oldest one whose
    hours include `at`.
    """
    known = list(contexts)
    switched = [c for c in known if c.on_until and c.on_until > at]
    if switched:
        latest = max(switched, key=lambda c: (c.on_until, c.pk))
        return _situation(latest, latest.on_until)
    for context in known:
        if ends := _ends(context, zone, at):
            return _situation(context, ends)
    return None


def next_change(contexts: Iterable[Context], zone: ZoneInfo, at: datetime) -> datetime | None:
    """When one next begins or ends by the clock alone. Hours are looked at until tomorrow's end."""
    moments = []
    for context in contexts:
        moments += [m for m in (context.on_until,) if m]
        moments += [m for start, end in _hours(context, zone, at) for m in (start, end)]
    return min((m for m in moments if m > at), default=None)


def _situation(context: Context, until: datetime | None) -> Situation:
    return Situation(context.key, context.title, tuple(context.projects), context.is_quiet, until)


def _ends(context: Context, zone: ZoneInfo, at: datetime) -> datetime | None:
    return next((end for start, end in _hours(context, zone, at) if start <= at < end), None)


def _hours(context: Context, zone: ZoneInfo, at: datetime) -> list[tuple[datetime, datetime]]:
    """(start, end) of yesterday, since they may reach past midnight, of today and of tomorrow."""
    today = at.astimezone(zone).date()
    found = []
    for day in (today - DAY, today, today + DAY):
        if day.weekday() in context.days:
            last = day + DAY if context.ends <= context.starts else day
            found.append(
                (
                    datetime.combine(day, context.starts, zone),
                    datetime.combine(last, context.ends, zone),
                )
            )
    return found
