from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from agents import subscribers, tasks
from agents.models import Correction, Reading
from events.catalog import ConnectionChanged
from integrations.access import connections
from integrations.models import Connection
from tests.clock import NOON
from tests.factories import make_connection, make_event, make_task


def reading(user: User, words: str, kind: str = "task") -> Reading:
    return Reading.objects.create(
        user=user, kind=kind, words=words, reader="words", version=1, read_at=NOON
    )


def test_what_is_still_there_is_kept(alice: User) -> None:
    make_task(alice, words_digest="a")
    make_event(alice, words_digest="e")
    reading(alice, "a")
    reading(alice, "e", "event")
    assert tasks.purge() == 0
    assert Reading.objects.count() == 2


def test_what_was_read_of_a_row_that_is_gone_is_forgotten(alice: User, bob: User) -> None:
    task = make_task(alice, words_digest="a")
    reading(alice, "a")
    make_task(bob, words_digest="a")
    reading(bob, "a")
    task.delete()
    assert tasks.forget(str(bob.pk)) == 0
    assert tasks.purge() == 1
    assert Reading.objects.get().user == bob


def test_disconnecting_forgets_what_was_read_there_and_keeps_the_persons_word(
    alice: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    connection = make_connection(alice)
    make_task(alice, connection=connection, words_digest="a")
    reading(alice, "a")
    Correction.objects.create(user=alice, kind="task", words="a", trait="hours", made_at=NOON)
    monkeypatch.setattr(subscribers, "look_now", lambda task, *args: task(*args))
    with django_capture_on_commit_callbacks(execute=True):
        connections.disconnect(connection.pk, at=NOON)
    assert not Connection.objects.exists()
    assert not Reading.objects.exists()
    assert Correction.objects.exists()


def test_a_new_connection_forgets_nothing(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(subscribers, "look_now", lambda *args: asked.append(args))
    connection = make_connection(alice)
    event = ConnectionChanged(
        user_id=alice.pk, at=NOON, connection_id=connection.pk, state="connected"
    )
    subscribers.forget(event)
    assert asked == []
