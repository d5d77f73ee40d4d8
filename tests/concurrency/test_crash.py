"""Workers that are killed and database connections that break, wherever they happen to be.

Afterwards all that was answered is recorded once and closed once. The moments are drawn from a
seed and counted in requests to the source, not in seconds. The time that a claim needs to run out
is not waited for: the claim is moved back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import Any

import httpx
import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from events.catalog import TaskCompleted, TipReacted
from integrations import tasks as work
from integrations.models import Completion, Connection, Task
from integrations.sync import syncing
from oo.celery import app
from tests import servers
from tests.concurrency.people import Connected, connected, recorded, somebody_with_a_tip
from tests.concurrency.processes import Worker, environment, web
from tests.concurrency.together import wait_until
from tests.factories import signed_in
from tests.stand_ins.todoist import Clock, FaultKind, TodoistStandIn
from tests.stand_ins.todoist_client import NO_TLS
from tips.answer import answering
from tips.make.making import make_tip
from tips.models import Tip

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

KILLS, WHOLE_WORKERS, PEOPLE = 15, {4, 11}, 5
SEED = 20261122


@pytest.fixture
def broker() -> Iterator[str]:
    with servers.redis() as url:
        yield url


@pytest.fixture
def todoist(todoist: TodoistStandIn) -> TodoistStandIn:
    todoist.clock = Clock.running()
    return todoist


@pytest.fixture
def worker(broker: str, todoist: TodoistStandIn, tmp_path: Path) -> Iterator[Worker]:
    worker = Worker(environment(broker, todoist.url), tmp_path / "worker.log")
    yield worker
    worker.stop()


@dataclass(frozen=True, slots=True)
class Beat:
    """What beat does, when the test wants it; and the time that passes meanwhile."""

    broker: Any  # kombu's connection

    def tick(self) -> None:
        for task in (work.close_due, work.sync_due):
            app.send_task(task.name, connection=self.broker)

    def time_passes(self) -> None:
        """Until every claim has run out, also that of the child that was not killed."""
        now = timezone.now()
        Completion.objects.waiting().update(next_at=now)
        Connection.objects.update(claimed_until=None, next_sync_at=now)


@pytest.fixture
def beat(broker: str) -> Iterator[Beat]:
    with app.connection_for_write(broker) as to_broker:
        yield Beat(to_broker)


def give_answer(one: Connected) -> None:
    """Done, half a minute ago: the moment of undoing is over."""
    tip = Tip.objects.live().get(user=one.user)
    assert answering.react(tip, "done", at=timezone.now() - timedelta(seconds=30)).won


def test_whatever_is_killed_each_answer_is_closed_exactly_once(
    worker: Worker, beat: Beat, todoist: TodoistStandIn
) -> None:
    chance, now = Random(SEED), timezone.now()
    people = [connected(todoist, 0, at=now - timedelta(hours=1)) for _ in range(PEOPLE)]
    for number in range(KILLS):
        one = people[number % PEOPLE]
        furnish(one, recurring=number % 2 == 0)
        give_answer(one)
        todoist.faults.add(FaultKind.SLOW, "/api/v1/sync", times=4, seconds=0.05)
        if number % 3 == 0:
            todoist.faults.add(FaultKind.CUT, "/api/v1/sync")
        beat.time_passes()
        asked = len(todoist.requests) + chance.randint(1, 3)
        beat.tick()
        wait_until(partial(has_been_asked, todoist, asked), "the worker asks the source")
        if number in WHOLE_WORKERS:
            worker.kill_and_restart()
        else:
            worker.kill_child(chance.randint(0, 1))
    converge(beat)
    for one in people:
        check(one)


def has_been_asked(todoist: TodoistStandIn, times: int) -> bool:
    return len(todoist.requests) >= times


def furnish(one: Connected, *, recurring: bool) -> None:
    """A new task, read and suggested; the worker may be reading too, and then one of them does."""
    today, rule = timezone.now().date(), "every day" if recurring else None
    task_id = one.account.add_task("Task", due=today, priority=4, recurring=rule)

    def is_read() -> bool:
        at = timezone.now()
        Connection.objects.filter(pk=one.connection.pk).update(claimed_until=None, next_sync_at=at)
        syncing.sync(one.connection.pk, at=at)
        return Task.objects.filter(user=one.user, external_id=task_id).exists()

    wait_until(is_read, "the task is read")
    then = timezone.now() - timedelta(seconds=30)
    answering.end_rest(one.user.pk, at=then)
    wait_until(lambda: make_tip(one.user.pk, at=then), "a tip is made")


def converge(beat: Beat) -> None:
    def is_over() -> bool:
        return not Completion.objects.waiting().exists()

    for _ in range(5):
        beat.time_passes()
        beat.tick()
        try:
            wait_until(is_over, "every closing is done", timeout_s=6)
            return
        except AssertionError:
            continue
    assert is_over()


def check(one: Connected) -> None:
    closings = Completion.objects.filter(user=one.user)
    assert closings
    assert {row.state for row in closings} == {"done"}
    assert len(one.account.completions) == closings.count() == recorded(one.user, TipReacted)
    assert recorded(one.user, TaskCompleted) == closings.count()


class Breaker(Thread):
    """Ends database connections of the web process while it uses them."""

    def __init__(self) -> None:
        super().__init__()
        self._over, self._chance, self.broken = Event(), Random(SEED), 0

    def run(self) -> None:
        place = connection.settings_dict
        words = {"host": place["HOST"], "user": place["USER"], "dbname": place["NAME"]}
        with psycopg.connect(**words, autocommit=True) as database:
            while not self._over.wait(self._chance.uniform(0.002, 0.02)):
                ended = database.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = %s AND state <> 'idle'",
                    [VICTIM],
                ).fetchall()
                self.broken += len(ended)

    def stop(self) -> None:
        self._over.set()
        self.join()


VICTIM = "oo-web-to-be-broken"


def send(visitor: httpx.Client, tip: Tip) -> int:
    """The status of the answer; 0 when the connection itself broke."""
    cookie = signed_in(tip.user).cookies[settings.SESSION_COOKIE_NAME].value
    token = "t" * 32
    cookies = f"{settings.SESSION_COOKIE_NAME}={cookie}; {settings.CSRF_COOKIE_NAME}={token}"
    try:
        return visitor.post(
            f"/tip/{tip.pk}/answer",
            data={"reaction": "snooze", "csrfmiddlewaretoken": token},
            headers={"HX-Request": "true", "Cookie": cookies},
        ).status_code
    except httpx.TransportError:
        return 0


def test_an_answer_whose_database_connection_breaks_is_recorded_once_or_says_so(
    broker: str, todoist: TodoistStandIn, tmp_path: Path
) -> None:
    given = [somebody_with_a_tip(at=timezone.now())[1] for _ in range(30)]
    env = environment(broker, todoist.url)
    breaker = Breaker()
    env["DATABASE_URL"] += f"?application_name={VICTIM}"
    log = tmp_path / "web.log"
    with web(env, log) as url, httpx.Client(base_url=url, verify=NO_TLS, timeout=30) as visitor:
        breaker.start()
        try:
            said = {tip: send(visitor, tip) for tip in given}
        finally:
            breaker.stop()
        assert {status for status in said.values() if status < 500} <= {0, 200}
        for tip, status in said.items():
            if status == 200:
                assert Tip.objects.get(pk=tip.pk).reaction == "snooze"
        assert breaker.broken
        assert any(status != 200 for status in said.values())
        assert {send(visitor, tip) for tip in given} == {200}, "a retry works"
    for tip in given:
        assert recorded(tip.user, TipReacted) == 1
