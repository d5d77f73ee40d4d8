"""Every event there is: one frozen class per subject. No text of a person's in any of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    subject: ClassVar[str]
    version: ClassVar[int] = 1
    user_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TasksSynced(Event):
    subject: ClassVar[str] = "signals.task.synced"
    connection_id: UUID
    changed: int
    removed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCompleted(Event):
    """A task was closed: by us at its source, or there and we heard of it."""

    subject: ClassVar[str] = "signals.task.completed"
    task_id: int
    by: str  # oo | source


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionRequested(Event):
    subject: ClassVar[str] = "signals.task.close_requested"
    key: UUID
    not_before: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionFailed(Event):
    """The source never said yes. The person is told."""

    subject: ClassVar[str] = "signals.task.close_failed"
    key: UUID
    task_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarSynced(Event):
    subject: ClassVar[str] = "signals.calendar.synced"
    connection_id: UUID
    changed: int
    removed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionChanged(Event):
    subject: ClassVar[str] = "signals.connection.changed"
    connection_id: UUID
    state: str  # connected | reconnect | disconnected


@dataclass(frozen=True, slots=True, kw_only=True)
class TipServed(Event):
    subject: ClassVar[str] = "signals.tip.served"
    tip_id: UUID
    policy: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TipReacted(Event):
    """`at` is when we heard of it, `answered_at` when it was said, by the person's clock."""

    subject: ClassVar[str] = "feedback.tip.reacted"
    version: ClassVar[int] = 2
    tip_id: UUID
    candidate: str  # "task:17"
    reaction: str  # done | snooze | dismiss
    answered_at: datetime
    dwell_s: float | None  # seconds from shown to answered; None when the showing was not seen
    reward: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TipReactionUndone(Event):
    subject: ClassVar[str] = "feedback.tip.undone"
    tip_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class TipRewarded(Event):
    """The task that a tip had suggested was closed at its source, and nobody told us.

    On top of what an answer was worth, which is never for the same deed.
    """

    subject: ClassVar[str] = "feedback.tip.rewarded"
    tip_id: UUID
    candidate: str  # "task:17"
    closed_at: datetime  # by the source's clock
    reward: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGranted(Event):
    subject: ClassVar[str] = "accounts.consent.granted"
    key: str
    wording: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWithdrawn(Event):
    subject: ClassVar[str] = "accounts.consent.withdrawn"
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChanged(Event):
    subject: ClassVar[str] = "accounts.profile.changed"
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferencesChanged(Event):
    """What a person set of a plug-in, of their situations, or of what is believed of them."""

    subject: ClassVar[str] = "agents.preferences.changed"
    plugin: str  # its key; "" for situations


@dataclass(frozen=True, slots=True, kw_only=True)
class TipDismissalExplained(Event):
    subject: ClassVar[str] = "feedback.tip.explained"
    tip_id: UUID
    reason: str
    reward: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DataExported(Event):
    subject: ClassVar[str] = "accounts.data.exported"
    by: str  # page | api


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartureAsked(Event):
    """The person wants everything about them deleted, and is signed out already.

    The key of the departure opens its receipt, and staff read what is told here: it is left out.
    """

    subject: ClassVar[str] = "accounts.departure.asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class PushSent(Event):
    """The service of a device has taken a notification."""

    subject: ClassVar[str] = "delivery.push.sent"
    delivery_id: UUID
    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PushSuppressed(Event):
    """It was to be sent and was not: late, refused, not_set_up, gone, unknown."""

    subject: ClassVar[str] = "delivery.push.suppressed"
    delivery_id: UUID
    topic: str
    why: str


BY_SUBJECT: dict[str, type[Event]] = {
    kind.subject: kind
    for kind in list(vars().values())
    if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
}
