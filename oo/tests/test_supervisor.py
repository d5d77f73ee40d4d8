"""What `make run` does when one of its processes ends. The processes here are real shells."""

from __future__ import annotations

import io
import os
import shlex
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from oo import supervisor
from oo.management.commands import run
from oo.supervisor import Supervisor, pause_s


class Running:
    """A supervisor in a thread. `until` waits for something that it does."""

    def __init__(self, watched: Supervisor, out: io.StringIO) -> None:
        self.watched, self.out, self.reason = watched, out, ""
        self.thread = Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        self.reason = self.watched.run()

    def until(self, true: Callable[[], object], *, within_s: float = 20) -> None:
        end = time.monotonic() + within_s
        while not true():
            assert time.monotonic() < end, self.out.getvalue()
            time.sleep(0.01)

    def pid(self, name: str) -> int:
        child = next(c for c in self.watched.children if c.name == name)
        self.until(lambda: child.process is not None)
        assert child.process is not None
        return child.process.pid

    def ended(self) -> str:
        self.thread.join(20)
        assert not self.thread.is_alive(), self.out.getvalue()
        return self.reason


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(supervisor, "LOOK_S", 0.01)


def watch(tmp_path: Path, *, optional: frozenset[str] = frozenset(), **commands: str) -> Running:
    out = io.StringIO()
    words = {name: shlex.split(line) for name, line in commands.items()}
    env = dict(os.environ)
    return Running(Supervisor(words, env=env, cwd=tmp_path, optional=optional, out=out), out)


def test_a_child_that_was_killed_is_started_again_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "STARTED_S", 0)
    run = watch(tmp_path, web="sleep 60", worker="sleep 61")
    web, worker = run.pid("web"), run.pid("worker")
    os.kill(web, signal.SIGKILL)
    run.until(lambda: "web    | ended (signal SIGKILL); starting again in" in run.out.getvalue())
    run.until(lambda: run.pid("web") != web)
    assert run.pid("worker") == worker
    run.watched.stop()
    assert run.ended() == ""


def test_a_child_that_cannot_start_ends_the_run_with_its_last_words(tmp_path: Path) -> None:
    run = watch(tmp_path, web="sleep 60", worker="sh -c 'echo x >> starts; echo no disk; exit 3'")
    assert run.ended() == (
        "worker could not start 3 times in a row (exit code 3). Its last words: no disk"
    )
    assert (tmp_path / "starts").read_text() == "x\n" * 3


def test_what_the_others_can_do_without_is_given_up_and_they_go_on(tmp_path: Path) -> None:
    broken = "sh -c 'echo x >> starts; echo no memory; exit 3'"
    run = watch(tmp_path, optional=frozenset({"model"}), web="sleep 60", model=broken)
    web = run.pid("web")
    run.until(lambda: "no memory. The others go on without it." in run.out.getvalue())
    time.sleep(20 * supervisor.LOOK_S)
    assert run.pid("web") == web
    assert (tmp_path / "starts").read_text() == "x\n" * 3
    run.watched.stop()
    assert run.ended() == ""


def test_a_program_that_is_not_there_ends_the_run_too(tmp_path: Path) -> None:
    reason = watch(tmp_path, web="sleep 60", worker="no-such-program").ended()
    assert "worker could not start 3 times in a row (exit code 127)" in reason
    assert "No such file or directory: 'no-such-program'" in reason


def test_the_folder_that_oo_is_in_may_have_a_space_in_its_name() -> None:
    beat = run.commands(host="127.0.0.1", port=8000, var="/My Things/var")["beat"]
    assert "/My Things/var/beat-schedule" in beat


def test_each_failed_start_waits_twice_as_long() -> None:
    assert [pause_s(n) / pause_s(0) for n in range(4)] == [1, 2, 4, 8]


def test_a_child_that_lived_starts_counting_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "STARTED_S", 0)
    run = watch(tmp_path, web="sh -c 'echo x >> starts'")
    run.until(lambda: (tmp_path / "starts").exists())
    run.until(lambda: (tmp_path / "starts").read_text().count("x") > supervisor.TRIES + 2)
    run.watched.stop()
    assert run.ended() == ""


def test_what_a_dead_child_left_running_is_ended_before_it_starts_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "STARTED_S", 0)
    run = watch(tmp_path, web="sh -c 'sleep 60 & echo $! > orphan; wait'")
    run.until(lambda: (tmp_path / "orphan").exists() and (tmp_path / "orphan").read_text().strip())
    orphan, web = int((tmp_path / "orphan").read_text()), run.pid("web")
    os.kill(web, signal.SIGKILL)
    run.until(lambda: run.pid("web") != web)
    run.until(lambda: not alive(orphan))
    run.watched.stop()
    run.ended()


def test_children_that_are_paused_and_go_on_are_left_alone(tmp_path: Path) -> None:
    run = watch(tmp_path, web="sleep 60")
    web = run.pid("web")
    os.kill(web, signal.SIGSTOP)
    run.until(lambda: state(web) == "T")
    os.kill(web, signal.SIGCONT)
    run.until(lambda: state(web) == "S")
    assert run.pid("web") == web
    run.watched.stop()
    assert run.ended() == ""


def test_a_paused_child_hears_the_stop(tmp_path: Path) -> None:
    run = watch(tmp_path, web="sleep 60")
    os.kill(run.pid("web"), signal.SIGSTOP)
    run.watched.stop()
    assert run.ended() == ""


def test_a_supervisor_that_breaks_leaves_nobody_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(self: Supervisor, child: supervisor.Child) -> None:
        look_after(self, child)
        raise OSError("no more")

    look_after = Supervisor._look_after
    monkeypatch.setattr(Supervisor, "_look_after", breaks)
    web = {"web": ["sleep", "60"]}
    watched = Supervisor(web, env=dict(os.environ), cwd=tmp_path, out=io.StringIO())
    with pytest.raises(OSError, match="no more"):
        watched.run()
    process = watched.children[0].process
    assert process is not None
    assert process.wait(20) == -signal.SIGKILL


def test_a_child_that_does_not_listen_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "STOP_S", 0.2)
    run = watch(tmp_path, web="sh -c 'trap \"\" TERM; echo up; while :; do sleep 0.05; done'")
    run.until(lambda: "up" in run.out.getvalue())
    run.watched.stop()
    assert run.ended() == ""


def alive(pid: int) -> bool:
    return state(pid) not in ("", "Z")


def state(pid: int) -> str:
    """As ps has it: S sleeps, T is stopped, Z is dead and not yet reaped; "" is gone."""
    asked = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return asked.stdout.strip()[:1]
