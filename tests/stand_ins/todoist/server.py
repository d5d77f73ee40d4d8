"""The HTTP face: HTTP/1.1 with kept connections, on a port of its own, in threads of its own."""

from __future__ import annotations

import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from .clock import Clock
from .oauth import App
from .site import Site
from .state import Account
from .webhooks import Webhooks
from .wire import Reply, Request

CLIENT_ID = "5f3a0c2e9b7d41868ac1d0e4b92f7735"
CLIENT_SECRET = "c81e0b6f42d94d1f9a57e3086b2dcf19"


class TodoistStandIn(Site):
    """A Todoist on a loopback port for as long as the `with` block lasts.

    `url` stands for https://api.todoist.com and for https://app.todoist.com alike. `alice` is an
    account that is there from the start.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        clock: Clock | None = None,
        legacy: bool = False,
        client_id: str = CLIENT_ID,
        client_secret: str = CLIENT_SECRET,
        redirect_uris: tuple[str, ...] = (),
        timezone: str = "UTC",
    ) -> None:
        app = App(client_id, client_secret, redirect_uris=redirect_uris, legacy=legacy)
        super().__init__(clock or Clock(), app)
        self.client_id = client_id
        self.client_secret = client_secret
        self.alice: Account = self.add_account("alice@example.org", timezone=timezone)
        self.webhooks = Webhooks(client_secret, self.clock)
        self._port = port
        self._server: _Server | None = None

    @property
    def url(self) -> str:
        return self.address

    def start(self) -> None:
        self._server = _Server(self._port, self)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Ends every connection and thread that the stand-in has."""
        self.close()
        if self._server is not None:
            self._server.stop()
            self._server = None

    def __enter__(self) -> TodoistStandIn:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    # Threads are joined at the end, so that no test leaves one behind.
    daemon_threads = False
    request_queue_size = 64

    def __init__(self, port: int, site: Site) -> None:
        self.site = site
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
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
        )
        self._send(self.server.site.handle(request))

    do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = _serve

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
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
