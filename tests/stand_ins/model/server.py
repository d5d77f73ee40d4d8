"""The HTTP side of the stand-in."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from select import select
from threading import Event
from time import monotonic
from typing import Any

from tests.stand_ins.model import shapes
from tests.stand_ins.model.script import Request, Script, Turn
from tests.stand_ins.serving import Serving

Shape = Callable[[Mapping[str, Any], Turn], dict[str, Any]]

LOOKS_EVERY_S = 0.02  # while it thinks

ROUTES: Mapping[str, Shape] = {
    "/v1/chat/completions": shapes.openai_chat,
    "/v1/embeddings": shapes.openai_embeddings,
    "/api/chat": shapes.ollama_chat,
    "/api/embed": shapes.ollama_embed,
}


class ModelStandIn(Serving["_Server"]):
    """A server on a free port while its block runs. `url` speaks Ollama, `url`/v1 OpenAI."""

    def __init__(self) -> None:
        super().__init__(_Server())

    @property
    def requests(self) -> list[Request]:
        """What was asked, in the order of arrival; questions about the server itself left out."""
        return list(self._server.heard)

    def is_left_within(self, seconds: float) -> bool:
        """Whether somebody closes the connection while this thinks, in that time."""
        return self._server.left.wait(seconds)

    def play(self, *turns: Turn) -> None:
        """From now on say these, and the last of them again and again."""
        self._server.script.play(*turns)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script, self.heard, self.over = Script(), list[Request](), Event()
        self.left = Event()

    def shutdown(self) -> None:
        self.over.set()  # who still thinks ends first
        super().shutdown()

    def handle_error(self, *_args: object) -> None:
        pass  # a client that gives up waiting is what slow turns are for


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    # Head and body leave in one piece, else each answer waits 40 ms for an acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
        shape = ROUTES.get(self.path)
        if shape is None:
            self._send(404, self._error(404), {})
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.heard.append(Request(self.path, headers, body))
        self._answer(shape, body, self.server.script.next())

    def _answer(self, shape: Shape, body: dict[str, Any], turn: Turn) -> None:
        if turn.delay_s and self._is_left_within(turn.delay_s):
            self.server.left.set()
            self.close_connection = True
            return
        content = turn.raw
        if content is None:
            content = _packed(shape(body, turn)) if turn.status < 400 else self._error(turn.status)
        self._send(turn.status, content, turn.headers)

    def _is_left_within(self, seconds: float) -> bool:
        ends = monotonic() + seconds
        while monotonic() < ends and not self.server.over.wait(LOOKS_EVERY_S):
            # Something to read, and nothing of it: the other side has closed.
            if select([self.connection], [], [], 0)[0] and self._is_closed():
                return True
        return False

    def _is_closed(self) -> bool:
        try:
            return not self.connection.recv(1, socket.MSG_PEEK)
        except OSError:
            return True

    def _error(self, status: int) -> bytes:
        of_ollama = self.path.startswith("/api/")
        return _packed((shapes.ollama_error if of_ollama else shapes.openai_error)(status))

    def _send(self, status: int, content: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args: object) -> None:
        pass


def _packed(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode()
