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
    lose(): as with a router that forgets who is connected: nobody is told, and who is connected by
    then, or connects until it is mended, never hears anything again.
    """

    def __init__(self, to: int) -> None:
        self.port, self._to = free_port(), to
        self.slow_s = 0.0
        self._passes, self._over = Event(), Event()
        self._passes.set()
        self._open: dict[socket.socket, socket.socket] = {}  # the server's end to the caller's
        self._lost: set[socket.socket] = set()  # the server's ends
        self._loses = False
        self._listener = self._listen()

    def cut(self) -> None:
        self._listener.close()
        self._hang_up()

    def hold(self) -> None:
        self._passes.clear()

    def lose(self) -> None:
        self._loses = True
        self._lost.update(self._open)

    def mend(self) -> None:
        """As it was, whatever was done to it; what is lost stays lost."""
        self.slow_s, self._loses = 0.0, False
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
            try:
                self._connect(here)
            except OSError:  # nobody is there, or who called has hung up already
                here.close()

    def _connect(self, here: socket.socket) -> None:
        there = socket.create_connection(("127.0.0.1", self._to), timeout=2)
        for end in (here, there):
            end.settimeout(None)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._open[there] = here
        if self._loses:
            self._lost.add(there)
        # Each closes both ends when one is closed, so that nothing is asked of them from here on.
        for one, other in ((here, there), (there, here)):
            Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while piece := one.recv(CHUNK):
                time.sleep(self.slow_s)
                self._passes.wait()
                if not self._lost & {one, other}:
                    other.sendall(piece)
        if one in self._lost:
            return  # who called is not told that the server has gone
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
            self._open.pop(end, None)

    def _hang_up(self) -> None:
        for ends in list(self._open.items()):
            for end in ends:
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
