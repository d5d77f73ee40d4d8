"""The stand-in on a port of the loopback interface."""

from __future__ import annotations

from types import TracebackType

from tests.stand_ins.sockets import SiteServer

from .clock import Clock
from .oauth import App
from .site import Site
from .state import Account
from .webhooks import Webhooks

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
        self._server: SiteServer | None = None

    @property
    def url(self) -> str:
        return self.address

    def start(self) -> None:
        self._server = SiteServer(self._port)
        self.address = self._server.url
        self._server.start(self)

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
