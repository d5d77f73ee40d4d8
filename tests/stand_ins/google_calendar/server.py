"""The stand-in on a port of the loopback interface."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.stand_ins.sockets import SiteServer
from tests.stand_ins.todoist.clock import Clock

from .site import AUTHORIZE, REVOKE, TOKEN, USER, Site


class GoogleCalendarStandIn(Site):
    """`url` stands for https://www.googleapis.com. `alice` is there from the start."""

    def __init__(self, url: str, clock: Clock, timezone: str) -> None:
        super().__init__(clock)
        self.alice = self.add_person("alice@example.org", timezone)
        self.url = self.address = url
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
    server = SiteServer(port)
    google = GoogleCalendarStandIn(server.url, clock or Clock(), timezone)
    google.channels.start()
    server.start(google)
    try:
        yield google
    finally:
        google.close()
        google.channels.stop()
        server.stop()
