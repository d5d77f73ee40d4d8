"""The digest of what there is to understand in a row: it changes with the words, and only so."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from integrations.base import Pull
from integrations.models import CalendarEvent, Connection, Task
from integrations.sync.syncing import sync
from integrations.tests.scripted import MINUTE, Scripted, event, task
from tests.clock import NOON, TODAY


def read(connection: Connection, scripted: Scripted, *, n: int, **signals: Any) -> tuple[str, str]:
    tasks, events = (signals.get("task", {}), signals.get("event", {}))
    scripted.script.says = Pull(True, {"n": n}, (task(**tasks),), (event(**events),))
    Connection.objects.filter(pk=connection.pk).update(next_sync_at=NOON)
    sync(connection.pk, at=NOON + n * MINUTE)
    return Task.objects.get().words_digest, CalendarEvent.objects.get().words_digest


@pytest.mark.parametrize(
    ("change", "is_new"),
    [
        ({"title": "Pay it"}, True),
        ({"description": "by Friday"}, True),
        ({"project": "Home"}, True),
        ({"section": "Soon"}, True),
        ({"labels": ("phone",)}, True),
        ({"recurrence": "every day"}, True),
        ({"due_on": TODAY}, False),
        ({"priority": 4}, False),
    ],
)
def test_of_a_task(
    scripted: Scripted, connection: Connection, change: dict[str, Any], is_new: bool
) -> None:
    before, _ = read(connection, scripted, n=1)
    after, _ = read(connection, scripted, n=2, task=change)
    assert (after != before) is is_new
    assert len(after) == 32


@pytest.mark.parametrize(
    ("change", "is_new"),
    [
        ({"location": "Room 2"}, True),
        ({"is_busy": False}, True),
        ({"ends_at": NOON + timedelta(hours=30)}, True),
        ({"url": "https://example.org/"}, False),
    ],
)
def test_of_an_event(
    scripted: Scripted, connection: Connection, change: dict[str, Any], is_new: bool
) -> None:
    _, before = read(connection, scripted, n=1)
    _, after = read(connection, scripted, n=2, event=change)
    assert (after != before) is is_new


def test_rows_from_before_are_given_the_same(scripted: Scripted, connection: Connection) -> None:
    now = read(connection, scripted, n=1, task={"labels": ("phone",)})
    Task.objects.update(words_digest="")
    CalendarEvent.objects.update(words_digest="")
    import_module("integrations.migrations.0004_words").fill(apps, None)
    assert (Task.objects.get().words_digest, CalendarEvent.objects.get().words_digest) == now
