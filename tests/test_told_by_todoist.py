"""From a tick in Todoist to the page and the lesson, each step as it is: Todoist's own sender over
HTTP, the view, the messages, the sync, the tip."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from accounts.privacy import consents
from events.models import EventRecord
from integrations import tasks
from integrations.models import Task
from integrations.sync import syncing
from oo.celery import app
from tests.clock import NOON, TODAY
from tests.factories import make_connection, the_tip
from tests.stand_ins.todoist import TodoistStandIn
from tests.stand_ins.todoist.clock import Clock
from tips.answer import answering
from tips.decide.rewards import DELAYED
from tips.models import Tip

TITLE, OTHER = "Pay the rent", "Call the bank"
SYNC = "/api/v1/sync"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def now(time_machine: time_machine.TimeMachineFixture) -> Iterator[Any]:
    """Moves oO's clock and Todoist's together."""
    with TodoistStandIn(clock=Clock(NOON.astimezone(UTC))) as todoist:
        time_machine.move_to(NOON, tick=False)

        def later(step: timedelta) -> datetime:
            todoist.clock.advance(step)
            time_machine.move_to(todoist.clock.now(), tick=False)
            return todoist.clock.now()

        yield todoist, later


@pytest.fixture(autouse=True)
def no_period_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read soon anyway is not read for a hint: here nothing but hints makes it due."""
    monkeypatch.setattr(syncing, "next_period", lambda period, *, at: at + 10 * period)


@pytest.fixture
def todoist(now: Any, settings: Any) -> TodoistStandIn:
    stand_in: TodoistStandIn = now[0]
    settings.TODOIST_API_URL = f"{stand_in.url}/api/v1/"
    settings.TODOIST_CLIENT_SECRET = stand_in.client_secret
    settings.OO_POLICY = "deadline_first"
    return stand_in


@pytest.fixture
def later(now: Any) -> Any:
    return now[1]


@pytest.fixture
def task(todoist: TodoistStandIn) -> str:
    """Both are due today; the first matters more."""
    todoist.alice.add_task(OTHER, due=TODAY)
    return todoist.alice.add_task(TITLE, due=TODAY, priority=4)


@pytest.fixture
def tip(alice: User, todoist: TodoistStandIn, task: str) -> Tip:
    """Alice's, about that task, read from Todoist and on her page."""
    consents.grant(alice.pk, "tasks", by="connect", at=NOON)
    connection = make_connection(
        alice,
        source="todoist",
        account=todoist.alice.id,
        credentials=f'{{"token": "{todoist.alice.personal_token}"}}',
        next_sync_at=NOON,
    )
    assert tasks.sync_one(str(connection.pk)) == "synced"
    tip = the_tip(alice)
    answering.mark_shown(tip, surface="page", at=NOON)
    assert tip.content == TITLE
    return tip


@pytest.fixture
def url(live_server: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """Messages are worked off where they are sent."""
    monkeypatch.setitem(app.conf, "task_always_eager", True)
    return f"{live_server.url}/hooks/todoist"


def syncs(todoist: TodoistStandIn) -> int:
    return len(todoist.requests_to(SYNC))


def rewards() -> list[float]:
    told = EventRecord.objects.filter(subject="feedback.tip.rewarded")
    return [event.body["reward"] for event in told]


def test_a_task_that_is_ticked_off_there_withdraws_its_tip_and_rewards_it(
    alice_client: Client, todoist: TodoistStandIn, tip: Tip, task: str, url: str, later: Any
) -> None:
    assert TITLE in alice_client.get("/").content.decode()
    later(timedelta(minutes=10))
    todoist.alice.complete(task)
    delivery = todoist.webhooks.build("item:completed", todoist.alice, todoist.alice.task(task))
    assert todoist.webhooks.deliver(url, delivery) == [200]
    tip.refresh_from_db()
    assert (tip.state, tip.reaction, tip.reward) == (Tip.State.WITHDRAWN, "", None)
    assert tip.delayed_reward == DELAYED
    card = alice_client.get("/", headers={"HX-Request": "true"}).content.decode()
    assert TITLE not in card
    assert OTHER in card


def test_what_comes_twice_late_and_in_the_wrong_order_ends_the_same(
    todoist: TodoistStandIn, tip: Tip, task: str, url: str, later: Any
) -> None:
    before = todoist.alice.task(task)
    changed = todoist.webhooks.build("item:updated", todoist.alice, before)
    later(timedelta(minutes=10))
    todoist.alice.complete(task)
    done = todoist.webhooks.build("item:completed", todoist.alice, todoist.alice.task(task))
    for delivery in (done, done, changed, done, changed):
        later(timedelta(minutes=1))
        assert todoist.webhooks.post(url, delivery) == 200
    assert Task.objects.get(external_id=task).completed_at == NOON + timedelta(minutes=10)
    assert syncs(todoist) == 3, "the first, and one for each delivery that is not the same"
    assert rewards() == [DELAYED]


def test_what_it_says_is_not_believed(
    todoist: TodoistStandIn, tip: Tip, task: str, url: str
) -> None:
    lie = {**todoist.alice.task(task), "checked": True, "content": "Something else"}
    assert todoist.webhooks.post(url, todoist.webhooks.build("item:completed", todoist.alice, lie))
    row = Task.objects.get(external_id=task)
    assert (row.title, row.completed_at) == (TITLE, None)
    tip.refresh_from_db()
    assert (tip.state, tip.delayed_reward) == (Tip.State.SHOWN, None)


def test_done_here_is_no_delayed_reward(
    todoist: TodoistStandIn, tip: Tip, task: str, url: str, later: Any
) -> None:
    answering.react(tip, "done", at=later(timedelta(minutes=1)))
    later(timedelta(seconds=5))
    todoist.alice.complete(task)  # before oO does
    delivery = todoist.webhooks.build("item:completed", todoist.alice, todoist.alice.task(task))
    assert todoist.webhooks.post(url, delivery) == 200
    later(timedelta(minutes=1))
    tasks.close_due()
    tip.refresh_from_db()
    assert (tip.reward, tip.delayed_reward) == (1.0, None)
    assert rewards() == []


def test_what_comes_back_takes_nothing_away(
    todoist: TodoistStandIn, tip: Tip, task: str, url: str, later: Any
) -> None:
    for turn, event in ((todoist.alice.complete, "completed"), (todoist.alice.uncomplete, "un")):
        later(timedelta(minutes=10))
        turn(task)
        told = todoist.webhooks.build(f"item:{event}", todoist.alice, todoist.alice.task(task))
        assert todoist.webhooks.post(url, told) == 200
    assert Task.objects.get(external_id=task).completed_at is None
    assert rewards() == [DELAYED]


def test_a_delivery_that_fails_is_told_again_and_heard(
    todoist: TodoistStandIn, tip: Tip, task: str, url: str, settings: Any, later: Any
) -> None:
    later(timedelta(minutes=10))
    todoist.alice.complete(task)
    told = todoist.webhooks.build("item:completed", todoist.alice, todoist.alice.task(task))
    settings.TODOIST_CLIENT_SECRET = "not yet that of the app"
    assert todoist.webhooks.post(url, told) == 403
    assert (syncs(todoist), rewards()) == (1, [])
    settings.TODOIST_CLIENT_SECRET = todoist.client_secret
    assert todoist.webhooks.deliver(url, told) == [200]
    assert rewards() == [DELAYED]
