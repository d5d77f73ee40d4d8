"""Ten people and six workers who do everything at once, a fixed number of times."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from random import Random
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import User
from accounts.privacy.leftovers import Trace
from events.catalog import TaskCompleted, TipReacted, TipReactionUndone
from integrations.access import connections
from integrations.complete import completing
from integrations.models import Completion, Connection
from integrations.sync import due, syncing
from tests import leaving
from tests.clock import NOON
from tests.concurrency.people import Connected, connected, recorded, what_is_left
from tests.concurrency.together import Crew, errors
from tests.stand_ins.todoist import TodoistStandIn
from tips.answer import answering
from tips.make import making
from tips.models import Tip

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

PEOPLE, WORKERS, STEPS, LEAVE = 10, 6, 70, 3


@dataclass
class Crowd:
    """Every step has a moment of its own, a tenth of a second after the one before."""

    everybody: list[Connected]
    leaving: list[Connected]
    moments: Iterator[int] = field(default_factory=count)

    def now(self) -> datetime:
        return NOON + timedelta(milliseconds=100) * next(self.moments)

    def work(self, seed: int) -> int:
        """One worker's day; how many steps met somebody who had left."""
        chance, too_late = Random(seed), 0
        for _ in range(STEPS):
            step = chance.choices(STEPS_AND_WEIGHTS[0], STEPS_AND_WEIGHTS[1])[0]
            try:
                step(self, chance.choice(self.everybody), chance, self.now())
            except (PermissionDenied, connections.AccountClosed):
                too_late += 1
        return too_late


def answer(crowd: Crowd, somebody: Connected, chance: Random, at: datetime) -> None:
    tip = Tip.objects.filter(user=somebody.user).order_by("-made_at").first()
    if tip:
        answering.react(tip, chance.choice(["done", "done", "snooze", "dismiss"]), at=at)


def show(crowd: Crowd, somebody: Connected, chance: Random, at: datetime) -> None:
    tip = Tip.objects.live().filter(user=somebody.user).first()
    if tip:
        answering.mark_shown(tip, surface="page", at=at)


def undo(crowd: Crowd, somebody: Connected, chance: Random, at: datetime) -> None:
    tip = Tip.objects.filter(user=somebody.user, state="answered").order_by("-ended_at").first()
    if tip:
        answering.undo(tip, at=at)


def explain(crowd: Crowd, somebody: Connected, chance: Random, at: datetime) -> None:
    tip = Tip.objects.filter(user=somebody.user, reaction="dismiss").order_by("-ended_at").first()
    if tip:
        answering.explain(tip, chance.choice(["not_now", "wrong", "already_done"]), at=at)


def more(crowd: Crowd, somebody: Connected, chance: Random, at: datetime) -> None:
    answering.end_rest(somebody.user.pk, at=at)
    making.make_tip(somebody.user.pk, at=at)


def make(crowd: Crowd, somebody: Connected, chance: Random, at: datetime) -> None:
    making.make_tip(somebody.user.pk, at=at)


def read(crowd: Crowd, somebody: Connected, chance: Random, at: datetime) -> None:
    somebody.account.add_task(f"Task at {at}", due=NOON.date(), priority=chance.randint(1, 4))
    due.request_sync(somebody.connection.pk, somebody.user.pk, at=at)
    syncing.sync(somebody.connection.pk, at=at)


def close(crowd: Crowd, somebody: Connected, chance: Random, at: datetime) -> None:
    completing.complete_due(at=at)


def leave(crowd: Crowd, somebody: Connected, chance: Random, at: datetime) -> None:
    """Few leave, and each from a device of their own, perhaps twice."""
    user = User.objects.filter(pk=chance.choice(crowd.leaving).user.pk).first()
    if user:
        leaving.delete_account(user, receipt_id=uuid4(), at=at)


Step = Callable[[Crowd, Connected, Random, datetime], None]
STEPS_AND_WEIGHTS: tuple[list[Step], list[int]] = (
    [answer, show, undo, explain, more, make, read, close, leave],
    [14, 6, 8, 4, 10, 6, 8, 8, 1],
)


@pytest.fixture
def crowd(todoist: TodoistStandIn) -> Crowd:
    everybody = [connected(todoist, 4) for _ in range(PEOPLE)]
    return Crowd(everybody, everybody[-LEAVE:])


def test_a_busy_day_ends_without_an_error_and_in_order(crowd: Crowd, crew: Crew) -> None:
    traces = {one.user.pk: Trace.of(one.user) for one in crowd.everybody}
    ends = crew.at_once(*[partial(crowd.work, seed) for seed in range(WORKERS)])
    assert not errors(ends), errors(ends)
    for one in crowd.leaving:
        if user := User.objects.filter(pk=one.user.pk).first():
            leaving.delete_account(user, receipt_id=uuid4(), at=crowd.now())
    assert {one.user.pk: what_is_left(traces[one.user.pk]) for one in crowd.leaving} == {
        one.user.pk: (0, {}) for one in crowd.leaving
    }
    staying = crowd.everybody[:-LEAVE]
    assert sum(recorded(one.user, TipReacted) for one in staying) > 20
    assert sum(recorded(one.user, TipReactionUndone) for one in staying) > 0
    for one in staying:
        check(one)


def check(one: Connected) -> None:
    assert Tip.objects.live().filter(user=one.user).count() <= 1
    answered = Tip.objects.filter(user=one.user, state="answered")
    undone = recorded(one.user, TipReactionUndone)
    assert recorded(one.user, TipReacted) - undone == answered.count()
    check_completions(one, [tip for tip in answered if is_done(tip)])


def is_done(tip: Tip) -> bool:
    return tip.reaction == "done" or tip.reason == "already_done"


def check_completions(one: Connected, done: list[Tip]) -> None:
    """What counts is closed or waits to be; what was taken back was never told to the source."""
    states = {row.key: row.state for row in Completion.objects.filter(user=one.user)}
    wanted = {tip.completion_key for tip in done if tip.completion_key}
    assert len(wanted) == len(done)
    assert wanted <= states.keys()
    assert all(states[key] in {"waiting", "done"} for key in wanted)
    assert {states[key] for key in states.keys() - wanted} <= {"cancelled"}
    asked = list(states.values()).count("done")
    assert len(one.account.completions) <= asked
    assert recorded(one.user, TaskCompleted) >= len(one.account.completions)
    assert Connection.objects.get(user=one.user).state == "ok"
