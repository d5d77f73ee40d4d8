"""Sweeps side by side, one whose worker is killed, and people who leave while one looks at them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections

from accounts.models import User
from accounts.privacy.leftovers import Trace
from agents.looking import sweeping
from agents.models import AgentOutput, Claimed, LookSchedule, Sweep
from agents.understanding import keeping
from tests import leaving
from tests.clock import NOON
from tests.concurrency.people import somebody, what_is_left
from tests.concurrency.processes import ROOT, environment
from tests.concurrency.together import (
    Crew,
    beside,
    errors,
    meanwhile,
    wait_until_somebody_waits_for_a_lock,
)
from tests.factories import make_connection, make_task

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

PEOPLE, CHUNK = 300, 20


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "CHUNK", CHUNK)


def somebody_with_something_late() -> User:
    user = somebody()
    make_task(user, due_in=-1, words_digest="a" * 32, connection=make_connection(user))
    LookSchedule.objects.begin([user.pk])
    LookSchedule.objects.note_activity(user.pk, at=NOON)
    return user


def settle(people: int) -> list[User]:
    return [somebody_with_something_late() for _ in range(people)]


def claim(at: datetime) -> list[Claimed]:
    return LookSchedule.objects.claim(sweeping.CHUNK, at=at, until=at + sweeping.LEASE)


def sweep(at: datetime = NOON) -> list[UUID]:
    """Whom this worker looked at, chunk after chunk until nobody is due."""
    run, looked_at = sweeping.begin(at=at), list[UUID]()
    while claimed := claim(at):
        sweeping.sweep_chunk(run, claimed, at=at)
        looked_at += [c.user_id for c in claimed]
    return looked_at


def seen_late() -> Counter[UUID]:
    """How many outputs say of whom that something is late."""
    rows = AgentOutput.objects.filter(agent="overdue-task")
    return Counter(rows.values_list("user_id", flat=True))


def test_two_sweeps_at_once_look_at_everybody_once(crew: Crew) -> None:
    everybody = {user.pk: 1 for user in settle(PEOPLE)}
    ends = crew.at_once(sweep, sweep)
    assert not errors(ends)
    assert Counter(ends[0] + ends[1]) == everybody
    assert seen_late() == everybody
    runs = Sweep.objects.all()
    assert sum(run.people for run in runs) == PEOPLE
    assert not any(run.failed for run in runs)
    assert not LookSchedule.objects.filter(claimed_until__isnull=False).exists()
    assert claim(NOON) == []


def test_two_workers_at_the_same_people_leave_one_output_of_each(crew: Crew) -> None:
    """As when a lease is over while its worker still lives."""
    everybody = {user.pk: 1 for user in settle(CHUNK)}
    for _ in range(5):
        run, claimed = sweeping.begin(at=NOON), claim(NOON)
        assert len(claimed) == CHUNK
        backwards = claimed[::-1]
        ends = crew.at_once(
            partial(sweeping.sweep_chunk, run, claimed, at=NOON),
            partial(sweeping.sweep_chunk, run, backwards, at=NOON),
        )
        assert not errors(ends)
        assert seen_late() == everybody
        AgentOutput.objects.all().delete()
        LookSchedule.objects.update(is_changed=True)


# It says whom it has claimed, and then holds them until it is killed.
HALF_WAY = """
import django; django.setup()
import json, sys, time
from agents.looking import outputs, sweeping
from agents.models import LookSchedule
from tests.clock import NOON
run = sweeping.begin(at=NOON)
claimed = LookSchedule.objects.claim(int(sys.argv[1]), at=NOON, until=NOON + sweeping.LEASE)
real = sweeping.write
def write_and_stop(changes):
    real(changes)
    print(json.dumps([str(c.user_id) for c in claimed]), flush=True)
    time.sleep(600)
sweeping.write = write_and_stop
sweeping.sweep_chunk(run, claimed, at=NOON)
"""


@contextmanager
def worker_half_way() -> Iterator[tuple[subprocess.Popen[str], set[UUID]]]:
    """A worker that has written what it saw and not committed it; whom it holds."""
    process = subprocess.Popen(
        [sys.executable, "-c", HALF_WAY, str(CHUNK)],
        cwd=ROOT,
        env={**os.environ, **environment("memory://", "http://127.0.0.1:9")},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        line = process.stdout.readline()
        assert line, "it ended before it had claimed anybody"
        yield process, {UUID(each) for each in json.loads(line)}
    finally:
        process.kill()
        process.communicate()


def test_whom_a_killed_worker_held_the_next_sweep_looks_at_after_the_lease() -> None:
    everybody = {user.pk: 1 for user in settle(3 * CHUNK)}
    with worker_half_way() as (process, held):
        process.kill()
        process.wait()
    assert len(held) == CHUNK
    others = sweep()
    assert set(others) == everybody.keys() - held
    assert seen_late() == dict.fromkeys(others, 1)
    assert set(sweep(NOON + sweeping.LEASE)) >= held
    assert seen_late() == everybody


def leave(user: User) -> Any:
    return leaving.delete_account(User.objects.get(pk=user.pk), receipt_id=uuid4(), at=NOON)


# Where the sweep is when they leave.
PLACES = [
    (sweeping, "read_new_words", False),
    (keeping, "_keep", False),
    (sweeping, "load_views", False),
    (sweeping, "load_stored", False),
    (sweeping, "_write", False),
    (sweeping, "_write", True),
]


@pytest.mark.parametrize(("module", "name", "after"), PLACES)
def test_of_somebody_who_leaves_while_they_are_looked_at_nothing_stays(
    module: Any, name: str, after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, *others = settle(CHUNK)
    trace = Trace.of(alice)
    leaves: Callable[[], Any] = partial(beside, partial(leave, alice))
    ends = meanwhile(monkeypatch, module, name, leaves, after=after)
    sweep()
    assert ends[0].body["receipt"]["check"]["left"] == {}
    assert what_is_left(trace) == (0, {})
    assert seen_late() == {user.pk: 1 for user in others}
    assert claim(NOON) == []


def test_whoever_leaves_while_they_are_written_about_waits_for_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else the one would hold the person and want the rows, and the other the other way round."""
    alice, *others = settle(CHUNK)
    trace = Trace.of(alice)
    sweep()
    AgentOutput.objects.filter(user=alice).delete()
    LookSchedule.objects.update(is_changed=True)
    with ThreadPoolExecutor(1) as pool:

        def begin_to_leave() -> Future[Any]:
            leaving = pool.submit(leave, alice)
            wait_until_somebody_waits_for_a_lock()
            return leaving

        ends = meanwhile(monkeypatch, sweeping, "write", begin_to_leave, after=True)
        sweep()
        assert ends[0].result().body["receipt"]["check"]["left"] == {}
        pool.submit(connections.close_all).result()
    assert what_is_left(trace) == (0, {})
    assert seen_late() == {user.pk: 1 for user in others}


def test_whoever_leaves_while_sweeps_go_on_leaves_nothing_and_harms_nobody(crew: Crew) -> None:
    everybody = settle(2 * CHUNK)
    leaving, staying = everybody[::4], everybody[1::4]
    traces = [Trace.of(user) for user in leaving]

    def all_leave() -> None:
        for user in leaving:
            leave(user)

    assert not errors(crew.at_once(sweep, sweep, all_leave))
    assert [what_is_left(trace) for trace in traces] == [(0, {})] * len(leaving)
    assert {user.pk: seen_late()[user.pk] for user in staying} == {u.pk: 1 for u in staying}
