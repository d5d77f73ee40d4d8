"""oO's real processes on the database of the test that runs, to be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil
from django.db import connection

from tests import servers

ROOT = Path(__file__).resolve().parent.parent.parent


def environment(broker: str, todoist: str) -> dict[str, str]:
    place = connection.settings_dict
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.concurrency.settings",
        "DATABASE_URL": f"postgres://{place['USER']}@/{place['HOST']}/{place['NAME']}",
        "OO_TEST_BROKER": broker,
        "TODOIST_API_URL": f"{todoist}/api/v1/",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OO_POLICY": "deadline_first",  # which is never silent because of the hour
    }


def start(env: Mapping[str, str], log: Path, *words: str) -> subprocess.Popen[bytes]:
    """In a process group of its own, as a container is: what kills one kills its children."""
    with log.open("ab") as file:
        return subprocess.Popen(
            [sys.executable, "-m", *words],
            cwd=ROOT,
            env=dict(env),
            stdout=file,
            stderr=file,
            start_new_session=True,
        )


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9, the children too. One that is dead already is no error."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


class Worker:
    """A Celery worker with two children that do the work."""

    def __init__(self, env: Mapping[str, str], log: Path) -> None:
        self._env, self._log = env, log
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        options = ("-Q", "interactive,sync,sweep", "--concurrency", "2", "--loglevel", "INFO")
        quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
        return start(self._env, self._log, "celery", "-A", "oo", "worker", *options, *quiet)

    def kill_child(self, number: int) -> None:
        """Of the two that work; the worker starts another in its place."""
        children = psutil.Process(self.process.pid).children()
        if children:
            children[number % len(children)].kill()

    def kill_and_restart(self) -> None:
        kill(self.process)
        self.process = self._start()

    def stop(self) -> None:
        kill(self.process)


@contextmanager
def web(env: Mapping[str, str], log: Path) -> Iterator[str]:
    port = servers.free_port()
    place = ("--host", "127.0.0.1", "--port", str(port), "--workers", "1")
    threads = ("--blocking-threads", "4", "--log-level", "warning")
    application = ("granian", "--interface", "wsgi", "oo.wsgi:application")
    process = start(env, log, *application, *place, *threads)
    try:
        servers.wait_for_port(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        kill(process)
