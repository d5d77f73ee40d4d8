"""What sources tell, and what comes of it, from several places at once."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest

from events.catalog import TipRewarded
from integrations.base import Heard
from integrations.models import Connection, Task, WebhookDelivery
from integrations.sync import hints, syncing
from tests.clock import NOON
from tests.concurrency.people import Connected, connected, recorded, somebody, somebody_with_a_tip
from tests.concurrency.together import Crew, errors, later, meanwhile
from tests.factories import make_connection
from tests.stand_ins.todoist import TodoistStandIn
from tips.answer import answering, rewarding
from tips.decide.rewards import DELAYED
from tips.models import Tip

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ROUNDS = 10
MINUTE = timedelta(minutes=1)
SOON = NOON + MINUTE


def told(account: str, delivery: str) -> partial[list[UUID]]:
    return partial(hints.take, "todoist", Heard(account, delivery), at=SOON)


def test_of_five_that_bring_the_same_delivery_one_is_heard(crew: Crew) -> None:
    for turn in range(ROUNDS):
        mine = make_connection(somebody(), source="todoist", account=f"a{turn}")
        ends = crew.at_once(*[told(mine.account, f"d{turn}")] * 5)
        assert sorted(ends, key=len) == [[], [], [], [], [mine.pk]]
    assert WebhookDelivery.objects.count() == ROUNDS


def test_deliveries_about_an_account_that_many_share_do_not_block_each_other(crew: Crew) -> None:
    shared = [make_connection(somebody(), source="todoist", account="a") for _ in range(4)]
    for turn in range(ROUNDS):
        Connection.objects.update(next_sync_at=NOON + timedelta(hours=1))
        ends = crew.at_once(*[told("a", f"{turn} {n}") for n in range(5)])
        assert not errors(ends)
        assert sorted(pk for end in ends for pk in end) == sorted(row.pk for row in shared)
    assert not Connection.objects.filter(next_sync_at__gt=SOON).exists()


def test_what_is_told_while_it_is_read_makes_it_due_again(
    todoist: TodoistStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pull is over when the person ticks off a task: the sync does not hide it."""
    there = connected(todoist)
    task = there.tasks()[0]
    _make_due(there)

    def tick() -> object:
        there.account.complete(task)
        return told(there.account.id, "d1")()

    ends = meanwhile(monkeypatch, syncing, "_store", tick)
    assert syncing.sync(there.connection.pk, at=SOON - MINUTE / 2) == syncing.Outcome.SYNCED
    assert ends == [[there.connection.pk]]
    assert syncing.sync(there.connection.pk, at=SOON) == syncing.Outcome.SYNCED
    assert task not in there.tasks()


def _make_due(there: Connected) -> None:
    Connection.objects.filter(pk=there.connection.pk).update(next_sync_at=NOON)


def a_followed_tip() -> tuple[Tip, partial[Tip | None]]:
    """A tip that was shown, its task ticked off at its source; and the rewarding of it."""
    user, tip = somebody_with_a_tip()
    answering.mark_shown(tip, surface="page", at=NOON)
    task_id = tip.evidence[0]["id"]
    Task.objects.filter(pk=task_id).update(completed_at=SOON)
    return tip, partial(rewarding.reward, user.pk, task_id, at=SOON)


def test_of_workers_that_reward_the_same_one_does(crew: Crew) -> None:
    for _ in range(ROUNDS):
        tip, reward = a_followed_tip()
        ends = crew.at_once(*[reward] * 5)
        assert [end for end in ends if end is not None] == [tip]
        assert recorded(tip.user, TipRewarded) == 1


@pytest.mark.parametrize("lead", [0, 3, 6])
def test_one_deed_is_praised_once_whichever_comes_first(crew: Crew, lead: int) -> None:
    for _ in range(ROUNDS):
        tip, reward = a_followed_tip()
        done = partial(answering.react, tip, "done", at=SOON)
        assert not errors(crew.at_once(later(lead, reward), done))
        tip.refresh_from_db()
        assert (tip.reward, tip.delayed_reward) in ((1.0, None), (0.0, DELAYED))
