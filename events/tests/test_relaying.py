from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import Mock
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from events.bus import publish
from events.catalog import TaskCompleted, TipReactionUndone
from events.eraser import EventsEraser
from events.mirror import relaying
from events.mirror.relaying import BATCH, LEASE, Relaying
from events.mirror.streams import SAME_ID, Away, Streams
from events.models import EventRecord, Recall, Relay
from events.tasks import purge
from tests import jetstream, servers
from tests.clock import NOON
from tests.servers import Nats

ALICE, BOB = UUID(int=1), UUID(int=2)
KEPT = timedelta(days=30)

pytestmark = pytest.mark.django_db


@pytest.fixture
def nats() -> Iterator[Nats]:
    with servers.nats() as server:
        yield server


@pytest.fixture
def relay(nats: Nats) -> Iterator[Relaying]:
    streams = Streams(nats.url, kept=KEPT)
    yield Relaying(streams)
    streams.close()


def happen(count: int, user_id: UUID = ALICE, *, at: datetime = NOON) -> list[EventRecord]:
    first = EventRecord.objects.count()
    rows = [
        EventRecord(
            subject=TaskCompleted.subject,
            user_id=user_id,
            at=at,
            body={"task_id": first + n, "by": "oo"},
        )
        for n in range(count)
    ]
    return EventRecord.objects.bulk_create(rows)


def empty(relay: Relaying, *, at: datetime = NOON) -> int:
    """Rounds until nothing waits; how many."""
    for number in range(1, 100):
        if not relay.round(at=at):
            return number
    raise AssertionError("it never ends")


def test_what_was_published_is_mirrored_under_its_subject(nats: Nats, relay: Relaying) -> None:
    with transaction.atomic():
        publish(TaskCompleted(user_id=ALICE, at=NOON, task_id=5, by="source"))
        publish(TipReactionUndone(user_id=BOB, at=NOON, tip_id=uuid4()))
    empty(relay)

    done, undone = EventRecord.objects.order_by("pk")
    found = {each.id: each for each in jetstream.read(nats.url)}
    assert found.keys() == {str(done.event_id), str(undone.event_id)}
    mine = found[str(done.event_id)]
    assert (mine.stream, mine.number, mine.subject) == ("signals", 1, "signals.task.completed")
    assert mine.envelope.task_completed.task_id == 5
    assert mine.envelope.traceparent == done.trace
    assert found[str(undone.event_id)].stream == "feedback"
    assert done.mirrored_as == undone.mirrored_as == 1


