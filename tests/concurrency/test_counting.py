"""Counting days side by side, and while people answer: nothing is lost, nothing counted twice."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import transaction

from accounts.models import User
from agents.models import CountCursor, CountedDay
from agents.profile import counting
from agents.profile.counting import count_days
from events.bus import publish
from events.catalog import TipServed
from tests.clock import NOON
from tests.concurrency.people import somebody, somebody_with_a_tip
from tests.concurrency.together import Crew, errors
from tips.answer.answering import mark_shown, react, undo

MINUTE = timedelta(minutes=1)
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "PEOPLE", 5)


def serve(user: User, times: int) -> None:
    for n in range(times):
        with transaction.atomic():
            publish(
                TipServed(
                    user_id=user.pk,
                    at=NOON + n * MINUTE,
                    tip_id=uuid4(),
                    policy="rules",
                    kind="task",
                )
            )


def test_two_at_once_count_everybody_once(crew: Crew) -> None:
    people = [somebody() for _ in range(20)]
    for user in people:
        serve(user, 3)
    count = partial(count_days, at=NOON + 60 * MINUTE)
    for _ in range(5):
        assert not errors(crew.at_once(count, count))
        days = CountedDay.objects.values_list("user_id", "served")
        assert sorted(days) == sorted((user.pk, 3) for user in people)
        assert CountCursor.objects.get().counted_until == NOON + 2 * MINUTE
        CountedDay.objects.all().delete()
        CountCursor.objects.all().delete()


def test_whoever_answers_while_one_counts_is_counted_now_or_next_time(crew: Crew) -> None:
    user, tip = somebody_with_a_tip()
    mark_shown(tip, surface="page", at=NOON)
    count = partial(count_days, at=NOON + 60 * MINUTE)
    for n in range(1, 6):
        at = NOON + n * MINUTE
        assert not errors(crew.at_once(count, partial(react, tip, "dismiss", at=at)))
        assert not errors(crew.at_once(count, partial(undo, tip, at=at)))
        count()
        assert CountedDay.objects.get(user=user).dismissed == 0
    react(tip, "dismiss", at=NOON + 10 * MINUTE)
    assert not errors(crew.at_once(count, count))
    assert CountedDay.objects.get(user=user).dismissed == 1
