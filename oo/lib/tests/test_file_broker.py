"""The laptop's broker: whole messages, each once, whatever lies between them."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from kombu import Connection

from oo.lib import file_broker
from oo.lib.file_broker import UNFINISHED_S

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with Connection(
        "file://localhost",
        transport="oo.lib.file_broker:Transport",
        transport_options={"folder": str(tmp_path)},
    ) as opened:
        yield opened


@pytest.fixture
def queue(connection: Connection) -> Iterator[Any]:
    with connection.SimpleQueue("sync") as opened:
        yield opened


def waiting(folder: Path) -> list[Path]:
    return list((folder / "queues" / "sync").iterdir())


def refused(folder: Path) -> list[Path]:
    return list((folder / "refused").iterdir())


def test_messages_come_in_the_order_in_which_they_were_put(queue: Any) -> None:
    for n in range(12):
        queue.put({"n": n})
    assert [queue.get(block=False).payload["n"] for _ in range(12)] == list(range(12))


def test_a_message_that_was_taken_leaves_no_file(queue: Any, tmp_path: Path) -> None:
    queue.put("look now")
    queue.get(block=False).ack()
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


def test_a_message_is_never_seen_before_it_is_whole(
    queue: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename, seen = Path.rename, []

    def look_first(self: Path, target: Path) -> Path:
        seen.append((waiting(tmp_path), self.read_text().endswith("}")))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", look_first)
    queue.put("look now")
    assert seen == [([], True)]


def test_two_readers_share_what_there_is(queue: Any, connection: Connection) -> None:
    for n in range(10):
        queue.put(n)
    with connection.clone() as elsewhere, elsewhere.SimpleQueue("sync") as other:
        found = [reader.get(block=False).payload for reader in (queue, other) * 5]
        assert sorted(found) == list(range(10))
        assert len(queue) == 0


@pytest.mark.parametrize(
    "junk",
    [
        b"",
        b'{"body": "bG9v',
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b'{"a": 1}',
        b'{"properties": {"delivery_tag": "t"}}',
        b'{"properties": {"delivery_tag": "t", "delivery_info": {}}, "body": ""}',
        b'{"body": "x", "properties": {"body_encoding": "rot13", "delivery_tag": "t"}}',
        b'{"__type__": "datetime", "__value__": "yesterday"}',
    ],
    ids=["empty", "cut", "bytes", "list", "null", "dict", "no info", "no way", "codec", "type"],
)
def test_what_is_no_message_is_set_aside_and_the_next_one_comes(
    queue: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture, junk: bytes
) -> None:
    (tmp_path / "queues" / "sync" / "0-junk").write_bytes(junk)
    queue.put("look now")
    with caplog.at_level(logging.WARNING):
        assert queue.get(block=False).payload == "look now"
    assert [p.read_bytes() for p in refused(tmp_path)] == [junk]
    assert "0-junk" in caplog.text


def test_a_folder_among_the_messages_is_set_aside(queue: Any, tmp_path: Path) -> None:
    (tmp_path / "queues" / "sync" / "0-folder").mkdir()
    queue.put("look now")
    assert queue.get(block=False).payload == "look now"
    assert len(refused(tmp_path)) == 1


def test_what_cannot_be_moved_is_told_once(
    queue: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stays(self: Path, target: Path) -> Path:
        raise PermissionError

    (tmp_path / "queues" / "sync" / "0-junk").write_bytes(b"")
    with monkeypatch.context() as patched, caplog.at_level(logging.WARNING):
        patched.setattr(Path, "rename", stays)
        for _ in range(3):
            with pytest.raises(queue.Empty):
                queue.get(block=False)
    assert caplog.text.count("0-junk") == 1


def test_an_unknown_queue_is_empty(connection: Connection) -> None:
    channel: Any = connection.channel()
    assert channel.basic_get("nobody-declared-this") is None


def test_a_queue_name_cannot_leave_the_folder(connection: Connection, tmp_path: Path) -> None:
    with connection.SimpleQueue("../../escaped") as queue:
        queue.put("look now")
    assert all(p.parent == tmp_path / "queues" for p in (tmp_path / "queues").iterdir())
    assert len(list((tmp_path / "queues").iterdir())) == 1


def test_purging_says_how_many_there_were(queue: Any) -> None:
    queue.put(1)
    queue.put(2)
    assert queue.clear() == 2
    assert len(queue) == 0


def test_what_a_dead_writer_left_is_forgotten_after_an_hour(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for path in (old, new):
        path.write_text("{")
    past = old.stat().st_mtime - UNFINISHED_S - 60
    os.utime(old, (past, past))
    file_broker.forget_unfinished(tmp_path)
    assert list(tmp_path.iterdir()) == [new]


def test_a_message_that_was_not_acknowledged_comes_again(connection: Connection) -> None:
    with connection.clone() as died, died.SimpleQueue("sync") as queue:
        queue.put("look now")
        assert queue.get(block=False).payload == "look now"
    with connection.SimpleQueue("sync") as queue:
        assert queue.get(block=False).payload == "look now"


def test_celery_finds_it_by_its_setting(tmp_path: Path) -> None:
    app = Celery("t", broker="file://localhost", set_as_current=False)
    app.conf.update(
        broker_transport="oo.lib.file_broker:Transport",
        broker_transport_options={"folder": str(tmp_path)},
        task_default_queue="sync",
    )
    app.send_task("look.now", ignore_result=True)
    assert len(waiting(tmp_path)) == 1


@pytest.mark.slow
def test_many_writers_and_readers_lose_nothing() -> None:
    command = [sys.executable, "-m", "tests.soak.broker", "--messages", "3000"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
