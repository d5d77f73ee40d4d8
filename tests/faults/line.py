"""A line to a server, over which it is as far away as the test wants."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from threading import Event, Thread
from types import TracebackType
from typing import Self

from tests.servers import free_port

CHUNK = 65_536


class Line:
    """Passes on what comes to `port`, to another port of this machine.

    slow_s: each piece waits so long. cut(): nobody is there, and who was connected is not any more.
    hold(): there is somebody, who takes everything and says nothing, as one that was stopped.
    """

    def __init__(self, to: int) -> None:
        self.port, self._to = free_port(), to
        self.slow_s = 0.0
        self._passes, self._over = Event(), Event()
        self._passes.set()
        self._open: set[socket.socket] = set()
        self._listener = self._listen()

    def cut(self) -> None:
        self._listener.close()
        self._hang_up()

    def hold(self) -> None:
        self._passes.clear()

    def mend(self) -> None:
        """As it was, whatever was done to it."""
        self.slow_s = 0.0
        self._passes.set()
        if self._listener.fileno() < 0:
            self._listener = self._listen()

    def _listen(self) -> socket.socket:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(64)
        # A thread that waits in accept() would take one more after close().
        listener.settimeout(0.05)
        Thread(target=self._accept, args=(listener,), daemon=True).start()
        return listener

    def _accept(self, listener: socket.socket) -> None:
        while listener.fileno() >= 0:
            try:
                here, _address = listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            here.settimeout(None)
            try:
                there = socket.create_connection(("127.0.0.1", self._to), timeout=2)
            except OSError:
                here.close()
                continue
            there.settimeout(None)
            self._open |= {here, there}
            for one, other in ((here, there), (there, here)):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while piece := one.recv(CHUNK):
                time.sleep(self.slow_s)
                self._passes.wait()
                other.sendall(piece)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
            self._open.discard(end)

    def _hang_up(self) -> None:
        for end in list(self._open):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._passes.set()
        self.cut()
