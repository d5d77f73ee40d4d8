"""What the person's answers hold back, row by row: to be read, and to be let come again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from agents.base import event_key, is_event, is_task, task_key
from integrations.models import CalendarEvent, Completion, Task
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

    Without what would not come anyway: the task is closed, is being closed or gone, the meeting is
    over, or what was to be put right has changed since. Insights are not here: the page of beliefs
    has them.
    """
    mutes = Mute.objects.filter(user_id=user_id, until__gt=at).select_related("tip")
    mutes = mutes.order_by("until")
    keys = {mute.candidate for mute in mutes}
    task_ids, event_ids = (_ids(filter(of_kind, keys)) for of_kind in (is_task, is_event))
    done = Completion.objects.answered([user_id]).values("task_id")
    tasks = Task.objects.open().filter(user_id=user_id, pk__in=task_ids).exclude(pk__in=done)
    events = CalendarEvent.objects.filter(user_id=user_id, ends_at__gt=at, pk__in=event_ids)
    rows: dict[str, Task | CalendarEvent] = {
        **{task_key(task.pk): task for task in tasks},
        **{event_key(event.pk): event for event in events},
    }
    # Of two about one row the later one holds, unless its row has changed since.
    held = {
        mute.candidate: mute
        for mute in mutes
        if (row := rows.get(mute.candidate)) and not mute.is_over(row.changed_at)
    }
    return [
        PutOff(mute.pk, rows[key].title or _("Untitled"), f"{_answer(mute.tip)} {until}")
        for key, mute in sorted(held.items(), key=lambda each: each[1].until)
        if (until := said_until(mute, mute.tip, at=at))
    ]


def _ids(keys: Iterable[str]) -> list[int]:
    return [int(key.partition(":")[2]) for key in keys]


def _answer(tip: Tip) -> str:
    """The word that was tapped last, as a sentence."""
    if tip.reason:
        return f"{REASONS[tip.reason]}."
    offer = way_of(tip.kind).offer(tip.reaction)
    return f"{offer.words}." if offer else ""
