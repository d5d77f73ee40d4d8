"""What the page publishes of a tip is what is counted of the person's day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from accounts.privacy.consents import grant
from agents.models import CountedDay
from agents.profile.counting import count_days
from tests.clock import NOON, TODAY
from tests.factories import give_tip
from tips.answer.answering import mark_shown, react, undo

MINUTE = timedelta(minutes=1)
pytestmark = pytest.mark.django_db


def counted(user: User) -> list[tuple[Any, ...]]:
    count_days(at=NOON + 60 * MINUTE)
    days = CountedDay.objects.filter(user=user)
    return list(days.values_list("day", "served", "done", "snoozed", "dismissed", "dwell_s"))


def test_seen_answered_and_taken_back(alice: User) -> None:
    grant(alice.pk, "tasks", by="connect", at=NOON)
    tip = give_tip(alice)
    mark_shown(tip, surface="page", at=NOON)
    assert counted(alice) == [(TODAY, 1, 0, 0, 0, 0.0)]
    react(tip, "dismiss", at=NOON + MINUTE)
    assert counted(alice) == [(TODAY, 1, 0, 0, 1, 60.0)]
    assert undo(tip, at=NOON + MINUTE).won
    assert counted(alice) == [(TODAY, 1, 0, 0, 0, 0.0)]


def test_an_answer_given_offline_and_sent_days_later(alice: User) -> None:
    grant(alice.pk, "tasks", by="connect", at=NOON)
    tip = give_tip(alice)
    mark_shown(tip, surface="page", at=NOON - 3 * 1_440 * MINUTE)
    react(tip, "snooze", at=NOON, answered_at=NOON - 2 * 1_440 * MINUTE)
    days = {row[0]: row[1:5] for row in counted(alice)}
    assert days == {
        TODAY - timedelta(days=3): (1, 0, 0, 0),
        TODAY - timedelta(days=2): (0, 0, 1, 0),
    }
