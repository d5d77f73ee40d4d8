"""Making tips while everything else goes on: one live tip a person, and none from an old view."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from accounts.models import User
from integrations.models import Task
from integrations.sync import syncing
from tests import leaving
from tests.clock import NOON
from tests.concurrency.people import connected, somebody, somebody_with_a_tip
from tests.concurrency.together import Crew, beside, errors, meanwhile
from tests.factories import make_connection, make_task, the_tip
from tests.stand_ins.todoist import TodoistStandIn
from tips import conf
from tips.answer import answering
from tips.make import making
from tips.models import Tip, TipDecision, TipSchedule

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

MINUTE = timedelta(minutes=1)


def live(user: User) -> int:
    return Tip.objects.live().filter(user=user).count()


def test_of_makers_at_once_one_makes_and_the_others_return_what_it_made(crew: Crew) -> None:
    for _ in range(20):
        user = somebody()
        make_task(user, "Pay the rent", connection=make_connection(user, source="todoist"))
        ends = crew.at_once(*[partial(making.make_tip, user.pk, at=NOON)] * 5)
        assert not errors(ends)
        assert len({tip.pk for tip in ends}) == 1
        assert TipDecision.objects.filter(user=user).count() == live(user) == 1


def test_making_answering_and_syncing_at_once_leave_one_live_tip_at_most(
    crew: Crew, todoist: TodoistStandIn
) -> None:
    for lag in range(15):
        alice = connected(todoist)
        tip = the_tip(alice.user)
        alice.account.add_task("Urgent", due=NOON.date(), priority=4)
        alice.account.complete(alice.tasks()[0])
        at = NOON + 20 * MINUTE
        ends = crew.at_once(
            partial(making.make_tip, alice.user.pk, at=at),
            partial(answering.react, tip, ("done", "snooze")[lag % 2], at=at),
            partial(syncing.sync, alice.connection.pk, at=at),
            partial(making.make_tip, alice.user.pk, at=at),
            partial(answering.end_rest, alice.user.pk, at=at),
        )
        assert not errors(ends)
        assert live(alice.user) <= 1
        making.make_tip(alice.user.pk, at=at + MINUTE)
        answering.end_rest(alice.user.pk, at=at + MINUTE)
        assert making.make_tip(alice.user.pk, at=at + 2 * MINUTE)
        assert live(alice.user) == 1
        assert alice.tasks() == alice.tasks_there()


def keep_ready(user_ids: set[UUID], at: datetime) -> list[UUID]:
    """As beat's task: a chunk after another, until nobody is due."""
    decided: list[UUID] = []
    while claimed := TipSchedule.objects.claim(7, at=at, until=at + conf.KEEP_READY_LEASE):
        making.make_tips(claimed, at=at)
        decided += claimed
    return [pk for pk in decided if pk in user_ids]


def test_two_workers_decide_about_everybody_once_while_some_answer(crew: Crew) -> None:
    people = [somebody_with_a_tip(tasks=3) for _ in range(40)]
    everybody = {user.pk for user, _tip in people}
    at = NOON + conf.LONGEST_LIFE
    answers = [
        partial(answering.react, tip, ("done", "snooze")[n % 2], at=at)
        for n, (_user, tip) in enumerate(people[:4])
    ]
    ends = crew.at_once(*[partial(keep_ready, everybody, at)] * 2, *answers)
    assert not errors(ends)
    decided = Counter(ends[0] + ends[1])
    assert set(decided.values()) == {1}
    assert len(decided) >= len(everybody) - len(answers)
    for user, _tip in people[4:]:
        assert live(user) == 1
        assert TipDecision.objects.filter(user=user, at=at).count() == 1
    assert not TipSchedule.objects.due(at=at + MINUTE).exists()


def test_of_a_chunk_whoever_leaves_is_left_out(crew: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    (alice, _), (bob, _) = somebody_with_a_tip(tasks=3), somebody_with_a_tip(tasks=3)
    at = NOON + conf.LONGEST_LIFE
    leaves = partial(beside, partial(leaving.delete_account, alice, receipt_id=uuid4(), at=NOON))
    ends = meanwhile(monkeypatch, making, "store", leaves)
    made = making.make_tips([alice.pk, bob.pk], at=at)
    assert not errors(ends)
    assert set(made.live) == {bob.pk}
    assert not Tip.objects.filter(user_id=alice.pk).exists()
    assert not TipSchedule.objects.filter(pk=alice.pk).exists()


def test_undo_and_making_at_once_leave_one_live_tip(crew: Crew) -> None:
    soon = NOON + timedelta(seconds=5)
    for _ in range(20):
        user, tip = somebody_with_a_tip(tasks=3)
        answering.react(tip, "snooze", at=NOON)
        answering.end_rest(user.pk, at=NOON)
        undo, *others = crew.at_once(
            partial(answering.undo, tip, at=soon),
            partial(making.make_tip, user.pk, at=soon),
            partial(making.make_tip, user.pk, at=soon),
        )
        assert not errors([undo, *others])
        assert undo.won
        assert [t.pk for t in Tip.objects.live().filter(user=user)] == [tip.pk]


@pytest.mark.parametrize("step", ["load_views", "decide", "store"])
def test_what_a_sync_wrote_while_a_tip_was_decided_is_not_forgotten(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A decision on what was known before must not say that nothing is new until its boundary."""
    user = somebody()
    make_task(user, "Water the plants", connection=make_connection(user, source="todoist"))
    change = partial(_urgent_task_comes, user)
    meanwhile(monkeypatch, making, step, partial(beside, change), after=step == "load_views")
    assert the_tip(user).content == "Urgent"
    assert live(user) == 1


def test_a_maker_with_an_old_view_does_not_silence_one_with_a_new(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user = somebody()
    make_task(user, "Water the plants", connection=make_connection(user, source="todoist"))

    def change_and_look() -> Tip | None:
        _urgent_task_comes(user)
        return making.make_tip(user.pk, at=NOON + timedelta(seconds=2))

    ends = meanwhile(monkeypatch, making, "store", partial(beside, change_and_look))
    stale = making.make_tip(user.pk, at=NOON + timedelta(seconds=1))
    assert ends[0].content == "Urgent"
    assert stale is None or stale.content == "Urgent"
    assert Tip.objects.live().get(user=user).content == "Urgent"


def test_what_comes_while_a_tip_is_found_to_hold_is_decided_about_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user, _tip = somebody_with_a_tip()
    change = partial(_urgent_task_comes, user)
    meanwhile(monkeypatch, making, "load_views", partial(beside, change), after=True)
    assert the_tip(user).content == "Urgent"
    assert live(user) == 1


def test_one_more_asked_for_during_a_look_is_not_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user, tip = somebody_with_a_tip()
    answering.react(tip, "snooze", at=NOON)
    more = partial(answering.end_rest, user.pk, at=NOON)
    meanwhile(monkeypatch, making, "store", partial(beside, more))
    another = the_tip(user)
    assert another.candidate != tip.candidate


def _urgent_task_comes(user: User) -> None:
    """What a sync does: rows, and then its event's subscriber."""
    fields: dict[str, Any] = {"priority": 4, "changed_at": NOON}
    make_task(user, "Urgent", connection=Task.objects.filter(user=user)[0].connection, **fields)
    TipSchedule.objects.look_again(user.pk, at=NOON + timedelta(seconds=1))
