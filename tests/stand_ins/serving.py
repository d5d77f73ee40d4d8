"""What stand-ins in a thread of this process have in common: how they open and close."""

from __future__ import annotations

from socketserver import TCPServer
from threading import Thread
from types import TracebackType
from typing import Generic, Self, TypeVar

S = TypeVar("S", bound=TCPServer)


class Serving(Generic[S]):
    """A server of loopback that answers while its block runs. Leaving it twice is harmless."""

    def __init__(self, server: S, scheme: str = "http") -> None:
        self._server = server
        self._thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        self.address = f"127.0.0.1:{server.server_address[1]}"
        self.url = f"{scheme}://{self.address}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
