"""What the person's answers hold back, row by row: to be read, and to be let come again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from agents.base import event_key, is_event, is_task, task_key
from integrations.models import CalendarEvent, Task
from tips.decide.kinds import REASONS, way_of
from tips.models import Mute, Tip
from tips.page.again import said_until


@dataclass(frozen=True, slots=True)
class PutOff:
    mute_id: int
    title: str  # as it is at its source now
    said: str  # how it was answered, and until when that holds


def load_put_off(user_id: UUID, *, at: datetime) -> list[PutOff]:
    """What comes again first, first. At most three queries.

    Without what would not come anyway: the task is closed or gone, the meeting is over, or what
    was to be put right has changed since. Insights are not here: the page of beliefs has them.
    """
    mutes = Mute.objects.filter(user_id=user_id, until__gt=at).select_related("tip")
    # Of two about one row the later one holds.
    held = {m.candidate: m for m in mutes.order_by("until")}
    task_ids, event_ids = (_ids(filter(of_kind, held)) for of_kind in (is_task, is_event))
    tasks = Task.objects.open().filter(user_id=user_id, pk__in=task_ids)
    events = CalendarEvent.objects.filter(user_id=user_id, ends_at__gt=at, pk__in=event_ids)
    rows: dict[str, Task | CalendarEvent] = {
        **{task_key(task.pk): task for task in tasks},
        **{event_key(event.pk): event for event in events},
    }
    return [
        PutOff(mute.pk, rows[key].title, f"{_answer(mute.tip)} {until}")
        for key, mute in held.items()
        if key in rows
        and (until := said_until(mute, mute.tip, at=at))
        and not (mute.until_changed and rows[key].changed_at > mute.since)
    ]


def _ids(keys: Iterable[str]) -> list[int]:
    return [int(key.partition(":")[2]) for key in keys]


def _answer(tip: Tip) -> str:
    """The word that was tapped last, as a sentence."""
    if tip.reason:
        return f"{REASONS[tip.reason]}."
    offer = way_of(tip.kind).offer(tip.reaction)
    return f"{offer.words}." if offer else ""
