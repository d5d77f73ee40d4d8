from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.clock import BERLIN, NOON
from tips.base import Kind
from tips.decide.effects import effect_of


def muted_until(
    reaction: str,
    reason: str = "",
    at: datetime = NOON,
    zone: ZoneInfo = BERLIN,
    kind: str = Kind.TASK,
    starts_at: datetime | None = None,
) -> datetime:
    effect = effect_of(reaction, reason, kind=kind, at=at, zone=zone, starts_at=starts_at)
    assert effect.mute_until is not None
    assert not effect.completes
    return effect.mute_until


@pytest.mark.parametrize(("reaction", "reason"), [("done", ""), ("dismiss", "already_done")])
def test_done_and_already_done_close_the_task(reaction: str, reason: str) -> None:
    effect = effect_of(reaction, reason, kind="task", at=NOON, zone=BERLIN)
    assert effect.completes
    assert effect.mute_until is None


def test_later_means_two_hours() -> None:
    assert muted_until("snooze") == NOON + timedelta(hours=2)


@pytest.mark.parametrize("reason", ["", "not_now"])
def test_what_would_fall_into_the_night_waits_for_the_morning(reason: str) -> None:
    evening = datetime(2026, 5, 5, 20, 30, tzinfo=BERLIN)
    reaction = "dismiss" if reason else "snooze"
    assert muted_until(reaction, reason, evening) == datetime(2026, 5, 6, 8, tzinfo=BERLIN)


def test_later_at_three_in_the_morning_means_eight_the_same_day() -> None:
    night = datetime(2026, 5, 6, 3, tzinfo=BERLIN)
    assert muted_until("snooze", at=night) == datetime(2026, 5, 6, 8, tzinfo=BERLIN)


def test_not_this_without_a_reason_means_tomorrow_morning_where_the_person_is() -> None:
    kiritimati = ZoneInfo("Pacific/Kiritimati")  # UTC+14: already tomorrow there
    assert muted_until("dismiss", at=NOON, zone=kiritimati) == datetime(
        2026, 5, 7, 8, tzinfo=kiritimati
    )


def test_tomorrow_at_eight_is_a_23_hour_wait_when_the_clocks_go_forward() -> None:
    before = datetime(2026, 3, 28, 8, tzinfo=BERLIN)
    waits = muted_until("dismiss", at=before).astimezone(UTC) - before.astimezone(UTC)
    assert waits == timedelta(hours=23)


def test_tomorrow_at_eight_is_a_25_hour_wait_when_the_clocks_go_back() -> None:
    before = datetime(2026, 10, 24, 8, tzinfo=BERLIN)
    waits = muted_until("dismiss", at=before).astimezone(UTC) - before.astimezone(UTC)
    assert waits == timedelta(hours=25)


def test_not_relevant_is_forgotten_for_a_month() -> None:
    assert muted_until("dismiss", "not_relevant") == NOON + timedelta(days=30)


def test_wrong_is_held_until_its_row_changes() -> None:
    assert effect_of("dismiss", "wrong", kind="task", at=NOON, zone=BERLIN).until_changed


SOON = NOON + timedelta(minutes=12)
TOMORROW = datetime(2026, 5, 6, 8, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("kind", "starts_at", "until"),
    [
        (Kind.ADVICE, None, TOMORROW),
        (Kind.INSIGHT, None, NOON + timedelta(days=30)),
        (Kind.REMINDER, SOON, SOON),
        (Kind.REMINDER, None, TOMORROW),
    ],
)
@pytest.mark.parametrize("reason", ["", "already_done"])
def test_what_is_acknowledged_is_closed_nowhere_and_not_said_again(
    kind: str, starts_at: datetime | None, until: datetime, reason: str
) -> None:
    reaction = "dismiss" if reason else "done"
    assert muted_until(reaction, reason, kind=kind, starts_at=starts_at) == until


def test_a_reminder_is_put_off_for_minutes_also_at_night() -> None:
    night = datetime(2026, 5, 6, 3, tzinfo=BERLIN)
    later = muted_until("snooze", at=night, kind=Kind.REMINDER)
    assert later == night + timedelta(minutes=5)


def test_advice_is_put_off_as_a_task_is() -> None:
    assert muted_until("snooze", kind=Kind.ADVICE) == muted_until("snooze")
