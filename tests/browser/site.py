"""oO on a loopback port in threads of this process, so that a test reaches into it and its time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

DRAIN_S = 10.0


class Gate:
    """Stands before the application: remembers what failed, and can be shut for good.

    A shut gate lets nothing through to the database, so that the next test finds it alone.
    """

    def __init__(self, application: WSGIHandler) -> None:
        self.failures: list[str] = []
        self._application = application
        self._inside = 0
        self._is_shut = False
        self._changed = threading.Condition()

    def __call__(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        if not self._enter():
            start_response("503 Service Unavailable", [])
            return [b""]
        try:
            return [self._answer(environ, start_response)]
        finally:
            self._leave()

    def shut(self) -> None:
        """Returns when nobody is inside any more."""
        with self._changed:
            self._is_shut = True
            assert self._changed.wait_for(lambda: not self._inside, DRAIN_S), "a request hangs"

    def _enter(self) -> bool:
        with self._changed:
            self._inside += not self._is_shut
            return not self._is_shut

    def _leave(self) -> None:
        with self._changed:
            self._inside -= 1
            self._changed.notify_all()

    def _answer(self, environ: Environ, start_response: StartResponse) -> bytes:
        def noting(status: str, *args: Any) -> Any:
            if status.startswith("5"):
                path = environ["PATH_INFO"]
                self.failures.append(f"{environ['REQUEST_METHOD']} {path}: {status}")
            return start_response(status, *args)

        response = self._application(environ, noting)
        try:
            return b"".join(response)
        finally:
            response.close()


class _Silent(WSGIRequestHandler):
    disable_nagle_algorithm = True  # else a body waits 40 ms for the acknowledgement of its head

    def log_message(self, format: str, *args: Any) -> None:
        """A test's output is for the test."""


class Site:
    """localhost, as its own visitors call it: the stand-ins on 127.0.0.1 are other sites."""

    def __init__(self, gate: Gate, server: ThreadedWSGIServer) -> None:
        self.gate = gate
        self.url = f"http://localhost:{server.server_port}"


@contextmanager
def serving() -> Iterator[Site]:
    gate = Gate(WSGIHandler())
    server = ThreadedWSGIServer(("localhost", 0), _Silent, allow_reuse_address=False)
    server.set_app(gate)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield Site(gate, server)
    finally:
        gate.shut()
        server.shutdown()
        thread.join()
        server.server_close()
