"""The whole stand-in without its sockets: accounts, tokens, faults and the log of requests."""

from __future__ import annotations

import itertools
import threading
from typing import Any

from tests.stand_ins.faults import Faults
from tests.stand_ins.sockets import Reply

from . import oauth_pages, rest, sync
from .call import SCOPES, Call
from .clock import Clock
from .errors import ApiFailure, unauthorized
from .faults import Fault, FaultKind, disturb, failure, fits
from .ids import build_id
from .oauth import App, Authority, Grant
from .state import Account
from .wire import Request, failure_reply, json_reply

_FIRST_USER = 2671355
_LARGEST_BODY = 1024 * 1024
_GARBAGE = b"<html><body>We will be right back</body></html>"


class Site:
    """Answers one request at a time; tests reach into it from their own thread under its lock."""

    request_type = Request

    def __init__(self, clock: Clock, app: App) -> None:
        self.clock = clock
        self.app = app
        self.authority = Authority(clock, app)
        self.accounts: dict[str, Account] = {}
        self.faults = Faults[FaultKind]()
        self.requests: list[Request] = []
        self.address = ""
        self._lock = threading.RLock()
        self._closing = threading.Event()
        self._ids = itertools.count(1)

    def add_account(
        self, email: str, name: str = "", timezone: str = "UTC", personal_token: str | None = None
    ) -> Account:
        """A new person at Todoist. The personal token is the same in every run."""
        number = len(self.accounts)
        user_id = str(_FIRST_USER + number)
        with self._lock:
            account = Account(
                user_id,
                email,
                name or email.partition("@")[0].capitalize(),
                personal_token or f"{0x0123456789ABCDEF + number:040x}",
                clock=self.clock,
                timezone=timezone,
                lock=self._lock,
                next_id=lambda: build_id(next(self._ids)),
            )
        self.accounts[user_id] = account
        return account

    def grant(self, account: Account, scope: str = "data:read_write") -> dict[str, Any]:
        """The token endpoint's answer for this person, without the walk through the consent."""
        with self._lock:
            scopes = frozenset(scope.split(","))
            return self.authority.make_tokens(Grant(account.id, self.app.client_id, scopes))

    def requests_to(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path == path]

    def close(self) -> None:
        """Lets slow answers go at once."""
        self._closing.set()

    def handle(self, request: Request) -> Reply:
        self.requests.append(request)
        token = _sync_token(request)
        fault = self.faults.take(request.path, lambda kind: fits(kind, token))
        if fault is None:
            return self._answer(request, None)
        if fault.kind is FaultKind.SLOW:
            self._closing.wait(fault.seconds)
        failed = failure(fault, self.address)
        if failed is not None:
            return failure_reply(failed)
        if fault.kind is FaultKind.GARBAGE:
            return Reply(200, _GARBAGE, {"Content-Type": "text/html"})
        reply = self._answer(request, fault)
        return Reply(reply.status, reply.body, reply.headers, cut=fault.kind is FaultKind.CUT)

    def _answer(self, request: Request, fault: Fault | None) -> Reply:
        try:
            if len(request.body) > _LARGEST_BODY:
                raise ApiFailure(413, 413, "PAYLOAD_TOO_LARGE", "Request body is too large")
            with self._lock:
                public = self._public(request)
                if public is not None:
                    return public
                value = self._api(self._call(request), fault)
            return json_reply(value)
        except ApiFailure as failed:
            return failure_reply(failed)

    def _public(self, request: Request) -> Reply | None:
        """What needs no access token."""
        match request.method, request.path:
            case "GET", "/oauth/authorize":
                return oauth_pages.show_consent(self.authority, request, self.accounts.values())
            case "POST", "/oauth/authorize":
                return oauth_pages.decide(self.authority, request, self.accounts)
            case "POST", "/oauth/access_token":
                return oauth_pages.give_token(self.authority, request)
            case "POST", "/api/v1/revoke":
                return oauth_pages.revoke(self.authority, request)
            case "DELETE", "/api/v1/access_tokens":
                return oauth_pages.revoke_the_old_way(self.authority, request)
        return None

    def _api(self, call: Call, fault: Fault | None) -> Any:
        if (call.request.method, call.request.path) != ("POST", "/api/v1/sync"):
            return rest.answer(call)
        answer = sync.answer(call)
        if fault and fault.kind in (FaultKind.REPEATED, FaultKind.SHUFFLED):
            return disturb(fault.kind, answer)
        return answer

    def _call(self, request: Request) -> Call:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise unauthorized(self.address)
        for account in self.accounts.values():
            if token == account.personal_token:
                return Call(request, account, SCOPES)
        grant = self.authority.find_grant(token)
        if grant is None:
            raise unauthorized(self.address)
        return Call(request, self.accounts[grant.user_id], grant.scopes)


def _sync_token(request: Request) -> str | None:
    try:
        return request.form.get("sync_token")
    except ApiFailure:
        return None