def test_a_backlog_goes_in_batches_and_in_order(
    nats: Nats, relay: Relaying, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[int] = []
    mark = relaying.mark

    def count(numbers: dict[int, int], records: list[EventRecord]) -> None:
        held.append(len(records))
        mark(numbers, records)

    monkeypatch.setattr(relaying, "mark", count)
    monkeypatch.setattr(relaying, "BATCH_S", 30.0)
    rows = happen(2 * BATCH + 7)
    empty(relay)

    assert held == [BATCH, BATCH, 7]
    assert [each.id for each in jetstream.read(nats.url)] == [str(row.event_id) for row in rows]
    assert not EventRecord.objects.waiting().exists()


def test_when_time_is_short_what_went_is_marked(
    nats: Nats, relay: Relaying, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relaying, "BATCH_S", 0.0)
    happen(3)

    assert relay.round(at=NOON)
    assert EventRecord.objects.waiting().count() == 2
    empty(relay)
    assert len(jetstream.read(nats.url)) == 3


def test_what_is_sent_twice_is_there_once(nats: Nats, relay: Relaying) -> None:
    happen(10)
    empty(relay)
    numbers = list(EventRecord.objects.order_by("pk").values_list("mirrored_as", flat=True))
    EventRecord.objects.update(mirrored_as=None)  # as if killed between message and mark
    nats.kill()
    nats.start()
    with pytest.raises(Away):
        relay.round(at=NOON)
    empty(relay)

    assert len(jetstream.read(nats.url)) == 10
    assert numbers == list(range(1, 11))
    again = EventRecord.objects.order_by("pk").values_list("mirrored_as", flat=True)
    assert list(again) == numbers


def test_nats_may_be_away(nats: Nats, relay: Relaying) -> None:
    nats.kill()
    rows = happen(5)
    for _ in range(2):
        with pytest.raises(Away):
            relay.round(at=NOON)
    assert EventRecord.objects.waiting().count() == 5
    nats.start()
    happen(5, BOB)
    empty(relay)

    found = jetstream.read(nats.url)
    assert len(found) == EventRecord.objects.count() == 10
    assert [each.id for each in found[:5]] == [str(row.event_id) for row in rows]


def test_of_two_relays_one_works_until_its_claim_is_over(nats: Nats, relay: Relaying) -> None:
    other_streams = Streams(nats.url, kept=KEPT)
    other = Relaying(other_streams)
    relay.round(at=NOON)
    happen(2)

    assert not other.round(at=NOON + LEASE - timedelta(seconds=1))
    assert EventRecord.objects.waiting().count() == 2
    other.round(at=NOON + LEASE)
    assert not EventRecord.objects.waiting().exists()
    happen(1)
    relay.round(at=NOON + LEASE)
    assert EventRecord.objects.waiting().count() == 1
    other_streams.close()


def test_a_relay_that_is_stopped_lets_go(nats: Nats) -> None:
    running = Relaying(Streams(nats.url, kept=KEPT), beat=lambda: running.stop())
    running.run()
    assert not Relay.objects.exclude(holder=None, claimed_until=None).exists()


def test_what_is_run_until_it_is_stopped_empties_the_log(nats: Nats) -> None:
    happen(3)

    def beat() -> None:
        if not EventRecord.objects.waiting().exists():
            running.stop()

    running = Relaying(Streams(nats.url, kept=KEPT), beat=beat)
    running.run()
    assert len(jetstream.read(nats.url)) == 3


def test_streams_are_on_disk_and_keep_what_the_operator_sets(nats: Nats, relay: Relaying) -> None:
    relay.round(at=NOON)
    jetstream.configure(nats.url, "signals", max_bytes=10**9, duplicate_window=60)
    other = Streams(nats.url, kept=timedelta(days=40))
    other.connect()
    other.close()

    found = jetstream.configuration(nats.url, "signals")
    assert (found.storage, found.subjects) == ("file", ["signals.>"])
    assert found.max_bytes == 10**9
    assert found.duplicate_window == SAME_ID.total_seconds()
    assert found.max_age == timedelta(days=40).total_seconds()


def test_what_is_erased_is_erased_in_the_mirror(nats: Nats, relay: Relaying) -> None:
    happen(3, ALICE)
    happen(2, BOB)
    empty(relay)
    happen(1, ALICE)
    EventsEraser().erase(ALICE)
    assert Recall.objects.count() == 3
    empty(relay)

    assert {each.envelope.user_id for each in jetstream.read(nats.url)} == {str(BOB)}
    assert not Recall.objects.exists()


def test_what_is_erased_on_its_way_is_recalled(
    nats: Nats, relay: Relaying, monkeypatch: pytest.MonkeyPatch
) -> None:
    happen(2, ALICE)
    happen(1, BOB)
    send = Streams.send

    def erase_meanwhile(*args: Any, **more: Any) -> list[int]:
        numbers = send(*args, **more)
        EventsEraser().erase(ALICE)
        return numbers

    monkeypatch.setattr(Streams, "send", erase_meanwhile)
    relay.round(at=NOON)
    assert len(jetstream.read(nats.url)) == 3
    empty(relay)
    assert [each.envelope.user_id for each in jetstream.read(nats.url)] == [str(BOB)]


def test_what_was_sent_and_not_marked_is_erased_there_too(
    nats: Nats, relay: Relaying, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.NATS_URL = nats.url
    happen(2, ALICE)
    happen(1, BOB)
    with monkeypatch.context() as killed:
        killed.setattr(relaying, "mark", Mock(side_effect=SystemExit))
        with pytest.raises(SystemExit):
            relay.round(at=NOON)
    happen(1, ALICE)  # of which the mirror knows nothing yet
    EventsEraser().erase(ALICE)
    empty(relay)
    assert [each.envelope.user_id for each in jetstream.read(nats.url)] == [str(BOB)]
    assert not Recall.objects.exists()


def test_a_stream_that_keeps_everything_stops_nobody(
    nats: Nats, relay: Relaying, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is erased here stays there, and is asked for again and again: the log says so."""
    monkeypatch.setattr(relaying, "BATCH", 2)
    happen(2, ALICE)
    empty(relay)
    jetstream.configure(nats.url, "signals", deny_delete=True)
    EventsEraser().erase(ALICE)
    happen(3, BOB)
    for minute in range(3):
        is_more = relay.round(at=NOON + timedelta(minutes=minute))
    assert not is_more, "it would ask without a pause"
    assert not EventRecord.objects.waiting().exists()
    assert Recall.objects.count() == 2


@pytest.mark.parametrize("how", ["too large", "no stream"])
def test_what_no_stream_takes_holds_up_nothing(nats: Nats, relay: Relaying, how: str) -> None:
    empty(relay)
    large, *_others = happen(3)
    if how == "too large":
        jetstream.configure(nats.url, "signals", max_msg_size=400)
        EventRecord.objects.filter(pk=large.pk).update(body={"task_id": 1, "by": "o" * 500})
    else:
        EventRecord.objects.filter(pk=large.pk).update(subject="lab.old.thing")
    empty(relay)
    assert [row.mirrored_as for row in EventRecord.objects.order_by("pk")] == [0, 1, 2]
    assert len(jetstream.read(nats.url)) == 2


def test_what_is_recalled_from_a_stream_that_was_made_anew_hits_nobody(
    nats: Nats, relay: Relaying
) -> None:
    happen(1, ALICE)
    empty(relay)
    jetstream.forget(nats.url, "signals")
    other = Streams(nats.url, kept=KEPT)
    other.connect()
    other.close()
    EventsEraser().erase(ALICE)
    happen(1, BOB)
    recalls = list(Recall.objects.all())
    Recall.objects.all().delete()
    empty(relay)
    Recall.objects.bulk_create(recalls)
    empty(relay)

    assert [each.envelope.user_id for each in jetstream.read(nats.url)] == [str(BOB)]
    assert not Recall.objects.exists()


def test_without_a_mirror_nothing_is_marked_and_nothing_recalled() -> None:
    with transaction.atomic():
        publish(TaskCompleted(user_id=ALICE, at=NOON, task_id=5, by="oo"))
    assert EventRecord.objects.get().mirrored_as is None
    EventsEraser().erase(ALICE)
    assert not Recall.objects.exists()
    with pytest.raises(CommandError, match="NATS_URL"):
        call_command("relay")
    assert not Relay.objects.exists()


def test_a_mirror_that_is_turned_on_later_gets_what_is_kept(nats: Nats, relay: Relaying) -> None:
    happen(3, at=NOON - timedelta(days=20))
    empty(relay)
    assert len(jetstream.read(nats.url)) == 3


@pytest.mark.parametrize(
    ("url", "left"), [("", []), ("nats://somewhere", [31, 59])], ids=["off", "on"]
)
def test_what_waits_for_the_mirror_is_kept_for_twice_as_long(
    url: str, left: list[int], settings: Any
) -> None:
    settings.NATS_URL = url
    now = timezone.now()
    for days in (31, 59, 61):
        happen(1, UUID(int=days), at=now - timedelta(days=days))
    EventRecord.objects.filter(pk__in=[r.pk for r in happen(2, at=now - 31 * timedelta(1))]).update(
        mirrored_as=1
    )
    Recall.objects.create(event_id=uuid4(), subject="x", number=1, at=now - 31 * timedelta(1))
    purge()

    assert [row.user_id.int for row in EventRecord.objects.order_by("user_id")] == left
    assert not Recall.objects.exists()
