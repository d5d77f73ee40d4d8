from __future__ import annotations

from datetime import timedelta

from accounts.models import User
from integrations.access.forgetting import CLOSED_KEPT, forget_closed
from integrations.models import Task
from integrations.sources.caldav.reading import CLOSED
from tests.clock import NOON
from tests.factories import make_task

HOUR = timedelta(hours=1)


def test_what_was_closed_long_ago_is_forgotten_and_nothing_else(alice: User) -> None:
    open_one = make_task(alice, added_at=NOON - 2 * CLOSED_KEPT)
    lately = make_task(alice, completed_at=NOON - CLOSED_KEPT + HOUR)
    make_task(alice, completed_at=NOON - CLOSED_KEPT - HOUR)
    assert forget_closed(at=NOON) == 1
    assert set(Task.objects.all()) == {open_one, lately}


def test_no_source_brings_it_back() -> None:
    assert CLOSED < CLOSED_KEPT
