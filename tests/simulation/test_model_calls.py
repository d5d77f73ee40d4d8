"""How often a model is asked about one person: what an ordinary day of theirs costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from accounts.models import User
from agents.models import ModelCall
from oo.celery import app
from oo.lib import llm
from tests.clock import NOON
from tests.simulation import day
from tests.simulation.day import Day
from tests.stand_ins.model import ModelStandIn, entry, server, shapes, use_aliases
from tips.models import Tip

# A day is the same on any database, and long.
pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
MOST = 12


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    morning = NOON - timedelta(hours=6)
    with time_machine.travel(morning.astimezone(UTC), tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def _workers() -> Iterator[None]:
    """A message is worked on where it is sent, and what fails there fails the test."""
    app.conf.update(task_always_eager=True, task_eager_propagates=True)
    yield
    app.conf.update(task_always_eager=False, task_eager_propagates=False)


@pytest.fixture(autouse=True)
def _model(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Iterator[None]:
    """It can do everything, so that everything is asked of it."""
    settings.OO_POLICY = "good_sense"
    monkeypatch.setitem(server.ROUTES, "/v1/chat/completions", day.answer)
    with ModelStandIn() as model:
        use_aliases(settings, tmp_path, entry(model, "words.en", "chooses", "reads"))
        yield
    llm.reset()


def asked(since: datetime) -> Counter[str]:
    calls = ModelCall.objects.filter(at__gte=since)
    return Counter(calls.values_list("purpose", flat=True))


def test_an_ordinary_day_asks_at_most_twelve_times(
    alice: User, clock: time_machine.Traveller
) -> None:
    day.plan(alice)
    one = Day(alice, clock)
    one.live(is_busy=True)
    assert all(one.seen)
    assert Tip.objects.filter(state=Tip.State.ANSWERED).count() == len(day.ANSWERS)
    found = asked(one.midnight)
    assert found["reads"] == len(day.NEW_TASKS) == max(found.values())
    assert found["words"]
    assert found.total() <= MOST


def test_a_model_of_which_nothing_is_usable_is_not_asked_more(
    alice: User, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each wording is refused, and then asked for again."""
    monkeypatch.setitem(server.ROUTES, "/v1/chat/completions", shapes.openai_chat)
    day.plan(alice)
    one = Day(alice, clock)
    one.live(is_busy=True)
    assert not any(seen.startswith("Yes") for seen in one.seen)
    assert ModelCall.objects.filter(outcome="refused").exists()
    assert asked(one.midnight).total() <= MOST


def test_a_day_without_a_change_and_without_a_visit_asks_nothing(
    alice: User, clock: time_machine.Traveller
) -> None:
    day.plan(alice)
    Day(alice, clock).live(is_busy=True)
    next_day = Day(alice, clock, after=1)
    next_day.live(is_busy=False)
    assert asked(next_day.midnight) == Counter()
