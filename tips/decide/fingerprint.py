"""When is there something new to decide? Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b
from operator import itemgetter

from agents.base import UserView
from agents.timing.meetings import SOON, find_gap, find_meeting, leaves_at
from tips.conf import LONGEST_LIFE
from tips.decide.candidates import REMIND_FROM


def fingerprint(view: UserView, muted: Iterable[str], policy: str, locale: str) -> str:
    """Equal fingerprints: the same rows, day, meeting and mutes, so the same decision stands."""
    meeting, gap = find_meeting(view), find_gap(view)
    parts = (
        policy,
        locale,
        view.formats,
        view.zone.key,
        view.today.isoformat(),
        meeting.id if meeting else None,
        gap.event_id if gap else None,
        view.situation,
        sorted(view.prefs.items(), key=itemgetter(0)),
        sorted(view.beliefs.items(), key=itemgetter(0)),
        sorted(view.fresh_beliefs),
        sorted(muted),
        [(t.id, t.changed_at) for t in view.tasks],
        [(e.id, e.title, e.starts_at, e.ends_at, e.is_busy) for e in view.events],
        # Unpacked: while both are empty the digest is what it was before these two existed.
        *sorted(view.switched_off),
        *((e.id, e.title, e.starts_at) for e in view.later_events),
    )
    return blake2b(repr(parts).encode(), digest_size=16).hexdigest()


def next_boundary(view: UserView, extra: Iterable[datetime | None] = ()) -> datetime:
    """The first moment after view.now at which a decision could come out differently.

    Midnight, an event's start and end, when to set out for it and when that reminder begins, a
    task's due time and the steps of SOON before it, and whatever `extra` names.
    """
    moments = [view.now + LONGEST_LIFE, view.next_midnight]
    for task in view.tasks:
        if task.due_at is not None and task.due_at > view.now:
            moments += [task.due_at, *(task.due_at - step for step in SOON)]
    for event in view.events:
        leaves = leaves_at(event)
        moments += [event.starts_at, event.ends_at, leaves, leaves - REMIND_FROM]
    moments += [m for m in (view.changes_at, *extra) if m]
    return min(m for m in moments if m > view.now)
