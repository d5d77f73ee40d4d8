"""What agents hear: whatever they look at has changed, the person is here, or rows are gone."""

from __future__ import annotations

from agents import tasks
from agents.models import LookSchedule
from agents.understanding import by_model
from events.bus import subscribe
from events.catalog import (
    CalendarSynced,
    ConnectionChanged,
    ConsentGranted,
    ConsentWithdrawn,
    Event,
    ProfileChanged,
    TaskCompleted,
    TasksSynced,
    TipDismissalExplained,
    TipReacted,
    TipReactionUndone,
    TipServed,
)
from oo.lib import llm
from oo.lib.queue import look_now


def note_change(event: Event) -> None:
    """Noted in the row; the next sweep looks. Whoever makes a tip before that looks themselves."""
    LookSchedule.objects.note_change(event.user_id)


def note_activity(event: TipServed | TipReacted) -> None:
    LookSchedule.objects.note_activity(event.user_id, at=event.at)


def forget(event: ConnectionChanged) -> None:
    if event.state == "disconnected":
        look_now(tasks.forget, str(event.user_id))


def read_new_words(event: TasksSynced) -> None:
    """Only where a model was measured to read better than the rules, or one reads in shadow."""
    if by_model.may_read(frozenset(llm.clouds())):
        look_now(tasks.read_with_model, str(event.user_id))


def end_consent(event: ConsentWithdrawn) -> None:
    look_now(tasks.end_consent, str(event.user_id), event.key)


def listen() -> None:
    subscribe(ConnectionChanged, forget)
    subscribe(ConsentWithdrawn, end_consent)
    subscribe(TasksSynced, read_new_words)
    subscribe(TipServed, note_activity)
    subscribe(TipReacted, note_activity)
    kinds: tuple[type[Event], ...] = (
        TasksSynced,
        CalendarSynced,
        TaskCompleted,
        ConnectionChanged,
        ConsentGranted,
        ConsentWithdrawn,
        ProfileChanged,
        TipReacted,
        TipReactionUndone,
        TipDismissalExplained,
    )
    for kind in kinds:
        subscribe(kind, note_change, notes=True)
