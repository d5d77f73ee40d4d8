"""The whole stand-in without its sockets: people, tokens, channels, faults, the log of requests."""

from __future__ import annotations

import itertools
import re
import threading
from dataclasses import replace
from urllib.parse import quote, unquote

from tests.stand_ins.faults import Faults
from tests.stand_ins.sockets import Reply
from tests.stand_ins.todoist.clock import Clock

from . import consent, identity
from .calendar import Calendar
from .channels import Channels, Delivery
from .errors import Failure, Json, api_failure, insufficient, not_found, unauthorized
from .faults import Fault, FaultKind, failure
from .fields import narrowed
from .listing import Listing
from .oauth import Authority, Grant
from .questions import parse_question
from .scopes import EVENTS_READONLY, FREE_BUSY, OWNED, READ_CALENDAR, READ_EVENTS, STOP_CHANNEL
from .shapes import FREE_BUSY_READER, OWNER
from .wire import Request, failure_reply, html_reply, json_reply

CLIENT_ID = "calendar-stand-in.apps.googleusercontent.com"
CLIENT_SECRET = "stand-in-calendar-secret"
AUTHORIZE, TOKEN, REVOKE = "/o/oauth2/v2/auth", "/token", "/revoke"
USER = "/v1/userinfo"
API = "/calendar/v3"
_CALENDAR = re.compile(rf"{API}/calendars/([^/]+)(/events|/events/watch)?")
_GARBAGE = "<html><body>We will be right back</body></html>"


class Site:
    """Answers one request at a time; tests reach into it from their own thread under its lock."""

    request_type = Request

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.client_id = CLIENT_ID
        self.client_secret = CLIENT_SECRET
        self.authority = Authority(clock)
        self.channels = Channels(clock)
        self.faults = Faults[FaultKind]()
        self.calendars: dict[str, Calendar] = {}
        self.requests: list[Request] = []
        self.address = ""
        self._listing = Listing()
        self._lock = threading.RLock()
        self._closing = threading.Event()
        self._ids = itertools.count(1)

    def add_person(self, address: str, timezone: str = "UTC") -> Calendar:
        """Somebody with a Google account, by the primary calendar."""
        self.calendars[address] = Calendar(
            address,
            timezone=timezone,
            clock=self.clock,
            lock=self._lock,
            next_id=lambda: f"e{next(self._ids):025x}",
            told=self._tell,
        )
        return self.calendars[address]

    def grant(
        self, person: Calendar | None = None, scopes: tuple[str, ...] = (EVENTS_READONLY,)
    ) -> Json:
        """The token endpoint's answer for this person (the first one, if none is given), without
        the walk through the consent."""
        with self._lock:
            address = person.id if person else next(iter(self.calendars))
            return self.authority.make_tokens(Grant(address, frozenset(scopes)), with_refresh=True)

    def revoke_grant(self, person: Calendar | None = None) -> None:
        """As the person does in the settings of the Google account."""
        with self._lock:
            self.authority.forget(person.id if person else next(iter(self.calendars)))

    @property
    def deliveries(self) -> list[Delivery]:
        return self.channels.deliveries

    def wait_for_deliveries(self) -> None:
        self.channels.wait()

    def requests_to(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path == path]

    def close(self) -> None:
        """Lets slow answers go at once."""
        self._closing.set()

    def handle(self, request: Request) -> Reply:
        self.requests.append(request)
        is_whole = "syncToken" not in request.query
        fault = self.faults.take(
            request.path, lambda kind: not (is_whole and kind is FaultKind.FULL_SYNC)
        )
        failed = failure(fault) if fault else None
        if failed is not None:
            return failure_reply(failed)
        if fault and fault.kind is FaultKind.GARBAGE:
            return html_reply(_GARBAGE)
        return self._disturbed(self._answer(request), fault)

    def _disturbed(self, reply: Reply, fault: Fault | None) -> Reply:
        if fault and fault.kind is FaultKind.SLOW:
            self._closing.wait(fault.seconds)
        return replace(reply, cut=fault is not None and fault.kind is FaultKind.CUT)

    def _answer(self, request: Request) -> Reply:
        try:
            with self._lock:
                return self._public(request) or self._api(request)
        except Failure as failed:
            return failure_reply(failed)

    def _public(self, request: Request) -> Reply | None:
        """What needs no access token."""
        match request.method, request.path:
            case (("GET" | "POST"), path) if path == AUTHORIZE:
                people = list(self.calendars)
                return consent.authorize(self.authority, self.client_id, request, people)
            case "POST", path if path == TOKEN:
                return consent.give_token(
                    self.authority, self.client_id, self.client_secret, request
                )
            case "POST", path if path == REVOKE:
                return consent.revoke(self.authority, request)
        return None

    def _api(self, request: Request) -> Reply:
        grant = self.authority.find_grant(request.bearer)
        if request.path == USER and request.method in ("GET", "POST"):
            return json_reply(identity.user_of(grant))
        if grant is None:
            raise unauthorized()
        if (request.method, request.path) == ("POST", f"{API}/channels/stop"):
            _require(grant, STOP_CHANNEL)
            self.channels.stop_channel(request.json)
            return Reply(204)
        found = _CALENDAR.fullmatch(request.path)
        if found is None:
            raise not_found()
        match request.method, found[2]:
            case "GET", None:
                _require(grant, READ_CALENDAR)
                described = _described(self._calendar(grant, found[1]))
                return _reply(request, described, "Calendar")
            case "GET", "/events":
                return _reply(request, self._list(grant, found[1], request), "Events")
            case "POST", "/events/watch":
                return _reply(request, self._watch(grant, found[1], request), "Channel")
        raise not_found()

    def _list(self, grant: Grant, name: str, request: Request) -> Json:
        _require(grant, READ_EVENTS)
        calendar = self._calendar(grant, name)
        role = _role(grant, calendar)
        return self._listing.answer(calendar, parse_question(request), role)

    def _watch(self, grant: Grant, name: str, request: Request) -> Json:
        _require(grant, READ_EVENTS)
        calendar = self._calendar(grant, name)
        _role(grant, calendar)
        parse_question(request)
        uri = f"{self.address}{API}/calendars/{quote(calendar.id)}/events?alt=json"
        return self.channels.watch(calendar.id, uri, request.json)

    def _calendar(self, grant: Grant, name: str) -> Calendar:
        """One's own alone: others' are as if they were not there."""
        if unquote(name) not in ("primary", grant.person):
            raise not_found()
        return self.calendars[grant.person]

    def _tell(self, calendar: Calendar) -> None:
        with self._lock:
            self.channels.tell(calendar.id)


def _reply(request: Request, answer: Json, schema: str) -> Reply:
    wanted = request.query.get("fields")
    return json_reply(answer if wanted is None else narrowed(answer, wanted, schema))


def _require(grant: Grant, scopes: frozenset[str]) -> None:
    if not grant.scopes & scopes:
        raise insufficient(scopes)


def _role(grant: Grant, calendar: Calendar) -> str:
    """How much of the calendar the grant lets through."""
    reading = grant.scopes & READ_EVENTS
    if reading == {FREE_BUSY}:
        return FREE_BUSY_READER
    if reading <= OWNED and calendar.role != OWNER:
        raise api_failure(403, "forbidden", "Forbidden")
    return calendar.role


def _described(calendar: Calendar) -> Json:
    return {
        "kind": "calendar#calendar",
        "etag": f'"{calendar.epoch}"',
        "id": calendar.id,
        "summary": calendar.id,
        "timeZone": calendar.timezone,
        "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
    }
