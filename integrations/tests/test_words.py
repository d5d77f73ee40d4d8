"""The digest of what there is to understand in a row: it changes with the words, and only so."""

from __future__ import annotations

from datetime import timedelta
from hashlib import blake2b
from typing import Any

import pytest

from integrations.base import Pull
from integrations.models import CalendarEvent, Connection, Task, own_words
from integrations.sync.rows import ADDED, event_values, task_values, words_of_event
from integrations.sync.rows import _digest as digest_of
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
        ({"parent": "Move house"}, True),
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
        ({"attendees": 3}, False),
        ({"organises": True}, False),
    ],
)
def test_of_an_event(
    scripted: Scripted, connection: Connection, change: dict[str, Any], is_new: bool
) -> None:
    _, before = read(connection, scripted, n=1)
    _, after = read(connection, scripted, n=2, event=change)
    assert (after != before) is is_new


def test_of_a_part_it_is_not_that_of_a_task_with_these_words_elsewhere(
    scripted: Scripted, connection: Connection
) -> None:
    of_section, _ = read(connection, scripted, n=1, task={"section": "Move house"})
    of_part, _ = read(connection, scripted, n=2, task={"parent": "Move house"})
    assert of_section != of_part


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"attendees": 0}),
        ({"attendees": 2}, {"attendees": 3}),
        ({"attendees": 3}, {}),
        ({}, {"organises": True}),
        ({"organises": True}, {"attendees": 1}),
    ],
)
def test_who_is_invited_writes_the_row_and_no_words_are_new(
    scripted: Scripted, connection: Connection, before: dict[str, Any], after: dict[str, Any]
) -> None:
    _, words = read(connection, scripted, n=1, event=before)
    assert read(connection, scripted, n=2, event=after)[1] == words
    row = CalendarEvent.objects.get()
    assert (row.attendees, row.organises) == (
        after.get("attendees"),
        after.get("organises", False),
    )
    assert row.changed_at == NOON + 2 * MINUTE
    assert not Task.objects.filter(changed_at=row.changed_at).exists()


@pytest.mark.parametrize(("said", "kept"), [(-1, 0), (10**9, 10_000), (None, None)])
def test_no_number_of_guests_breaks_the_column(
    scripted: Scripted, connection: Connection, said: int | None, kept: int | None
) -> None:
    read(connection, scripted, n=1, event={"attendees": said})
    assert CalendarEvent.objects.get().attendees == kept


def test_a_parent_is_one_clean_line(scripted: Scripted, connection: Connection) -> None:
    read(connection, scripted, n=1, task={"parent": "Move\n\x00house\u202e " + "x" * 300})
    parent = Task.objects.get().parent
    assert parent.startswith("Move house x")
    assert len(parent) == 200


def test_what_came_later_and_says_nothing_writes_no_row_anew() -> None:
    """A row of before has the digest of what it said then: else what is done would come back."""
    of_task, of_event = task_values(task()), event_values(event())
    for values in (of_task, of_event):
        old = tuple(value for name, value in values.items() if name not in ADDED)
        assert len(old) < len(values)
        assert digest_of(values) == blake2b(repr(old).encode(), digest_size=16).hexdigest()
    assert digest_of({**of_event, "attendees": 0}) != digest_of(of_event)


@pytest.mark.parametrize(
    ("change", "is_same"),
    [
        ({"title": "Pay it"}, False),
        ({"description": "by Friday"}, False),
        ({"project": "Home"}, True),
        ({"section": "Soon"}, True),
        ({"parent": "Move house"}, True),
        ({"labels": ("phone",)}, True),
        ({"recurrence": "every day"}, True),
    ],
)
def test_a_task_that_is_moved_was_not_written_anew(
    scripted: Scripted, connection: Connection, change: dict[str, Any], is_same: bool
) -> None:
    before, _ = read(connection, scripted, n=1)
    after, _ = read(connection, scripted, n=2, task=change)
    assert (own_words(after) == own_words(before)) is is_same
    assert Task.objects.get().worded_at == (None if is_same else NOON + 2 * MINUTE)


def test_an_entry_that_is_moved_was_not_written_anew(
    scripted: Scripted, connection: Connection
) -> None:
    _, before = read(connection, scripted, n=1)
    _, moved = read(connection, scripted, n=2, event={"location": "Room 2", "is_busy": False})
    renamed = words_of_event({**event_values(event()), "title": "Planning"})
    assert own_words(before) == own_words(moved) != own_words(renamed)
