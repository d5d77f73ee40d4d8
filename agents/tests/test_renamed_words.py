"""Words that were told apart by one digest are renamed with all that is known of them."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps

from accounts.models import User
from agents.models import Correction, Reading
from integrations.models import own_words
from integrations.sync.rows import words_of_event, words_of_task
from tests.clock import NOON
from tests.factories import make_event, make_task

rename = import_module("agents.migrations.0012_own_words").rename
pytestmark = pytest.mark.django_db


def test_rows_readings_and_corrections_are_renamed_together(alice: User) -> None:
    task = make_task(
        alice, "Send it", description="to Bob", labels=["phone"], parent="Move house",
        words_digest="t" * 32,
    )  # fmt: skip
    event = make_event(alice, location="Room 2", words_digest="e" * 32)
    same = {"user": alice, "words": "t" * 32, "kind": "task"}
    Reading.objects.create(**same, reader="words", version=1, read_at=NOON)
    Correction.objects.create(**same, trait="waits", made_at=NOON)
    rename(apps, None)
    task.refresh_from_db()
    event.refresh_from_db()
    assert task.words_digest == words_of_task(vars(task))
    assert event.words_digest == words_of_event(vars(event))
    assert Reading.objects.get().words == task.words_digest
    assert Correction.objects.get().words == own_words(task.words_digest)


def test_of_two_corrections_of_what_was_written_twice_the_last_one_counts(alice: User) -> None:
    for n, project in enumerate(("Home", "Work")):
        old = str(n) * 32
        make_task(alice, "Send it", project=project, words_digest=old)
        Correction.objects.create(
            user=alice, kind="task", words=old, trait="effort", value=f"PT{n}M",
            made_at=NOON - timedelta(minutes=n),
        )  # fmt: skip
    rename(apps, None)
    assert Correction.objects.get().value == "PT0M"


def test_what_was_said_of_words_that_stand_nowhere_is_forgotten(alice: User, bob: User) -> None:
    """By no digest of now would it be found again. Somebody else's words are no place of theirs."""
    make_task(alice, "Send it", words_digest="t" * 32)
    Correction.objects.create(user=bob, kind="task", words="t" * 32, trait="waits", made_at=NOON)
    rename(apps, None)
    assert not Correction.objects.exists()


def test_renamed_twice_is_renamed_once(alice: User) -> None:
    """A migration that was cut off begins anew."""
    task = make_task(alice, "Send it", words_digest="t" * 32)
    Correction.objects.create(user=alice, kind="task", words="t" * 32, trait="waits", made_at=NOON)
    rename(apps, None)
    rename(apps, None)
    task.refresh_from_db()
    assert Correction.objects.get().words == own_words(task.words_digest)
