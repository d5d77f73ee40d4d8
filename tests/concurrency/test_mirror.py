"""The relay and NATS, killed wherever they happen to be; and transactions that overlap.

Afterwards the streams hold each event of the log once, and those of a person in order. The moments
are drawn from a seed, and counted in events that are marked. The time that the claim of a relay
that was killed needs to run out is not waited for: the claim is given back.
"""

from __future__ import annotations

import signal
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from threading import Event, Thread
from uuid import UUID

import pytest
from django.db import connections, transaction
from django.utils import timezone

from events import bus
from events.bus import publish
from events.catalog import TaskCompleted, TipReactionUndone
from events.mirror.relaying import Relaying
from events.mirror.streams import Streams
from events.models import EventRecord, Relay
from tests import jetstream, servers
from tests.clock import NOON
from tests.concurrency import processes
from tests.concurrency.test_crash import SEED
from tests.concurrency.together import beside, wait_until
from tests.servers import Nats

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

KILLS, OF_NATS = 10, {2, 5, 8}
PEOPLE = [UUID(int=n) for n in range(1, 5)]


@pytest.fixture
def nats() -> Iterator[Nats]:
    with servers.nats() as server:
        yield server


@pytest.fixture(autouse=True)
def _nobody_else_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    """The people of these tests are numbers."""
    monkeypatch.setattr(bus, "_subscribers", defaultdict(list))


class RelayProcess:
    """`manage.py relay`, as compose starts it."""

    def __init__(self, nats: Nats, log: Path) -> None:
        self._env = {
            **processes.environment("memory://", "http://127.0.0.1"),
            "OO_TEST_NATS_URL": nats.url,
        }
        self.log = log
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return processes.start(self._env, self.log, "django", "relay")

    def kill_and_restart(self) -> None:
        processes.kill(self.process)
        Relay.objects.update(claimed_until=None)
        self.process = self._start()

    def stop(self) -> None:
        processes.kill(self.process)


@pytest.fixture
def relay(nats: Nats, tmp_path: Path) -> Iterator[RelayProcess]:
    relay = RelayProcess(nats, tmp_path / "relay.log")
    yield relay
    relay.stop()


class Publisher(Thread):
    """What happens meanwhile, to one person after the other."""

    def __init__(self) -> None:
        super().__init__()
        self._over, self.published = Event(), 0

    def run(self) -> None:
        try:
            while not self._over.wait(0.01):
                user_id, at = PEOPLE[self.published % len(PEOPLE)], timezone.now()
                with transaction.atomic():
                    if self.published % 3:
                        publish(TaskCompleted(user_id=user_id, at=at, task_id=1, by="oo"))
                    else:
                        publish(TipReactionUndone(user_id=user_id, at=at, tip_id=UUID(int=1)))
                self.published += 1
        finally:
            connections.close_all()

    def stop(self) -> None:
        self._over.set()
        self.join()


def mirrored() -> int:
    return EventRecord.objects.exclude(mirrored_as=None).count()


def has_mirrored(count: int) -> bool:
    return mirrored() >= count


def test_whatever_is_killed_each_event_is_mirrored_once_and_in_order(
    nats: Nats, relay: RelayProcess
) -> None:
    chance, publisher = Random(SEED), Publisher()
    publisher.start()
    try:
        for number in range(KILLS):
            wanted = mirrored() + chance.randint(1, 40)
            wait_until(partial(has_mirrored, wanted), "the relay goes on")
            time.sleep(chance.uniform(0, 0.02))
            if number in OF_NATS:
                nats.kill()
            relay.kill_and_restart()
            if number in OF_NATS:
                nats.start()
    finally:
        publisher.stop()
    wait_until(lambda: not EventRecord.objects.waiting().exists(), "the log is empty")
    check(nats, publisher.published)


def check(nats: Nats, published: int) -> None:
    found = jetstream.read(nats.url)
    ids = [each.id for each in found]
    rows = EventRecord.objects.order_by("pk")
    assert len(ids) == rows.count() == published
    assert set(ids) == {str(row.event_id) for row in rows}
    told: dict[tuple[str, str], list[str]] = defaultdict(list)
    happened: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in found:
        told[each.envelope.user_id, each.stream].append(each.id)
    for row in rows:
        happened[str(row.user_id), row.subject.partition(".")[0]].append(str(row.event_id))
    assert told == happened


def test_a_relay_outlasts_nats_and_catches_up(nats: Nats, relay: RelayProcess) -> None:
    for user_id in PEOPLE:
        happen(user_id)
    wait_until(lambda: mirrored() == len(PEOPLE), "the first are mirrored")
    nats.kill()
    for user_id in PEOPLE * 100:
        happen(user_id)
    wait_until(lambda: "the mirror waits" in relay.log.read_text(), "the relay notices")
    nats.start()
    wait_until(lambda: not EventRecord.objects.waiting().exists(), "the relay catches up")
    check(nats, len(PEOPLE) * 101)


def happen(user_id: UUID) -> None:
    with transaction.atomic():
        publish(TaskCompleted(user_id=user_id, at=NOON, task_id=1, by="oo"))


@pytest.mark.parametrize("is_away", [False, True])
def test_sigterm_ends_it_within_five_seconds(
    is_away: bool, nats: Nats, relay: RelayProcess
) -> None:
    happen(PEOPLE[0])
    wait_until(lambda: mirrored() == 1, "it has begun")
    if is_away:
        nats.kill()
        happen(PEOPLE[0])
        wait_until(lambda: "the mirror waits" in relay.log.read_text(), "the relay notices")
    relay.process.send_signal(signal.SIGTERM)
    assert relay.process.wait(5) == 0
    assert not Relay.objects.exclude(claimed_until=None).exists()


def test_a_smaller_key_that_is_committed_later_is_mirrored_too(nats: Nats) -> None:
    streams = Streams(nats.url, kept=timedelta(days=30))
    relaying = Relaying(streams)
    with transaction.atomic():
        publish(TaskCompleted(user_id=PEOPLE[0], at=NOON, task_id=1, by="oo"))
        beside(partial(happen, PEOPLE[1]))
        beside(partial(relaying.round, at=NOON))
        late = EventRecord.objects.get(mirrored_as=None)
        assert late.pk < EventRecord.objects.exclude(mirrored_as=None).get().pk
    relaying.round(at=NOON)
    streams.close()

    found = [each.envelope.user_id for each in jetstream.read(nats.url)]
    assert found == [str(PEOPLE[1]), str(PEOPLE[0])]
