"""From rows of notifications to what a person is shown, and to what all of them teach."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests.clock import NOON
from tests.factories import give_tip
from tips.decide.usefulness import PRIOR
from tips.deliver.learning import HEARD_OUT, HitRate, current_model, hit_rate, learn
from tips.models import Interruption, Tip, UsefulnessFit
from tips.tests.test_usefulness import moment_of

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
RNG = Random(1)


def spoke(
    user: User, at: datetime, reaction: str = "", after: timedelta = 10 * MINUTE, **more: Any
) -> Interruption:
    """A notification, and the answer to its tip."""
    Tip.objects.live().filter(user=user).update(state=Tip.State.EXPIRED)
    tip = give_tip(user, f"Task {Tip.objects.count()}")
    answered = {"state": "answered", "answered_at": at + after} if reaction else {}
    Tip.objects.filter(pk=tip.pk).update(reaction=reaction, **answered)
    values = {"spoken": True, "why": "worth_it", "probability": 0.5, "needed": 0.4,
              "features": moment_of(RNG).features()}  # fmt: skip
    return Interruption.objects.create(user=user, tip=tip, at=at, **{**values, **more})


def test_a_person_sees_how_often_it_helped(alice: User, bob: User) -> None:
    at = NOON - DAY
    spoke(alice, at, "done")
    spoke(alice, at, "done", after=HEARD_OUT + MINUTE)  # by itself, long after
    spoke(alice, at, "snooze")
    spoke(alice, at, "dismiss")
    spoke(alice, at)
    spoke(alice, NOON - HOUR)  # nobody knows yet
    spoke(alice, NOON - 29 * DAY, "done")
    spoke(alice, at, "done", spoken=False, why="not_worth_it")
    spoke(bob, at, "done")
    with CaptureQueriesContext(connection) as queries:
        assert hit_rate(alice.pk, at=NOON) == HitRate(spoken=5, helped=1)
    assert len(queries) == 2


def test_the_settings_say_so_and_nothing_to_whom_nothing_was_said(
    alice: User, alice_client: Client, bob_client: Client, time_machine: Any
) -> None:
    time_machine.move_to(NOON, tick=False)
    spoke(alice, NOON - DAY, "done")
    spoke(alice, NOON - DAY)
    page = alice_client.get("/settings/").content.decode()
    assert "oO spoke up 2 times." in page
    assert "Once you did at once what it said." in page
    assert "How often it helped" not in bob_client.get("/settings/").content.decode()


def test_what_is_learnt_is_kept_and_used(alice: User) -> None:
    """A hundred notifications, none of which helped."""
    first = spoke(alice, NOON - 2 * DAY)
    rows = [replaced(first, NOON - 2 * DAY + number * MINUTE) for number in range(100)]
    Interruption.objects.bulk_create(rows)
    fitted = learn(at=NOON)
    assert (fitted.count, fitted.loss is not None) == (101, True)
    model = current_model()
    assert model == fitted.model != PRIOR
    fresh = replace(moment_of(Random(2)), score=50.0)
    assert model.usefulness(fresh) < PRIOR.usefulness(fresh)


def replaced(row: Interruption, at: datetime) -> Interruption:
    """Another one in which oO was silent about that tip before: one tip has one notification."""
    tip = Tip.objects.get(pk=row.tip_id)
    tip.pk, tip.state, tip.candidate = None, Tip.State.EXPIRED, f"task:{at.isoformat()}"
    tip._state.adding = True
    tip.save()
    return Interruption(
        user_id=row.user_id, tip=tip, at=at, spoken=True, why="worth_it", probability=0.5,
        needed=0.4, features=moment_of(RNG).features(),
    )  # fmt: skip


def test_moments_of_another_version_teach_nothing(alice: User) -> None:
    now = moment_of(RNG).features()
    less = {name: value for name, value in now.items() if name != "free_min"}
    for features in (now, {**now, "mood": 1.0}, less, {**less, "mood": 1.0}):
        spoke(alice, NOON - DAY, "done", features=features)
    assert learn(at=NOON).count == 1


def test_without_answers_it_stays_as_it_was(alice: User) -> None:
    assert current_model() == PRIOR
    spoke(alice, NOON - DAY, "done")
    assert learn(at=NOON).model == PRIOR
    assert current_model() == PRIOR


def test_weights_of_other_features_are_not_believed() -> None:
    UsefulnessFit.objects.create(fitted_at=NOON, count=1, weights={"x": 1.0}, slope=1, shift=0)
    assert current_model() == PRIOR


def test_old_fits_are_forgotten() -> None:
    for days in (1, 91):
        learn(at=NOON - days * DAY)
    learn(at=NOON)
    assert UsefulnessFit.objects.count() == 2
