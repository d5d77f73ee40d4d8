"""A source that says what a test tells it to, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

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
from integrations.models import Completion, Connection, Task
from oo.lib.http import Unauthorized

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


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
            client_id_setting="SCRIPTED_CLIENT_ID",
            client_secret_setting="SCRIPTED_CLIENT_SECRET",
            scopes=("data:read", "task:add"),
            scope_separator=",",
        ),
        fields=(Field("access_token", "Token", "secret", "From the settings."),),
        can_complete=True,
    )

    def __init__(self) -> None:
        self.says: Pull | Exception = Pull(full=True, cursor={"n": 0})
        self.refuses: Exception | None = None  # what identify and complete answer
        self.good_token: str | None = None  # any token is good while None
        self.meanwhile: Callable[[], Any] = lambda: None  # happens while it is being asked
        self.links: list[Link] = []
        self.closed: dict[UUID, str] = {}
        self.calls = 0
        self.revoked: list[Mapping[str, str]] = []

    def identify(self, credentials: Mapping[str, str], document: str) -> Account:
        if self.refuses:
            raise self.refuses
        return Account(account="account-1", label="alice@scripted")

    def pull(self, link: Link, *, at: datetime) -> Pull:
        self._ask(link)
        if isinstance(self.says, Exception):
            raise self.says
        return self.says

    def complete(self, link: Link, external_id: str, *, key: UUID) -> None:
        self._ask(link)
        if self.refuses:
            raise self.refuses
        self.closed[key] = external_id

    def revoke(self, credentials: Mapping[str, str]) -> bool:
        self.revoked.append(credentials)
        return True

    def _ask(self, link: Link) -> None:
        self.links.append(link)
        self.calls += 1
        if self.good_token and link.credentials.get("access_token") != self.good_token:
            raise Unauthorized("scripted", status=401)
        self.meanwhile()


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


def make_connection(user: Any, **more: Any) -> Connection:
    fields = {
        "source": "scripted",
        "account": "account-1",
        "label": "alice@scripted",
        "credentials": '{"access_token": "old", "refresh_token": "r1"}',
        "connected_at": NOON - MINUTE,
        "next_sync_at": NOON,
    }
    return Connection.objects.create(user=user, **(fields | more))


def make_task(connection: Connection, external_id: str = "t1", **more: Any) -> Task:
    return Task.objects.create(
        user=connection.user,
        connection=connection,
        external_id=external_id,
        title="Pay the rent",
        changed_at=NOON - MINUTE,
        digest="-",
        **more,
    )


def make_completion(row: Task, **more: Any) -> Completion:
    moments = {"not_before": NOON, "next_at": NOON, "created_at": NOON}
    return Completion.objects.create(user=row.user, task=row, **({"key": uuid4()} | moments | more))
