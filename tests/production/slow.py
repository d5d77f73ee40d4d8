"""Peers that send or read a byte a second, side by side, until they are told to stop."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

PACE_S = 1.0
Peer = Callable[[socket.socket, Event], None]


def sends_a_body_slowly(host: str) -> Peer:
    """A form for which nobody has to be signed in."""

    def peer(wire: socket.socket, stop: Event) -> None:
        head = f"POST /sign-in/ HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1000\r\n"
        wire.sendall(f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\n".encode())
        while not stop.wait(PACE_S):
            wire.sendall(b"x")

    return peer


def sends_its_headers_slowly(host: str) -> Peer:
    def peer(wire: socket.socket, stop: Event) -> None:
        wire.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\nX-Slow: ".encode())
        while not stop.wait(PACE_S):
            wire.sendall(b"x")

    return peer


def reads_slowly(host: str, path: str, token: str) -> Peer:
    """Through a window so small that little is under way."""

    def peer(wire: socket.socket, stop: Event) -> None:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        bearer = f"Authorization: Bearer {token}\r\n"
        head = f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{bearer}\r\n"
        wire.sendall(head.encode())
        while not stop.wait(PACE_S):
            wire.recv(1_024)

    return peer


@dataclass(slots=True)
class SlowSource:
    """A calendar that comes a byte a second, and how many have asked for it."""

    port: int
    asked: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/slow.ics"


@contextmanager
def slow_source() -> Iterator[SlowSource]:
    stop = Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            source.asked += 1
            self.send_response(200)
            self.send_header("Content-Type", "text/calendar")
            self.end_headers()
            with suppress(OSError):
                while not stop.wait(PACE_S):
                    self.wfile.write(b"B")

        def log_message(self, *_said: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    source = SlowSource(server.server_address[1])
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield source
    finally:
        stop.set()
        server.shutdown()
        server.server_close()


@contextmanager
def peers(many: int, peer: Peer, port: int) -> Iterator[None]:
    """They are all connected before the work begins."""
    stop, wires = Event(), [socket.create_connection(("127.0.0.1", port)) for _ in range(many)]

    def live(wire: socket.socket) -> None:
        # The other side may have had enough of it: that is its right.
        with suppress(OSError):
            peer(wire, stop)

    threads = [Thread(target=live, args=[wire], daemon=True) for wire in wires]
    for thread in threads:
        thread.start()
    time.sleep(1.5 * PACE_S)
    try:
        yield
    finally:
        stop.set()
        for wire in wires:
            wire.close()
        for thread in threads:
            thread.join(5)
