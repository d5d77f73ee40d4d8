"""A real HTTP server on this machine, which counts who connects. For tests of what goes out."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    server: Loopback
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else a body waits 40 ms for the acknowledgement of its head

    def do_GET(self) -> None:
        self.server.heard.append((self.path, dict(self.headers)))
        self.server.answer(self)

    # Those of CalDAV as well.
    do_POST = do_PUT = do_PROPFIND = do_REPORT = do_GET

    def log_message(self, *_args: object) -> None:
        pass

    def reply(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def drip(self, piece: bytes) -> None:
        """Send this again and again, slowly, until the other side or the test has had enough."""
        while not self.server.over.wait(0.02):
            try:
                self.wfile.write(piece)
            except OSError:
                return


class Loopback(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, answer: Answer) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = answer
        self.connections = 0
        self.heard: list[tuple[str, dict[str, str]]] = []
        self.over = Event()
        self.port: int = self.server_address[1]
        self.door = frozenset({f"127.0.0.1:{self.port}"})
        self.url = f"http://127.0.0.1:{self.port}/"

    def get_request(self) -> Any:
        self.connections += 1
        return super().get_request()

    def handle_error(self, *_args: object) -> None:
        pass  # a client that leaves in the middle is what several tests are about


@contextmanager
def serving(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[Loopback]:
    server = Loopback(answer)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
