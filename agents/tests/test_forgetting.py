from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from agents import subscribers, tasks
from agents.models import Correction, Reading
from agents.understanding.forgetting import KEPT, forget_readings
from agents.understanding.keeping import catch_up
from agents.understanding.loading import load_understood
from events.catalog import ConnectionChanged
from integrations.access import connections
from integrations.models import Connection, Task
from tests.clock import BERLIN, NOON
from tests.factories import make_connection, make_event, make_task


def reading(user: User, words: str, kind: str = "task") -> Reading:
    return Reading.objects.create(
        user=user, kind=kind, words=words, reader="words", version=1, read_at=NOON
    )


def test_what_is_open_or_to_come_is_kept(alice: User) -> None:
    make_task(alice, words_digest="a")
    make_event(alice, words_digest="e")
    reading(alice, "a")
    reading(alice, "e", "event")
    assert forget_readings(at=NOON) == 0
    assert Reading.objects.count() == 2


def test_what_is_done_or_over_for_a_week_is_forgotten(alice: User) -> None:
    make_task(alice, words_digest="done", completed_at=NOON)
    make_event(alice, words_digest="over", starts_in_min=-60)
    reading(alice, "done")
    reading(alice, "over", "event")
    assert forget_readings(at=NOON + KEPT - timedelta(minutes=1)) == 0
    assert forget_readings(alice.pk, at=NOON + KEPT) == 2
    assert Task.objects.exists()


def test_words_that_another_row_still_has_are_kept(alice: User, bob: User) -> None:
    for user in (alice, bob):
        make_task(user, words_digest="milk", completed_at=NOON)
        make_event(user, words_digest="weekly")
        reading(user, "milk")
        reading(user, "weekly", "event")
    make_task(alice, words_digest="milk")
    make_event(alice, words_digest="weekly", starts_in_min=8 * 1_440)
    assert forget_readings(at=NOON + timedelta(days=8)) == 2
    assert set(Reading.objects.values_list("user", "words")) == {
        (alice.pk, "milk"),
        (alice.pk, "weekly"),
    }


def test_what_is_opened_again_is_read_as_it_was(alice: User) -> None:
    """Dates too: "tomorrow" is still that of the day on which it was written."""
    added = NOON - timedelta(days=30)
    task = make_task(alice, "Send it by tomorrow", words_digest="a", added_at=added)
    catch_up({alice.pk: BERLIN}, at=NOON)
    before = load_understood([alice.pk])
    Task.objects.update(completed_at=NOON)
    assert forget_readings(at=NOON + 2 * KEPT) == 1
    assert load_understood([alice.pk]) == {}
    Task.objects.update(completed_at=None)
    catch_up({alice.pk: BERLIN}, at=NOON + 2 * KEPT)
    assert load_understood([alice.pk]) == before
    assert before[alice.pk].of_task(task.words_digest).last_moment


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
