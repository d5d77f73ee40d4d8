"""What deploy/Caddyfile lets through and what it writes down, with the real Caddy."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

from tests.production.front import caddyfile, start_caddy
from tests.production.stack import HOST
from tests.servers import free_port, wait_for_port

pytestmark = pytest.mark.postgres  # takes a while, and does not depend on the database


@dataclass
class Behind:
    """What the service behind was sent; of a path with "broken" it hangs up."""

    port: int = 0
    heard: list[dict[str, str]] = field(default_factory=list)


@pytest.fixture(scope="module")
def behind() -> Iterator[Behind]:
    told = Behind()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.heard.append({name.lower(): value for name, value in self.headers.items()})
            if "broken" in self.path:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_said: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield told
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def front(behind: Behind, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """Port and log of Caddy."""
    folder, port = tmp_path_factory.mktemp("caddy"), free_port()
    config = folder / "Caddyfile"
    # The patience of visitors while web restarts is not what this is about.
    config.write_text(caddyfile(behind.port, port).replace("lb_try_duration 10s", ""))
    caddy = start_caddy(config)
    try:
        wait_for_port(port)
        yield port, folder / "caddy.log"
    finally:
        caddy.terminate()
        caddy.wait(10)


def get(port: int, path: str, **headers: str) -> httpx.Response:
    there = f"http://127.0.0.1:{port}{path}"
    return httpx.get(there, headers={"Host": HOST, **headers}, trust_env=False)


@pytest.mark.parametrize(
    "name",
    ["X-Forwarded-For", "X_Forwarded_For", "x_forwarded_for", "X_Forwarded-For", "Forwarded"],
)
def test_nobody_says_where_they_come_from_in_the_proxys_name(
    front: tuple[int, Path], behind: Behind, name: str
) -> None:
    assert get(front[0], "/", **{name: "203.0.113.9"}).status_code == 204
    told = behind.heard[-1]
    spelled = {key: value for key, value in told.items() if "for" in key.replace("_", "-")}
    assert "203.0.113.9" not in spelled.values()
    assert [key for key in told if "_" in key] == []
    assert told["x-forwarded-for"] == "127.0.0.1"


def test_what_opens_something_is_in_no_log_of_the_proxy(
    front: tuple[int, Path], behind: Behind
) -> None:
    port, log = front
    for path in (
        "/accounts/google/login/callback/?code=secret-code&state=secret-state&broken=1",
        "/receipt/5ec4e700-0000-4000-8000-000000000000?broken=1",
        "/connect/todoist/callback?broken=1&state=secret-state",
    ):
        assert get(port, path, Cookie="sessionid=secret-session").status_code == 502
    end = time.monotonic() + 5
    while log.read_text().count("hidden") < 3 and time.monotonic() < end:
        time.sleep(0.1)
    written = log.read_text()
    assert written.count("hidden") >= 3  # it was written, with the rest of the address
    assert "secret" not in written
    assert "5ec4e700" not in written
