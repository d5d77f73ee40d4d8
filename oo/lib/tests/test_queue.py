from __future__ import annotations

import threading
from contextvars import ContextVar
from typing import Any

import pytest
from celery import Celery
from kombu.exceptions import OperationalError

from oo.lib import queue
from oo.lib.queue import Courier, look_now

PATIENCE_S = 10.0
app = Celery("test", broker="memory://", set_as_current=False)
whose: ContextVar[str] = ContextVar("whose", default="")


@app.task(name="test.work")
def work(number: int) -> None: ...


class Broker:
    """In the place of apply_async: it hangs until it is let go, or refuses."""

    def __init__(self, error: Exception | None = None) -> None:
        self.let_go, self.error = threading.Event(), error
        self.taken: list[tuple[int, str, str]] = []

    def take(self, args: tuple[int], **_options: Any) -> None:
        assert self.let_go.wait(PATIENCE_S)
        if self.error:
            raise self.error
        self.taken.append((args[0], whose.get(), threading.current_thread().name))


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    broker = Broker()
    monkeypatch.setattr(work, "apply_async", broker.take)
    return broker


@pytest.fixture
def courier(monkeypatch: pytest.MonkeyPatch) -> Courier:
    monkeypatch.setattr(queue, "_courier", None)
    queue.never_wait()
    assert queue._courier is not None
    return queue._courier


def wait_for(broker: Broker, count: int) -> None:
    end = threading.Event()
    for _ in range(1_000):
        if len(broker.taken) >= count:
            return
        end.wait(0.01)
    raise AssertionError(f"only {broker.taken}")


def test_a_broker_that_hangs_holds_up_nobody_who_serves_pages(
    broker: Broker, courier: Courier
) -> None:
    for number, name in enumerate(("alice", "bob"), start=1):
        token = whose.set(name)
        assert look_now(work, number)
        whose.reset(token)
    assert broker.taken == []
    broker.let_go.set()
    wait_for(broker, 2)
    assert broker.taken == [(1, "alice", "courier"), (2, "bob", "courier")]


def test_what_waits_is_bounded(
    broker: Broker, courier: Courier, monkeypatch: pytest.MonkeyPatch
) -> None:
    took = [look_now(work, number) for number in range(queue.MOST_WAITING + 10)]
    # One is in hand, or still waits.
    assert took.count(True) in (queue.MOST_WAITING, queue.MOST_WAITING + 1)
    assert took[-1] is False
    broker.let_go.set()


def test_of_a_burst_one_message_is_sent_and_the_next_when_it_is_over(
    broker: Broker, courier: Courier, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1_000.0]
    monkeypatch.setattr(queue, "monotonic", lambda: now[0])
    broker.let_go.set()
    for number, second in enumerate((0, 0.2, 0.9, 1.0, 1.5, 2.1)):
        now[0] = 1_000 + second
        assert look_now(work, number, once_in_s=1)
    look_now(work, 99)
    wait_for(broker, 4)
    assert [number for number, *_ in broker.taken] == [0, 3, 5, 99]


def test_a_worker_sends_each_of_a_burst(broker: Broker) -> None:
    broker.let_go.set()
    assert all(look_now(work, number, once_in_s=60) for number in range(3))
    assert len(broker.taken) == 3


@pytest.mark.parametrize("error", [OperationalError("its words"), RuntimeError("its words")])
def test_after_one_that_fails_the_next_is_brought(
    broker: Broker, courier: Courier, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    broker.error = error
    broker.let_go.set()
    look_now(work, 1)
    while not caplog.records:
        threading.Event().wait(0.01)
    broker.error = None
    look_now(work, 2)
    wait_for(broker, 1)
    assert [number for number, *_ in broker.taken] == [2]
    assert str(error) not in caplog.text


def test_a_worker_hands_over_itself_and_says_when_it_could_not(broker: Broker) -> None:
    broker.let_go.set()
    assert look_now(work, 1)
    assert broker.taken == [(1, "", "MainThread")]
    broker.error = OperationalError("away")
    assert not look_now(work, 2)
