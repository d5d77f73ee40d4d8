"""A real CalDAV server, Radicale, on this machine: a folder, a file of passwords, a free port."""

from __future__ import annotations

import base64
import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

CONFIG = """
[server]
hosts = 127.0.0.1:{port}
[auth]
type = htpasswd
htpasswd_filename = {folder}/users
htpasswd_encryption = plain
delay = 0
[storage]
filesystem_folder = {folder}/collections
[logging]
level = error
"""
PASSWORD = "app-password-1"


class Radicale:
    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.url = f"http://127.0.0.1:{port}"
        self.door = frozenset({f"127.0.0.1:{port}"})
        self._passwords: dict[str, str] = {}
        self._newcomers = count(1)

    def let_in(self, name: str, password: str = PASSWORD) -> RadicaleUser:
        self._passwords[name] = password
        self._write()
        return RadicaleUser(self, name)

    def newcomer(self) -> RadicaleUser:
        return self.let_in(f"person{next(self._newcomers)}@example.org")

    def shut_out(self, name: str) -> None:
        """As taking an app password back does."""
        del self._passwords[name]
        self._write()

    def _write(self) -> None:
        lines = [f"{name}:{password}\n" for name, password in self._passwords.items()]
        (self.folder / "users").write_text("".join(lines))


class RadicaleUser:
    """One person's calendars, changed as another program of theirs would."""

    def __init__(self, server: Radicale, name: str) -> None:
        self.server, self.name = server, name
        self.credentials = {"url": server.url, "name": name, "password": PASSWORD}

    def add_calendar(self, name: str, *kinds: str, path: str = "") -> None:
        """name: as XML. path: its name in small letters, unless it is told."""
        told = "".join(f'<C:comp name="{kind}"/>' for kind in kinds)
        kept = f"<C:supported-calendar-component-set>{told}</C:supported-calendar-component-set>"
        body = (
            '<C:mkcalendar xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><set><prop>'
            f"<displayname>{name}</displayname>{kept if kinds else ''}"
            "</prop></set></C:mkcalendar>"
        )
        assert self.ask("MKCALENDAR", f"/{self.name}/{path or name.lower()}/", body)[0] == 201

    def put(self, path: str, *lines: str) -> None:
        """lines: of one component, with its BEGIN and END."""
        text = "\r\n".join(
            ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", *lines, "END:VCALENDAR", "")
        )
        status, told = self.ask("PUT", f"/{self.name}/{path}", text)
        assert status in (201, 204), (status, told)

    def text(self, path: str) -> str:
        return self.ask("GET", f"/{self.name}/{path}")[1]

    def delete(self, path: str) -> None:
        assert self.ask("DELETE", f"/{self.name}/{path}")[0] in (200, 204)

    def url(self, path: str) -> str:
        return f"{self.server.url}/{self.name}/{path}"

    def ask(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        basic = base64.b64encode(f"{self.name}:{PASSWORD}".encode()).decode()
        kind = "text/calendar" if method == "PUT" else "application/xml"
        headers = {"Authorization": f"Basic {basic}", "Content-Type": f"{kind}; charset=utf-8"}
        there = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=10)
        try:
            there.request(method, path, body.encode(), headers)
            answer = there.getresponse()
            return answer.status, answer.read().decode()
        finally:
            there.close()


@contextmanager
def serving_radicale(folder: Path) -> Iterator[Radicale]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Radicale(folder, port)
    server._write()
    config = folder / "config"
    config.write_text(CONFIG.format(port=port, folder=folder))
    process = subprocess.Popen([sys.executable, "-m", "radicale", "--config", str(config)])
    try:
        _wait(process, port)
        yield server
    finally:
        process.terminate()
        process.wait(10)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    for _turn in range(300):
        assert process.poll() is None, "Radicale did not start"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("Radicale does not answer")
