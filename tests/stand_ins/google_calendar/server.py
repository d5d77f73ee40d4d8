"""The HTTP face: HTTP/1.1 with kept connections, on a port of its own, in threads of its own."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.stand_ins.todoist.clock import Clock

from .site import AUTHORIZE, REVOKE, TOKEN, USER, Site
from .wire import Reply, Request


class GoogleCalendarStandIn(Site):
    """`url` stands for https://www.googleapis.com. `alice` is there from the start."""

    def __init__(self, server: _Server, clock: Clock, timezone: str) -> None:
        super().__init__(clock)
        self.alice = self.add_person("alice@example.org", timezone)
        self.url = self.address = f"http://127.0.0.1:{server.server_port}"
        self.authorize_url = f"{self.url}{AUTHORIZE}"
        self.token_url = f"{self.url}{TOKEN}"
        self.revoke_url = f"{self.url}{REVOKE}"
        self.user_url = f"{self.url}{USER}"


@contextmanager
def running(
    *, port: int = 0, clock: Clock | None = None, timezone: str = "UTC"
) -> Iterator[GoogleCalendarStandIn]:
    """A Google on a loopback port for as long as the block lasts; then every connection and
    thread that it has is ended."""
    server = _Server(port)
    google = server.site = GoogleCalendarStandIn(server, clock or Clock(), timezone)
    serving = threading.Thread(target=server.serve_forever, args=(0.02,))
    google.channels.start()
    serving.start()
    try:
        yield google
    finally:
        google.close()
        google.channels.stop()
        server.stop()
        serving.join()


class _Server(ThreadingHTTPServer):
    # Threads are joined at the end, so that no test leaves one behind.
    daemon_threads = False
    request_queue_size = 64
    site: Site

    def __init__(self, port: int) -> None:
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news; anything else is a fault of the stand-in's own."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def stop(self) -> None:
        self.shutdown()
        with self._guard:
            for connection in self._open:
                _hang_up(connection)
        self.server_close()


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body leave in one piece, else small answers wait for the client's acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Server

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(
            method=self.command,
            path=parts.path,
            raw_query=parts.query,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
        )
        self._send(self.server.site.handle(request))

    do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = _serve

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != 204:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if not reply.cut:
            self.wfile.write(reply.body)
            return
        self.wfile.write(reply.body[: len(reply.body) // 2])
        self.wfile.flush()
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the recorder keeps the requests."""
