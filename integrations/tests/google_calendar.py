"""Google as a script: what each address answers next, and what it was asked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID, uuid4

from integrations.base import Link
from integrations.models import Connection, PushChannel
from integrations.sources.google_calendar import EVENTS
from oo.lib.tests.loopback import Handler, serving
from oo.lib.types import JSON
from tests.clock import BERLIN, NOON

ENTRIES = "/calendar/v3/calendars/primary/events"
WATCH, STOP = f"{ENTRIES}/watch", "/calendar/v3/channels/stop"
USER, TOKEN, REVOKE = "/userinfo", "/token", "/revoke"
SUB = "108204268033311374519"


@dataclass
class Asked:
    path: str
    query: dict[str, str]
    body: bytes
    headers: dict[str, str]

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))


@dataclass
class Google:
    """The last answer of an address is given again and again."""

    url: str = ""
    answers: dict[str, list[tuple[int, object]]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)  # of every answer

    def says(self, path: str, *answers: object) -> None:
        """Each a body, or (status, body)."""
        self.answers[path] = [a if isinstance(a, tuple) else (200, a) for a in answers]

    def asked_at(self, path: str) -> list[Asked]:
        return [each for each in self.asked if each.path == path]

    def answer(self, handler: Handler) -> None:
        there = urlsplit(handler.path)
        length = int(handler.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in handler.headers.items()}
        query = dict(parse_qsl(there.query))
        self.asked.append(Asked(there.path, query, handler.rfile.read(length), headers))
        left = self.answers.get(there.path, [(404, refusal(404, "notFound"))])
        status, body = left.pop(0) if len(left) > 1 else left[0]
        handler.reply(status, b"" if body is None else json.dumps(body).encode(), **self.headers)


@contextmanager
def scripted_google(settings: Any) -> Iterator[Google]:
    google = Google()
    with serving(google.answer) as server:
        google.url = server.url.rstrip("/")
        settings.GOOGLE_CALENDAR_API_URL = f"{google.url}/calendar/v3/"
        settings.GOOGLE_CALENDAR_USER_URL = f"{google.url}{USER}"
        settings.GOOGLE_CALENDAR_TOKEN_URL = f"{google.url}{TOKEN}"
        settings.GOOGLE_CALENDAR_REVOKE_URL = f"{google.url}{REVOKE}"
        settings.GOOGLE_CALENDAR_CLIENT_ID = "client-1"
        settings.GOOGLE_CALENDAR_CLIENT_SECRET = "client-secret"
        yield google


def entry(name: str = "e1", **fields: Any) -> dict[str, Any]:
    """Half an hour, an hour after noon in Berlin."""
    return {
        "id": name,
        "status": "confirmed",
        "summary": "Stand-up",
        "start": {"dateTime": "2026-05-05T13:00:00+02:00", "timeZone": "Europe/Berlin"},
        "end": {"dateTime": "2026-05-05T13:30:00+02:00", "timeZone": "Europe/Berlin"},
        **fields,
    }


def page(*items: object, token: str = "", following: str = "") -> dict[str, Any]:
    answer: dict[str, Any] = {"kind": "calendar#events", "accessRole": "owner"}
    if items:
        answer["items"] = list(items)
    if token:
        answer["nextSyncToken"] = token
    if following:
        answer["nextPageToken"] = following
    return answer


def refusal(status: int, reason: str) -> dict[str, Any]:
    return {"error": {"code": status, "message": "No.", "errors": [{"reason": reason}]}}


def credentials(**more: str) -> dict[str, str]:
    scope = f"openid https://www.googleapis.com/auth/userinfo.email {EVENTS}"
    return {"access_token": "ya29.a", "refresh_token": "1//r", "scope": scope, **more}


def link(cursor: Mapping[str, JSON] | None = None) -> Link:
    return Link(
        id=UUID(int=9),
        account=SUB,
        credentials=credentials(),
        cursor=cursor or {},
        document="",
        zone=BERLIN,
        connected_at=NOON,
    )


def make_channel(connection: Connection, resource: str = "r0", **fields: Any) -> PushChannel:
    values: dict[str, Any] = {"key": uuid4(), "expires_at": NOON + timedelta(days=6), **fields}
    return PushChannel.objects.create(
        user=connection.user, connection=connection, resource=resource, **values
    )
