"""Workers who close the same task at the same time, and the publishing of what happened."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from events import bus
from events.catalog import ProfileChanged, TaskCompleted
from events.models import EventRecord
from integrations.complete import completing
from integrations.models import Completion
from integrations.registry import SOURCES
from tests.clock import NOON
from tests.concurrency.people import Connected, connected, recorded, somebody
from tests.concurrency.together import Crew, beside, errors, meanwhile
from tests.factories import the_tip
from tests.stand_ins.todoist import TodoistStandIn
from tips.answer import answering

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

DUE = NOON + timedelta(seconds=11)


def somebody_done(todoist: TodoistStandIn) -> tuple[Connected, Completion]:
    """Has answered "done" to a recurring task: closing that twice would skip a day."""
    alice = connected(todoist, recurring="every day")
    answering.react(the_tip(alice.user), "done", at=NOON)
    return alice, Completion.objects.get(user=alice.user)


def completions_asked(todoist: TodoistStandIn, completion: Completion) -> int:
    return sum(str(completion.key) in r.form.get("commands", "") for r in todoist.requests)


def test_of_workers_at_one_closing_one_asks_the_source(crew: Crew, todoist: TodoistStandIn) -> None:
    for _ in range(15):
        alice, completion = somebody_done(todoist)
        ends = crew.at_once(*[partial(completing.complete_one, completion.key, at=DUE)] * 5)
        assert not errors(ends)
        assert [end for end in ends if end] == [alice.connection.pk]
        assert completions_asked(todoist, completion) == len(alice.account.completions) == 1
        assert Completion.objects.get(pk=completion.pk).state == "done"
        assert recorded(alice.user, TaskCompleted) == 1


@pytest.mark.parametrize("after", [False, True])
def test_a_worker_given_up_for_dead_that_still_lives_does_no_harm(
    after: bool, todoist: TodoistStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, completion = somebody_done(todoist)
    second = partial(completing.complete_one, completion.key, at=DUE + completing.CALL_LIMIT)
    slow = meanwhile(
        monkeypatch, SOURCES["todoist"], "complete", partial(beside, second), after=after
    )
    assert completing.complete_one(completion.key, at=DUE) is None
    assert slow == [alice.connection.pk]
    assert completions_asked(todoist, completion) == 2
    assert len(alice.account.completions) == recorded(alice.user, TaskCompleted) == 1
    assert Completion.objects.get(pk=completion.pk).state == "done"


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, int]]:
    """(event, rows that somebody else sees then) each time that a subscriber hears."""
    heard: list[tuple[Any, int]] = []

    def listen(event: ProfileChanged) -> None:
        heard.append((event, beside(EventRecord.objects.filter(user_id=event.user_id).count)))

    monkeypatch.setitem(bus._subscribers, ProfileChanged, [listen])
    return heard


def test_subscribers_hear_when_everybody_can_see_what_they_hear_of(heard: list[Any]) -> None:
    user = somebody()
    before = EventRecord.objects.filter(user_id=user.pk).count()
    event = ProfileChanged(user_id=user.pk, at=NOON, fields=("locale",))
    with transaction.atomic():
        bus.publish(event)
        assert heard == []
        assert beside(EventRecord.objects.filter(user_id=user.pk).count) == before
    assert heard == [(event, before + 1)]


def test_nobody_hears_of_what_was_rolled_back(heard: list[Any]) -> None:
    user = somebody()
    before = EventRecord.objects.count()
    with transaction.atomic():
        bus.publish(ProfileChanged(user_id=user.pk, at=NOON, fields=("locale",)))
        transaction.set_rollback(True)
    assert heard == []
    assert EventRecord.objects.count() == before
