"""One person's whole way through oO, against stand-ins, with all that was secret written down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import pytest
from celery.signals import before_task_publish
from django.conf import settings
from django.utils import timezone

from accounts.tests.browser import Browser, inside
from integrations.complete import completing
from integrations.models import Completion, Connection
from integrations.tasks import sync_one
from oo.lib.tests.loopback import Handler, Loopback, serving
from tests.checking import check_connections
from tests.stand_ins.openid import Oddity, OpenIdStandIn, wiring
from tests.stand_ins.openid.keys import apple_client_key_pem
from tests.stand_ins.openid.ledger import Ledger
from tests.stand_ins.openid.provider import Provider
from tests.stand_ins.todoist import FaultKind, TodoistStandIn
from tests.stand_ins.todoist.oauth import Authority
from tips.make.making import make_tip
from tips.models import Tip

CALENDAR_PATH = "private-5b3fd0c2e1a94f7c8d6e/basic.ics"
CALENDAR_TOKEN = "calendar-key-9f31c7a2"
PERSONAL_TOKEN = "c0ffee" * 6 + "beef"
TASKS = ("Ring the oncologist", "Buy a ring for Charlotte", "Write to the divorce lawyer")
MEETING, PLACE = "Couples therapy", "14 Rosewood Avenue"
PERSONAL = (*TASKS, MEETING, PLACE, "alice@example", "Alice Arden", "Secret garden", "hushed")


@dataclass
class Journey:
    """`secrets` by what they are, each with every value there was."""

    browser: Browser
    todoist: TodoistStandIn
    idp: OpenIdStandIn
    calendar: Loopback
    secrets: dict[str, set[str]] = field(default_factory=dict)
    # What was sent, address and form, and what came back.
    pages: list[tuple[str, Any]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    export: bytes = b""
    api_token: str = ""

    def note(self, what: str, value: object) -> None:
        if isinstance(value, str) and value:
            self.secrets.setdefault(what, set()).add(value)

    def get(self, address: str, **more: Any) -> Any:
        return self._keep(address, self.browser.get(address, **more))

    def post(self, address: str, data: Any = None, **more: Any) -> Any:
        return self._keep(f"{address} {data}", self.browser.post(address, data, **more))

    def _keep(self, sent: str, answer: Any) -> Any:
        self.pages.append((sent, answer))
        assert answer.status_code < 500, sent
        return answer


@contextmanager
def setting_out(monkeypatch: pytest.MonkeyPatch) -> Iterator[Journey]:
    """Stand-ins for everybody, with oO pointed at them and an ear on all that they hand out."""
    with ExitStack() as stack:
        idp = stack.enter_context(OpenIdStandIn())
        todoist = stack.enter_context(TodoistStandIn())
        calendar = stack.enter_context(serving(publish))
        journey = Journey(Browser(), todoist, idp, calendar)
        listen(monkeypatch, journey)
        point_at(monkeypatch, idp, todoist, calendar)

        def published(body: Any = None, headers: Any = None, **_: Any) -> None:
            journey.messages.append(f"{body} {headers}")

        before_task_publish.connect(published, weak=False)
        stack.callback(before_task_publish.disconnect, published)
        yield journey


def point_at(
    monkeypatch: pytest.MonkeyPatch,
    idp: OpenIdStandIn,
    todoist: TodoistStandIn,
    calendar: Loopback,
) -> None:
    import_module(settings.ROOT_URLCONF)  # whose import sets some of these addresses
    for name, value in idp.allauth_attributes().items():
        monkeypatch.setattr(name, value)
    places: dict[str, object] = {
        "GOOGLE_REVOKE_URL": idp.google_revoke_url(),
        "APPLE_REVOKE_URL": idp.apple_revoke_url(),
        "TODOIST_API_URL": f"{todoist.url}/api/v1/",
        "TODOIST_AUTH_URL": f"{todoist.url}/oauth/authorize",
        "TODOIST_TOKEN_URL": f"{todoist.url}/oauth/access_token",
        "TODOIST_CLIENT_ID": todoist.client_id,
        "TODOIST_CLIENT_SECRET": todoist.client_secret,
        "OO_PRIVATE_HOSTS_ALLOWED": calendar.door,
    }
    for name, place in places.items():
        monkeypatch.setattr(settings, name, place, raising=False)


def listen(monkeypatch: pytest.MonkeyPatch, journey: Journey) -> None:
    """Whatever a stand-in makes or is told in confidence is a secret."""

    def after(owner: type, name: str, hear: Callable[[Any], None]) -> None:
        real = getattr(owner, name)

        def heard(*args: Any, **kwargs: Any) -> Any:
            answer = real(*args, **kwargs)
            hear(answer)
            return answer

        monkeypatch.setattr(owner, name, heard)

    def pair(answer: dict[str, Any]) -> None:
        for name in ("access_token", "refresh_token"):
            journey.note(f"todoist {name}", answer.get(name))

    after(Ledger, "make_code", lambda made: journey.note("sign-in code", made))
    after(Ledger, "make_access", lambda made: journey.note("sign-in access token", made))
    after(Ledger, "make_refresh", lambda made: journey.note("sign-in refresh token", made))
    after(Provider, "sign_id_token", lambda made: journey.note("id_token", made))
    after(Authority, "make_code", lambda made: journey.note("todoist code", made))
    after(Authority, "make_tokens", pair)
    told = OpenIdStandIn.handle

    def handle(self: OpenIdStandIn, request: Any) -> Any:
        journey.note("client secret as sent", request.form.get("client_secret"))
        return told(self, request)

    monkeypatch.setattr(OpenIdStandIn, "handle", handle)
    journey.note("google client secret", wiring.GOOGLE_CLIENT_SECRET)
    journey.note("apple private key", apple_client_key_pem().splitlines()[1])
    journey.note("todoist client secret", journey.todoist.client_secret)
    journey.note("todoist personal token", PERSONAL_TOKEN)
    journey.note("calendar path", CALENDAR_PATH)
    journey.note("calendar key", CALENDAR_TOKEN)


def publish(handler: Handler) -> None:
    """The calendar, at its secret address alone."""
    parts = urlsplit(handler.path)
    if parts.path != f"/{CALENDAR_PATH}":
        handler.reply(404)
        return
    if parse_qs(parts.query).get("key") != [CALENDAR_TOKEN]:
        handler.reply(500, b"who are you")
        return
    start = timezone.now() + timedelta(hours=3)
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//oO//test//EN",
        "X-WR-CALNAME:Secret garden",
        "BEGIN:VEVENT",
        "UID:one@test",
        f"DTSTAMP:{start:%Y%m%dT%H%M%SZ}",
        f"DTSTART:{start:%Y%m%dT%H%M%SZ}",
        f"DTEND:{start + timedelta(hours=1):%Y%m%dT%H%M%SZ}",
        f"SUMMARY:{MEETING}",
        f"LOCATION:{PLACE}",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    )
    handler.reply(200, "\r\n".join(lines).encode(), Content_Type="text/calendar")


# ---- the way --------------------------------------------------------------------------------


def travel(journey: Journey) -> None:
    """All of it, in the order in which a person does it, mishaps included."""
    sign_in(journey)
    connect_todoist(journey)
    connect_calendar(journey)
    sync_all(journey)
    refresh(journey)
    answer(journey)
    look_around(journey)
    take_along(journey)
    mishaps(journey)


def sign_in(journey: Journey) -> None:
    journey.get("/sign-in/")
    with journey.idp.google.oddly(Oddity.TOKEN_ERROR):
        journey.browser.sign_in("google", "alice-sub")
    assert journey.browser.sign_in("google", "alice-sub").status_code == 302
    other = Browser()
    journey.pages.append(("taken", other.sign_in("apple", "alice-sub")))
    assert journey.browser.connect("apple", "alice-sub").status_code == 302
    with journey.idp.apple.oddly(Oddity.WRONG_SIGNATURE):
        journey.pages.append(("apple failed", Browser().sign_in("apple", "alice-sub")))
    journey.get("/")
    journey.get("/accounts/3rdparty/")


def connect(journey: Journey, form: str, given: dict[str, str]) -> None:
    """The person gives it, looks, and a worker checks it."""
    journey.post(form, given)
    journey.get("/connect/")
    check_connections()
    journey.get("/connect/")


def connect_todoist(journey: Journey) -> None:
    alice = journey.todoist.alice
    alice.add_task(TASKS[0], due="today", priority=4, project="Secret garden", labels=("hushed",))
    alice.add_task(TASKS[1], due="today", priority=3)
    journey.get("/connect/")
    journey.get("/connect/todoist/")
    leaving = journey.post("/connect/todoist/", {"way": "oauth"})
    asked = dict(parse_qsl(urlsplit(leaving["Location"]).query))
    said = {**asked, "decision": "approve", "user_id": alice.id}
    back = httpx.post(f"{journey.todoist.url}/oauth/authorize", data=said, trust_env=False).headers[
        "location"
    ]
    journey.get(inside(back))
    check_connections()
    journey.get(inside(back))  # the same code once more
    other = journey.todoist.add_account("alice@example.net", personal_token=PERSONAL_TOKEN)
    other.add_task(TASKS[2], due="today")
    connect(journey, "/connect/todoist/", {"token": f"{PERSONAL_TOKEN}x"})
    connect(journey, "/connect/todoist/", {"token": PERSONAL_TOKEN})
    assert Connection.objects.filter(source="todoist").count() == 2


def connect_calendar(journey: Journey) -> None:
    base = f"{journey.calendar.url}{CALENDAR_PATH}"
    form = "/connect/calendar-url/"
    journey.get(form)
    for query in ({"key": f"{CALENDAR_TOKEN}x"}, {"key": CALENDAR_TOKEN}):
        connect(journey, form, {"url": f"{base}?{urlencode(query)}"})
    connect(journey, form, {"url": f"http://alice:{CALENDAR_TOKEN}@10.0.0.1/{CALENDAR_PATH}"})
    calendars = Connection.objects.filter(source="calendar-url")
    assert sorted(calendars.values_list("state", flat=True)) == ["new", "refused"]
    calendars.filter(state="refused").delete()


def sync_all(journey: Journey) -> list[str]:
    Connection.objects.update(next_sync_at=timezone.now(), claimed_until=None)
    return [sync_one(str(pk)) for pk in Connection.objects.values_list("pk", flat=True)]


def refresh(journey: Journey) -> None:
    """The access token runs out, a server fails, and a calendar goes away for a while."""
    before = len(journey.secrets["todoist access_token"])
    journey.todoist.clock.advance(timedelta(hours=2))
    assert set(sync_all(journey)) == {"synced"}
    assert len(journey.secrets["todoist access_token"]) > before
    for kind in (FaultKind.SERVER_ERROR, FaultKind.GARBAGE, FaultKind.UNAUTHORIZED):
        journey.todoist.faults.add(kind, "/api/v1/sync", times=1)
        sync_all(journey)
    journey.todoist.faults.clear()
    connect(journey, "/connect/todoist/", {"token": PERSONAL_TOKEN})
    assert set(sync_all(journey)) == {"synced"}


def answer(journey: Journey) -> None:
    user_id = Connection.objects.values_list("user_id", flat=True)[0]
    tip = make_tip(user_id, at=timezone.now())
    assert tip is not None
    journey.get("/")
    for address in (f"/tip/{tip.pk}/why", "/"):
        journey.get(address, headers={"HX-Request": "true"})
    journey.post(f"/tip/{tip.pk}/shown")
    journey.get("/")
    journey.post(f"/tip/{tip.pk}/answer", {"reaction": "done"})
    journey.get("/")
    close = Completion.objects.get()
    journey.todoist.faults.add(FaultKind.SERVER_ERROR, "/api/v1/sync", times=1)
    for hours in (1, 2):
        completing.complete_one(close.pk, at=timezone.now() + timedelta(hours=hours))
    journey.post("/more")
    second = Tip.objects.exclude(pk=tip.pk).latest("made_at")
    journey.get("/")
    journey.post(f"/tip/{second.pk}/answer", {"reaction": "dismiss"})
    journey.post(f"/tip/{second.pk}/reason", {"reason": "wrong"})
    journey.get("/")


def look_around(journey: Journey) -> None:
    for address in (
        "/settings/",
        "/settings/put-off",
        "/settings/tokens",
        "/settings/delete",
        "/connect/",
        "/legal/terms",
        "/legal/privacy",
        "/offline",
        "/accounts/inactive/",
        "/accounts/3rdparty/login/cancelled/",
        "/accounts/3rdparty/login/error/",
        "/nothing/here",
        f"/connect/?disconnect={Connection.objects.values_list('pk', flat=True)[0]}",
        "/connect/todoist/callback?error=access_denied&state=x",
    ):
        journey.get(address)


def take_along(journey: Journey) -> None:
    journey.export = journey.post("/settings/export").content
    wanted = {"name": "cli", "scopes": ["account:read", "tip:read"], "days": "30"}
    page = journey.browser.post("/settings/tokens", wanted).content.decode()
    journey.api_token = page.split('id="new-token" value="')[1].split('"')[0]
    journey.note("api token", journey.api_token)
    for path in ("me", "tip", "connections", "export"):
        journey.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {journey.api_token}"})
    journey.get("/settings/tokens")


def mishaps(journey: Journey) -> None:
    """What nobody planned: the place where secrets get into logs."""
    journey.browser.client.raise_request_exception = False
    journey.calendar.answer = lambda handler: handler.reply(500, CALENDAR_TOKEN.encode())
    journey.todoist.faults.add(FaultKind.CUT, "/api/v1/sync", times=2)
    sync_all(journey)
    journey.calendar.answer = lambda handler: handler.reply(200, b"<html>sign in</html>")
    sync_all(journey)
    journey.get("/api/v1/me", headers={"Authorization": f"Bearer {journey.api_token}x"})
    journey.get(f"/api/v1/me?token={journey.api_token}")
    journey.get("/connect/")
