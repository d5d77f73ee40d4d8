"""The stand-in on a port of the loopback interface."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from tests.stand_ins.openid import pages, wiring
from tests.stand_ins.openid.apple import Apple
from tests.stand_ins.openid.google import Google
from tests.stand_ins.openid.people import CAST, Person
from tests.stand_ins.openid.wire import Answer, Request

BIGGEST_BODY = 65_536


class OpenIdStandIn:
    """Google under ``/google`` and Apple under ``/apple``, for one set of people.

    ``port`` 0 takes a free one. ``clock`` gives Unix seconds; codes and tokens live by it.
    ``slow_s`` is how long Oddity.SLOW holds an answer back, unless the oddity ends before.
    """

    def __init__(
        self,
        people: Iterable[Person] = CAST,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        google_issuer: str = wiring.GOOGLE_ISSUER,
        clock: Callable[[], float] = time.time,
        slow_s: float = 30.0,
    ) -> None:
        self.people = {person.sub: person for person in people}
        self.google = Google(self.people, google_issuer, clock, slow_s)
        self.apple = Apple(self.people, wiring.APPLE_ISSUER, clock, slow_s)
        self.requests: list[tuple[str, str]] = []
        self._address = (host, port)
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    def add(self, person: Person) -> Person:
        """Also replaces whoever has the same sub."""
        self.people[person.sub] = person
        return person

    def start(self) -> Self:
        """Raises OSError when the port is taken."""
        self._server = _Server(self._address, self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        self.google.released.set()
        self.apple.released.set()
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        if self._server is None:
            raise RuntimeError("the stand-in has not been started")
        return f"http://{self._address[0]}:{self._server.server_address[1]}"

    def google_settings(self) -> dict[str, Any]:
        return wiring.google_settings(self.url, issuer=self.google.issuer)

    def google_revoke_url(self) -> str:
        return wiring.google_revoke_url(self.url)

    def apple_settings(self) -> dict[str, Any]:
        return wiring.apple_settings(self.url)

    def apple_app(self) -> dict[str, Any]:
        return wiring.apple_app()

    def apple_adapter_attributes(self) -> dict[str, str]:
        return wiring.apple_adapter_attributes(self.url)

    def apple_revoke_url(self) -> str:
        return wiring.apple_revoke_url(self.url)

    def allauth_attributes(self) -> dict[str, str]:
        return wiring.allauth_attributes(self.url, issuer=self.google.issuer)

    def handle(self, request: Request) -> Answer:
        self.requests.append((request.method, request.path))
        if request.path.startswith("/google/"):
            return self.google.handle(request)
        if request.path.startswith("/apple/"):
            return self.apple.handle(request)
        return pages.refusal("not_found", "No such address here.", 404)


class _Server(ThreadingHTTPServer):
    # A client that went away in the middle of a slow answer must not hold up the end.
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], stand_in: OpenIdStandIn) -> None:
        self.stand_in = stand_in
        super().__init__(address, _RequestHandler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is part of what is tested; anything else is a bug to show."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _RequestHandler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: paths carry codes, and a test's output is for the test."""

    def _answer(self) -> None:
        answer = self.server.stand_in.handle(self._request())
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Cache-Control", "no-store")
        if answer.location:
            self.send_header("Location", answer.location)
        self.end_headers()
        self.wfile.write(answer.body)

    def _request(self) -> Request:
        address = urlsplit(self.path)
        length = min(int(self.headers.get("Content-Length") or 0), BIGGEST_BODY)
        return Request(
            method=self.command,
            path=address.path,
            query=dict(parse_qsl(address.query)),
            form=dict(parse_qsl(self.rfile.read(length).decode())),
            headers={name.lower(): value for name, value in self.headers.items()},
        )
