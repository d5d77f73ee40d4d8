"""A source that says what a test tells it to, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from accounts.models import User
from integrations.base import (
    Account,
    EventSignal,
    Field,
    Link,
    OAuth,
    Pull,
    SignalSource,
    SourceManifest,
    TaskSignal,
)
from integrations.models import Connection, Task
from oo.lib.http import Unauthorized
from oo.lib.manifests import Setting
from tests.clock import NOON
from tests.factories import make_connection, make_task

MINUTE = timedelta(minutes=1)


@dataclass
class Script:
    """What sources answer, which may share one, and what they were asked."""

    says: Pull | Exception = field(default_factory=lambda: Pull(full=True, cursor={"n": 0}))
    refuses: Exception | None = None  # what identify and complete answer
    good_token: str | None = None  # any token is good while None
    meanwhile: Callable[[], Any] = lambda: None  # happens while it is being asked
    links: list[Link] = field(default_factory=list)
    closed: dict[UUID, str] = field(default_factory=dict)
    calls: int = 0
    revoked: list[Mapping[str, str]] = field(default_factory=list)
    keeps: Exception | None = None  # what revoke answers


class Scripted(SignalSource):
    manifest = SourceManifest(
        key="scripted",
        title="Scripted",
        version=1,
        consents=frozenset({"tasks"}),
        sync_every=timedelta(minutes=10),
        description="For tests.",
        oauth=OAuth(
            authorize_url="https://scripted.example/authorize",
            token_url="https://scripted.example/token",
            client_id=Setting("SCRIPTED_CLIENT_ID", help="Who.", unit="text"),
            client_secret=Setting("SCRIPTED_CLIENT_SECRET", help="Which.", unit="text"),
            scopes=("data:read", "task:add"),
            scope_separator=",",
        ),
        fields=(Field("access_token", "Token", "secret", "From the settings."),),
        can_complete=True,
    )

    def __init__(self, script: Script) -> None:
        self.script = script

    def identify(self, credentials: Mapping[str, str], document: str) -> Account:
        if self.script.refuses:
            raise self.script.refuses
        return Account(account="account-1", label="alice@scripted")

    def pull(self, link: Link, *, at: datetime) -> Pull:
        self._ask(link)
        if isinstance(self.script.says, Exception):
            raise self.script.says
        return self.script.says

    def complete(self, link: Link, external_id: str, *, key: UUID) -> None:
        self._ask(link)
        if self.script.refuses:
            raise self.script.refuses
        self.script.closed[key] = external_id

    def revoke(self, credentials: Mapping[str, str]) -> bool:
        self.script.revoked.append(credentials)
        if self.script.keeps:
            raise self.script.keeps
        return True

    def _ask(self, link: Link) -> None:
        script = self.script
        script.links.append(link)
        script.calls += 1
        if script.good_token and link.credentials.get("access_token") != script.good_token:
            raise Unauthorized("scripted", status=401)
        script.meanwhile()


class ScriptedCalendar(Scripted):
    manifest = SourceManifest(
        key="scripted-calendar",
        title="Scripted calendar",
        version=1,
        consents=frozenset({"calendar"}),
        sync_every=timedelta(minutes=30),
        fields=(Field("file", "File", "file"),),
    )


class ScriptedSample(Scripted):
    manifest = SourceManifest(
        key="scripted-sample",
        title="Scripted sample",
        version=1,
        consents=frozenset({"tasks", "calendar"}),
        sync_every=timedelta(hours=1),
    )


def task(external_id: str = "t1", title: str = "Pay the rent", **more: Any) -> TaskSignal:
    return TaskSignal(external_id=external_id, title=title, **more)


def event(external_id: str = "e1", **more: Any) -> EventSignal:
    times = {"starts_at": NOON, "ends_at": NOON + 30 * MINUTE}
    return EventSignal(external_id, more.pop("occurrence", ""), "Stand-up", **(times | more))


def full(*tasks: TaskSignal, n: int = 1) -> Pull:
    return Pull(full=True, cursor={"n": n}, tasks=tasks)


def delta(*tasks: TaskSignal, n: int = 2, **more: Any) -> Pull:
    return Pull(full=False, cursor={"n": n}, tasks=tasks, **more)


def make_scripted_connection(user: User, **fields: Any) -> Connection:
    """Never read, due at NOON, with what the scripted sources take for a token."""
    values: dict[str, Any] = {
        "source": "scripted",
        "account": "account-1",
        "label": "alice@scripted",
        "credentials": '{"access_token": "old", "refresh_token": "r1"}',
        "state": Connection.State.NEW,
        "connected_at": NOON - MINUTE,
        "synced_at": None,
        "next_sync_at": NOON,
    }
    return make_connection(user, **{**values, **fields})


def make_scripted_task(connection: Connection, **fields: Any) -> Task:
    """What is known of task() once it was read."""
    values: dict[str, Any] = {"external_id": "t1", "due_in": None, "changed_at": NOON - MINUTE}
    return make_task(connection.user, connection=connection, **{**values, **fields})
