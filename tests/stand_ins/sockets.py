"""The HTTP face of stand-ins: HTTP/1.1 with kept connections, on a port of its own, in threads of
its own. What is answered is the business of a site, which knows requests and replies alone.
"""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Request:
    """One request; header names are in lower case. Kept by the recorder as it came."""

    method: str
    path: str
    raw_query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """`cut` makes the server drop the connection in the middle of the body."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False


class Site(Protocol):
    """request_type  what its requests are, with the ways to read them that it needs"""

    request_type: type[Any]

    def handle(self, request: Any, /) -> Reply: ...


class SiteServer(ThreadingHTTPServer):
    """Answers for `site` from `start` until `stop`; then no connection and no thread is left."""

    # Threads are joined at the end, so that no test leaves one behind.
    daemon_threads = False
    request_queue_size = 64
    site: Site

    def __init__(self, port: int) -> None:
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self._serving = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)

    def start(self, site: Site) -> None:
        self.site = site
        self._serving.start()

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
        self._serving.join()


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
    server: SiteServer

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        site = self.server.site
        request = site.request_type(
            method=self.command,
            path=parts.path,
            raw_query=parts.query,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
        )
        self._send(site.handle(request))

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
