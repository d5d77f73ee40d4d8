"""Three processes on one SQLite file, as `make run` has them: writers queue, readers go on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integrations.tests.token_endpoint import TokenEndpoint, serving
from tests.concurrency.processes import ROOT

PEOPLE = 12


class Process:
    """tests.concurrency.on_sqlite with one of its jobs; it speaks a line of JSON at a time."""

    def __init__(self, file: Path, job: str) -> None:
        env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.concurrency.settings",
            "DATABASE_URL": f"sqlite:///{file}",
            "OO_TEST_SQLITE": str(file),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.concurrency.on_sqlite", job],
            cwd=ROOT,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def hear(self) -> Any:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, "it ended before it had said anything"
        return json.loads(line)

    def go(self) -> None:
        assert self._process.stdin
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def end(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrated, with people who have a tip each."""
    file = tmp_path_factory.mktemp("sqlite") / "oo.sqlite3"
    process = Process(file, f"prepare:{PEOPLE}")
    assert process.hear() == PEOPLE
    process.end()
    return file


@pytest.fixture
def file(fresh: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "oo.sqlite3"
    for part in fresh.parent.glob("oo.sqlite3*"):
        (tmp_path / part.name).write_bytes(part.read_bytes())
    return copy


@pytest.fixture
def started(file: Path) -> Iterator[Any]:
    running: list[Process] = []

    def start(*jobs: str) -> list[Process]:
        running.extend(Process(file, job) for job in jobs)
        for process in running[-len(jobs) :]:
            assert process.hear() == "ready"
        return running[-len(jobs) :]

    yield start
    for process in running:
        process.end()


def test_of_two_processes_that_answer_at_once_one_wins_each_time(started: Any) -> None:
    pair = started("answer:done", "answer:snooze")
    for process in pair:
        process.go()
    done, snooze = (process.hear() for process in pair)
    assert len(done) == len(snooze) == PEOPLE
    for (done_won, kept), (snooze_won, told) in zip(done, snooze, strict=True):
        assert done_won is not snooze_won
        assert kept == told == ("done" if done_won else "snooze")


def test_a_writer_does_not_wait_for_a_long_read_nor_disturb_it(started: Any) -> None:
    reader, writer = started("read", "answer:done")
    reader.go()
    assert reader.hear() == "reading"
    writer.go()
    assert [won for won, _kept in writer.hear()] == [True] * PEOPLE
    reader.go()
    assert reader.hear() == ["ready"] * PEOPLE, "what it saw when it began"


def test_a_writer_waits_for_another_instead_of_failing(started: Any) -> None:
    holder, writer = started("hold", "answer:done")
    holder.go()
    assert holder.hear() == "holding"
    writer.go()
    holder.go()
    assert holder.hear() == "let go"
    assert [won for won, _kept in writer.hear()] == [True] * PEOPLE


def test_of_three_processes_with_an_expired_token_one_asks_for_another(started: Any) -> None:
    """Eight times, of one token that rotates: a second question would be a second pair."""
    with serving(TokenEndpoint()) as endpoint:
        endpoint.before = lambda: time.sleep(0.1)  # so that they meet
        trio = started(*[f"refresh:{endpoint.url}"] * 3)
        for turn in range(1, 9):
            for process in trio:
                process.go()
            ends = [process.hear() for process in trio]
            assert ends == [{"access_token": f"a{turn + 1}", "refresh_token": f"r{turn + 1}"}] * 3
            assert len(endpoint.asked) == turn


def test_three_processes_that_make_answer_and_undo_end_in_order(started: Any) -> None:
    trio = started("mixed:1", "mixed:2", "mixed:3")
    for process in trio:
        process.go()
    assert [process.hear() for process in trio] == ["fine"] * 3
    (judge,) = started("judge")
    judge.go()
    assert judge.hear() == {"live": True, "recorded": True}
