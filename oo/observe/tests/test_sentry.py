from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from oo.observe.tests.telling import TOKEN, WORDS

ROOT = Path(__file__).resolve().parent.parent.parent.parent


class Sentry(ThreadingHTTPServer):
    """Stands in for one: keeps what it is sent."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        super().__init__(("127.0.0.1", 0), Hearing)

    @property
    def dsn(self) -> str:
        return f"http://public@127.0.0.1:{self.server_address[1]}/1"

    def events(self) -> list[dict[str, Any]]:
        """Of each envelope: a line about it, one about its item, and the item."""
        return [json.loads(envelope.splitlines()[2]) for envelope in self.heard]


class Hearing(BaseHTTPRequestHandler):
    server: Sentry

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.heard.append(body.decode())
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture(scope="module")
def sentry() -> Iterator[Sentry]:
    """That has heard of a process in which a view, a task and a decision failed."""
    server = Sentry()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        command = [sys.executable, "-m", "oo.observe.tests.telling", server.dsn]
        subprocess.run(command, cwd=ROOT, check=True, timeout=60, capture_output=True)
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_each_failure_is_told_once_with_its_type_and_its_place(sentry: Sentry) -> None:
    view, task, host, decision = sentry.events()
    assert [each["exception"]["values"][-1]["type"] for each in (view, task)] == [
        "ValueError",
        "LookupError",
    ]
    for event, name in ((view, "failing.py"), (task, "telling.py")):
        frame = event["exception"]["values"][-1]["stacktrace"]["frames"][-1]
        assert Path(frame["filename"]).name == name
        assert frame["lineno"] > 0
    assert "failing.fail" in view["transaction"]
    assert host["logentry"] == {"message": "django.security"}
    assert decision["logentry"] == {"message": "no decision for %s"}


def test_each_names_its_trace(sentry: Sentry) -> None:
    assert [event["tags"] for event in sentry.events()] == [{"trace": "a" * 32}] * 4


def test_no_words_of_people_and_nothing_that_opens_anything_leaves(sentry: Sentry) -> None:
    told = "\n".join(sentry.heard)
    assert "ValueError" in told
    assert WORDS not in told
    assert TOKEN not in told


def test_nothing_is_told_but_what_is_known(sentry: Sentry) -> None:
    kinds = [json.loads(envelope.splitlines()[1])["type"] for envelope in sentry.heard]
    assert kinds == ["event"] * 4
    names = {name for event in sentry.events() for name in event}
    assert names.isdisjoint({"request", "user", "breadcrumbs", "extra", "modules", "server_name"})
    frames = sentry.events()[0]["exception"]["values"][-1]["stacktrace"]["frames"]
    assert not [frame for frame in frames if "vars" in frame or "context_line" in frame]
