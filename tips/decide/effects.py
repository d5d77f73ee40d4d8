"""What each answer does, on every device. Pure; docs/answers.md says the same in a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from tips.base import Reaction, Reason

SNOOZE = timedelta(hours=2)
NOT_NOW = timedelta(hours=4)
NOT_RELEVANT = timedelta(days=30)
UNTIL_CHANGED_AT_MOST = timedelta(days=365)
MORNING, NIGHT = time(8), time(22)


@dataclass(frozen=True, slots=True)
class Effect:
    mute_until: datetime | None = None
    until_changed: bool = False  # the mute ends when the row changes at its source
    completes: bool = False  # the task is closed at its source


def effect_of(reaction: str, reason: str, *, at: datetime, zone: ZoneInfo) -> Effect:
    """The effect of an answer given at `at` by somebody who lives in `zone`.

    done                   closes the task at its source
    snooze                 two hours; what would fall into the night waits for 8 in the morning
    dismiss                until tomorrow at 8
    dismiss, not_now       four hours, or 8 in the morning
    dismiss, not_relevant  30 days
    dismiss, wrong         until the task or meeting changes at its source
    dismiss, already_done  closes the task at its source, as done does
    """
    if reaction == Reaction.DONE or reason == Reason.ALREADY_DONE:
        return Effect(completes=True)
    if reaction == Reaction.SNOOZE:
        return Effect(mute_until=_by_day(at + SNOOZE, zone))
    if reason == Reason.NOT_NOW:
        return Effect(mute_until=_by_day(at + NOT_NOW, zone))
    if reason == Reason.NOT_RELEVANT:
        return Effect(mute_until=at + NOT_RELEVANT)
    if reason == Reason.WRONG:
        return Effect(mute_until=at + UNTIL_CHANGED_AT_MOST, until_changed=True)
    return Effect(mute_until=_morning_after(at, zone))


def _by_day(moment: datetime, zone: ZoneInfo) -> datetime:
    local = moment.astimezone(zone)
    if local.time() >= NIGHT:
        return _morning_after(moment, zone)
    if local.time() < MORNING:
        return datetime.combine(local.date(), MORNING, zone)
    return moment


def _morning_after(moment: datetime, zone: ZoneInfo) -> datetime:
    return datetime.combine(moment.astimezone(zone).date() + timedelta(days=1), MORNING, zone)
