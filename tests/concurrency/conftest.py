from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from integrations.registry import SOURCES
from tests.clock import NOON
from tests.concurrency.together import Crew
from tests.stand_ins.todoist import Clock, TodoistStandIn


@pytest.fixture(autouse=True)
def _at_any_hour(settings: Any) -> None:
    """These tests live in the real time, in which good sense is silent at night."""
    settings.OO_POLICY = "deadline_first"


@pytest.fixture(autouse=True)
def _on_postgres(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.node.get_closest_marker("postgres") is None:
        yield
        return
    request.getfixturevalue("db")
    assert connection.vendor == "postgresql", "set DATABASE_URL, as make test does"
    _hurry(connection)
    connection_created.connect(_hurry_new)
    yield
    connection_created.disconnect(_hurry_new)


def _hurry_new(connection: BaseDatabaseWrapper, **_: Any) -> None:
    _hurry(connection)


def _hurry(connection: BaseDatabaseWrapper) -> None:
    """Nobody pulls the plug of this server: a commit need not wait for the disk."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit TO off")


@pytest.fixture
def crew() -> Iterator[Crew]:
    crew = Crew(6)
    yield crew
    crew.close()


@pytest.fixture
def todoist(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[TodoistStandIn]:
    """Todoist, at the moment at which these tests play."""
    with TodoistStandIn(clock=Clock(NOON)) as stand_in:
        settings.TODOIST_API_URL = f"{stand_in.url}/api/v1/"
        settings.TODOIST_CLIENT_ID = stand_in.client_id
        settings.TODOIST_CLIENT_SECRET = stand_in.client_secret
        source = SOURCES["todoist"]
        assert source.manifest.oauth
        there = replace(source.manifest.oauth, token_url=f"{stand_in.url}/oauth/access_token")
        monkeypatch.setattr(source, "manifest", replace(source.manifest, oauth=there))
        yield stand_in
