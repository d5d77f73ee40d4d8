"""What each answer does, on every device. Pure; docs/answers.md says the same in a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from tips.base import Kind, Reaction, Reason, says_done
from tips.decide.kinds import PUT_OFF, way_of

SNOOZE = timedelta(hours=2)
NOT_NOW = timedelta(hours=4)
NOT_RELEVANT = timedelta(days=30)
KNOWN = timedelta(days=30)  # an insight that was read is not news
UNTIL_CHANGED_AT_MOST = timedelta(days=365)
MORNING, NIGHT = time(8), time(22)


@dataclass(frozen=True, slots=True)
class Effect:
    mute_until: datetime | None = None
    until_changed: bool = False  # the mute ends when the row changes at its source
    completes: bool = False  # it is closed at its source


def effect_of(
    reaction: str,
    reason: str,
    *,
    kind: str,
    at: datetime,
    zone: ZoneInfo,
    starts_at: datetime | None = None,
) -> Effect:
    """The effect of an answer given at `at` by somebody who lives in `zone`.

    done                   closes a task at its source; other kinds are only muted: advice until
                           tomorrow at 8, an insight for 30 days, a reminder until what it leads to
                           begins
    snooze                 two hours, or until 8 in the morning if they end between 22 and 8;
                           a reminder for PUT_OFF
    dismiss                until tomorrow at 8
    dismiss, not_now       four hours, or until 8 in the morning as above
    dismiss, not_relevant  30 days
    dismiss, wrong         until the task or meeting changes at its source
    dismiss, already_done  as done

    starts_at  when what a reminder leads to begins
    """
    if says_done(reaction, reason):
        if way_of(kind).completes:
            return Effect(completes=True)
        return Effect(mute_until=_known_until(kind, at, zone, starts_at))
    if reaction == Reaction.SNOOZE:
        is_soon = kind == Kind.REMINDER
        return Effect(mute_until=at + PUT_OFF if is_soon else _by_day(at + SNOOZE, zone))
    if reason == Reason.NOT_NOW:
        return Effect(mute_until=_by_day(at + NOT_NOW, zone))
    if reason == Reason.NOT_RELEVANT:
        return Effect(mute_until=at + NOT_RELEVANT)
    if reason == Reason.WRONG:
        return Effect(mute_until=at + UNTIL_CHANGED_AT_MOST, until_changed=True)
    return Effect(mute_until=_morning_after(at, zone))


def _known_until(kind: str, at: datetime, zone: ZoneInfo, starts_at: datetime | None) -> datetime:
    if kind == Kind.INSIGHT:
        return at + KNOWN
    if kind == Kind.REMINDER and starts_at:
        return starts_at
    return _morning_after(at, zone)


def _by_day(moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment itself, or if it falls into the night, the MORNING after."""
    local = moment.astimezone(zone)
    if local.time() >= NIGHT:
        return _morning_after(moment, zone)
    if local.time() < MORNING:
        return datetime.combine(local.date(), MORNING, zone)
    return moment


def _morning_after(moment: datetime, zone: ZoneInfo) -> datetime:
    return datetime.combine(moment.astimezone(zone).date() + timedelta(days=1), MORNING, zone)
