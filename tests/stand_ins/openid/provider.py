"""What Google and Apple have in common here: routes, oddities, and signing who somebody is."""

from __future__ import annotations

import enum
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from tests.stand_ins.openid import pages
from tests.stand_ins.openid.keys import signing_key
from tests.stand_ins.openid.ledger import Ledger
from tests.stand_ins.openid.people import Person
from tests.stand_ins.openid.wire import Answer, Request, is_local

Handler = Callable[[Request], Answer]


class Oddity(enum.Enum):
    """Ways in which the provider can misbehave, until switched off again."""

    UNVERIFIED_EMAIL = enum.auto()
    EXPIRED_ID_TOKEN = enum.auto()
    WRONG_AUDIENCE = enum.auto()
    WRONG_ISSUER = enum.auto()
    WRONG_SIGNATURE = enum.auto()
    TOKEN_ERROR = enum.auto()
    SLOW = enum.auto()


class Provider:
    name: ClassVar[str]
    client_id: ClassVar[str]
    authorize_path: ClassVar[str]
    token_path: ClassVar[str]

    def __init__(
        self, people: Mapping[str, Person], issuer: str, clock: Callable[[], float], slow_s: float
    ) -> None:
        self.people = people
        self.issuer = issuer
        self.clock = clock
        self.slow_s = slow_s
        self.ledger = Ledger()
        self.oddities: set[Oddity] = set()
        self.key = signing_key(self.name)
        self.released = threading.Event()
        self._lock = threading.Lock()

    @property
    def revoked(self) -> list[str]:
        return self.ledger.revoked

    @contextmanager
    def oddly(self, *oddities: Oddity) -> Iterator[None]:
        """Misbehaves for as long as the block lasts; whoever waits is let go at its end."""
        before = set(self.oddities)
        self.oddities |= set(oddities)
        self.released.clear()
        try:
            yield
        finally:
            self.oddities = before
            self.released.set()

    def routes(self) -> Mapping[tuple[str, str], Handler]:
        raise NotImplementedError

    def handle(self, request: Request) -> Answer:
        handler = self.routes().get((request.method, request.path))
        if handler is None:
            return pages.refusal("not_found", "No such address here.", 404)
        if request.path != self.authorize_path and Oddity.SLOW in self.oddities:
            self.released.wait(self.slow_s)
        if request.path == self.token_path and Oddity.TOKEN_ERROR in self.oddities:
            return pages.refusal("internal_failure", "That's an error.", 500)
        with self._lock:
            return handler(request)

    def find_mistake(self, params: Mapping[str, str]) -> Answer | None:
        """The two mistakes for which nobody may be sent back to the client."""
        if params.get("client_id") != self.client_id:
            return pages.refusal("invalid_client", "The OAuth client was not found.", 401)
        if not is_local(params.get("redirect_uri", "")):
            return pages.refusal("redirect_uri_mismatch", "That address is not registered.")
        return None

    def is_verified(self, person: Person) -> bool:
        return person.email_verified and Oddity.UNVERIFIED_EMAIL not in self.oddities

    def sign_id_token(self, claims: Mapping[str, Any], life_s: int) -> str:
        """An RS256 id_token; empty claims are left out."""
        now = int(self.clock())
        said = {
            "iss": self.issuer,
            "aud": self.client_id,
            "iat": now,
            "exp": now + life_s,
            **{name: value for name, value in claims.items() if value not in ("", None)},
            **self._odd_claims(now),
        }
        if Oddity.WRONG_SIGNATURE not in self.oddities:
            return self.key.sign(said)
        stranger = signing_key("a stranger")
        return type(stranger)(self.key.kid, stranger.private).sign(said)

    def _odd_claims(self, now: int) -> dict[str, Any]:
        odd: dict[str, Any] = {}
        if Oddity.EXPIRED_ID_TOKEN in self.oddities:
            odd |= {"iat": now - 7200, "exp": now - 3600}
        if Oddity.WRONG_AUDIENCE in self.oddities:
            odd["aud"] = "somebody-elses-client"
        if Oddity.WRONG_ISSUER in self.oddities:
            odd["iss"] = "https://issuer.example"
        return odd
