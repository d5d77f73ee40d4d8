"""A server between oO and a stand-in: it counts who asks, and lets answers break off."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from oo.lib.tests.loopback import Handler, serving

GARBAGE = b"<html><body>We will be right back</body></html>"
OF_ONE_HOP = frozenset({"connection", "content-length", "host", "keep-alive", "transfer-encoding"})


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


Ask = Callable[[str, str, Mapping[str, str], bytes], Answer]


class Gate:
    """`asked` holds the method of each request that came."""

    def __init__(self, ask: Ask) -> None:
        self.asked: list[str] = []
        self.url = ""
        self.door: frozenset[str] = frozenset()
        self._ask = ask
        self._way, self._left = "", 0

    def shut(self, way: str, after: int) -> None:
        self._way, self._left = way, after

    def open(self) -> None:
        self._way = ""

    def answer(self, handler: Handler) -> None:
        self.asked.append(handler.command)
        length = int(handler.headers.get("Content-Length") or 0)
        body = handler.rfile.read(length)
        way = self._take()
        if way == "away":
            handler.reply(503)
        elif way == "garbage":
            handler.reply(200, GARBAGE, Content_Type="text/html")
        else:
            found = self._ask(handler.command, handler.path, dict(handler.headers), body)
            _send(handler, found, is_cut=way == "cut")

    def _take(self) -> str:
        if self._way and self._left:
            self._left -= 1
            return ""
        return self._way


@contextmanager
def gate_before(ask: Ask) -> Iterator[Gate]:
    gate = Gate(ask)
    with serving(gate.answer) as server:
        gate.url, gate.door = server.url.rstrip("/"), server.door
        yield gate


def through_to(url: str) -> Ask:
    """Asks the server at this address, whatever it is asked."""
    there = urlsplit(url)

    def ask(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        passed = {name: h for name, h in headers.items() if name.lower() not in OF_ONE_HOP}
        connection = http.client.HTTPConnection(there.hostname or "", there.port, timeout=10)
        try:
            connection.request(method, path, body, passed)
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()

    return ask


def _send(handler: Handler, answer: Answer, *, is_cut: bool) -> None:
    headers = {name: h for name, h in answer.headers.items() if name.lower() not in OF_ONE_HOP}
    if not is_cut:
        handler.reply(answer.status, answer.body, **headers)
        return
    handler.send_response(answer.status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(answer.body) + 1))
    handler.end_headers()
    handler.wfile.write(answer.body[: len(answer.body) // 2])
    handler.close_connection = True
