from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from accounts.models import User
from accounts.privacy import consents
from events.models import EventRecord
from integrations import tasks
from integrations.models import Connection
from integrations.registry import SOURCES
from integrations.tests.google_calendar import Google, scripted_google
from integrations.tests.scripted import (
    Script,
    Scripted,
    ScriptedCalendar,
    ScriptedSample,
    make_scripted_connection,
)
from integrations.tests.todoist import Reader
from integrations.tests.token_endpoint import TokenEndpoint, serving
from tests.clock import NOON
from tests.stand_ins.radicale import Radicale, RadicaleUser, serving_radicale
from tests.stand_ins.todoist import TodoistStandIn


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Scripted:
    """One of three scripted sources that follow one script."""
    source = Scripted(Script())
    for one in (source, ScriptedCalendar(source.script), ScriptedSample(source.script)):
        monkeypatch.setitem(SOURCES.load(), one.manifest.key, one)
    settings.SCRIPTED_CLIENT_ID = "client-1"
    settings.SCRIPTED_CLIENT_SECRET = "client-secret"
    return source


@pytest.fixture
def connection(alice: User, scripted: Scripted) -> Connection:
    """Alice's, due at NOON, with the consents that it needs."""
    for key in ("tasks", "calendar"):
        consents.grant(alice.pk, key, by="connect", at=NOON)
    EventRecord.objects.all().delete()
    return make_scripted_connection(alice)


@pytest.fixture
def subjects(db: None) -> Any:
    """The subjects of the events published so far, in order."""
    return lambda: list(EventRecord.objects.order_by("pk").values_list("subject", flat=True))


@pytest.fixture
def endpoint(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> Iterator[TokenEndpoint]:
    with serving(TokenEndpoint()) as endpoint:
        assert scripted.manifest.oauth
        there = replace(scripted.manifest.oauth, token_url=endpoint.url)
        monkeypatch.setattr(scripted, "manifest", replace(scripted.manifest, oauth=there))
        yield endpoint


@pytest.fixture
def todoist(settings: Any) -> Iterator[TodoistStandIn]:
    with TodoistStandIn() as stand_in:
        settings.TODOIST_API_URL = f"{stand_in.url}/api/v1/"
        settings.TODOIST_CLIENT_ID = stand_in.client_id
        settings.TODOIST_CLIENT_SECRET = stand_in.client_secret
        yield stand_in


@pytest.fixture
def google(settings: Any) -> Iterator[Google]:
    with scripted_google(settings) as google:
        yield google


@pytest.fixture
def reader(todoist: TodoistStandIn) -> Reader:
    return Reader(todoist)


@pytest.fixture(scope="session")
def radicale_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Radicale]:
    with serving_radicale(tmp_path_factory.mktemp("radicale")) as server:
        yield server


@pytest.fixture
def dav(radicale_server: Radicale, settings: Any) -> RadicaleUser:
    """Somebody who is new at a server that this installation may reach."""
    settings.OO_PRIVATE_HOSTS_ALLOWED = radicale_server.door
    return radicale_server.newcomer()


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The connections that workers were told to look at, in the very moment."""
    found: list[Any] = []
    monkeypatch.setattr(
        tasks.sync_told, "apply_async", lambda args, **_more: tasks.sync_told(*args)
    )
    monkeypatch.setattr(tasks.sync_one, "apply_async", lambda args, **_more: found.append(args[0]))
    return found


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The moment of which workers were told, and how; they have not heard it yet."""
    found: list[Any] = []

    def send(args: Any, **how: Any) -> None:
        found.append((datetime.fromisoformat(args[0]), how))

    monkeypatch.setattr(tasks.sync_told, "apply_async", send)
    return found
