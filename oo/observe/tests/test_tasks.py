from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from queue import SimpleQueue
from typing import Any

import pytest
from celery import Celery, Task
from celery.app.trace import build_tracer
from celery.signals import before_task_publish

from oo.lib.queue import look_now
from oo.lib.tracing import JsonFormatter, traceparent, within
from oo.observe.tasks import QUEUED_AT, TRACE, mark, waited_s

PARENT = f"00-{'a' * 32}-{'b' * 16}-01"
WORDS = "what alice wrote"

seen: list[str] = []
queued: list[tuple[dict[str, Any], Any]] = []  # headers and arguments


class Told(logging.Handler):
    """What is said of tasks, in any thread."""

    def __init__(self) -> None:
        super().__init__()
        self.records: SimpleQueue[logging.LogRecord] = SimpleQueue()

    def emit(self, record: logging.LogRecord) -> None:
        record.line = JsonFormatter().format(record)
        self.records.put(record)

    def next(self) -> dict[str, Any]:
        return vars(self.records.get(timeout=10))


@pytest.fixture
def app() -> Celery:
    app = Celery("watched", broker="memory://", set_as_current=False)
    app.conf.task_ignore_result = True

    @app.task(name="watched.note")
    def note(word: str) -> None:
        seen.append(traceparent())
        if word == "twice":
            look_now(app.tasks["watched.note"], "once")
        if word == WORDS:
            raise RuntimeError(word)

    app.finalize()
    return app


@pytest.fixture
def note(app: Celery) -> Iterator[Task[..., Any]]:
    """What is queued is worked off by work_off, as a worker does it. A worker in this process would
    make its app everybody's."""
    seen.clear()
    queued.clear()

    def hear(headers: dict[str, Any], body: Any, **_kwargs: Any) -> None:
        queued.append((headers, body[0]))

    before_task_publish.connect(hear)
    yield app.tasks["watched.note"]
    before_task_publish.disconnect(hear)


def work_off(note: Task[..., Any]) -> None:
    work = build_tracer(note.name, note, app=note.app)
    while queued:
        headers, args = queued.pop(0)
        work(headers["id"], args, {}, dict(headers))


@pytest.fixture
def told() -> Iterator[Told]:
    logger, handler = logging.getLogger("oo.observe.tasks"), Told()
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield handler
    logger.setLevel(level)
    logger.removeHandler(handler)


def test_a_task_is_of_the_trace_of_who_queued_it_and_so_is_what_it_queues(
    note: Task[..., Any], told: Told
) -> None:
    with within(PARENT):
        look_now(note, "twice")
    work_off(note)
    lines = [told.next()["line"] for _task in range(2)]

    assert [step[:36] for step in seen] == [PARENT[:36]] * 2
    assert len({PARENT, *seen}) == 3
    assert all("a" * 32 in line for line in lines)


def test_of_what_nobody_caused_each_is_a_trace_of_its_own(note: Task[..., Any], told: Told) -> None:
    look_now(note, "once")
    look_now(note, "once")
    work_off(note)
    for _task in range(2):
        told.next()

    first, second = seen
    assert first[3:35] != second[3:35]


def test_nothing_is_left_of_a_trace_when_its_task_has_ended(note: Task[..., Any]) -> None:
    with within(PARENT):
        note.apply(("once",))
        note.apply((WORDS,))
        assert traceparent() == PARENT
    assert [step[3:35] for step in seen] == ["a" * 32] * 2
    assert traceparent()[3:35] != "a" * 32


def test_a_task_says_one_line_when_it_ends(note: Task[..., Any], told: Told) -> None:
    look_now(note, "once")
    work_off(note)

    line = told.next()
    assert (line["task"], line["state"]) == ("watched.note", "success")
    assert 0 <= line["ms"] < 10_000
    assert 0 <= line["waited_ms"] < 10_000
    assert told.records.empty()


def test_a_task_that_fails_says_so_and_not_what_it_was_given(
    note: Task[..., Any], told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    look_now(note, WORDS)
    work_off(note)

    line = told.next()
    assert line["state"] == "failure"
    failures = [record for record in caplog.records if record.name == "celery.app.trace"]
    written = [line["line"], *map(JsonFormatter().format, failures)]
    assert len(written) == 2
    assert WORDS not in str(written)


def test_a_task_that_was_not_queued_has_waited_for_nothing(
    note: Task[..., Any], told: Told
) -> None:
    note.apply(("once",))

    assert "waited_ms" not in told.next()


def test_a_retry_is_marked_anew() -> None:
    headers: dict[str, Any] = {TRACE: PARENT, QUEUED_AT: 1.0}
    mark(headers)
    assert headers[TRACE][:36] != PARENT[:36]
    assert headers[QUEUED_AT] > 1.0


@pytest.mark.parametrize(
    ("sent", "waited"),
    [
        ({QUEUED_AT: 90.0, "eta": None}, 10.0),
        ({QUEUED_AT: 90.0, "eta": datetime.fromtimestamp(95, UTC).isoformat()}, 5.0),
        ({QUEUED_AT: 90.0, "eta": datetime.fromtimestamp(80, UTC).isoformat()}, 10.0),
        ({QUEUED_AT: 101.0}, 0.0),
        ({QUEUED_AT: "soon"}, None),
        ({}, None),
    ],
)
def test_who_waits_for_a_moment_waits_from_then_on(
    sent: dict[str, Any], waited: float | None
) -> None:
    assert waited_s(sent, now=100.0) == waited
