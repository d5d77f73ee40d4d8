"""The relay: it empties the log into the mirror's streams, in order and at least once.

A row is known to be mirrored by its own mark (`EventRecord.mirrored_as`), not by how far a cursor
has come. Keys become visible out of order: of two transactions at a time, the one with the smaller
key may commit last. A cursor would have passed it; a row without a mark is found wherever it lies.

Order. Rows go in the order of their keys, each when NATS has the one before. Whoever publishes for
a person holds that person's lock, so the keys of one person are in the order of what happened.

Once. Between a message and its mark anything may be killed; the row is sent again then, with the
same message id, and JetStream drops it within `streams.SAME_ID`. Two relays at a time, of which one
was given up for dead, send nothing that the other did not send under the same id.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import DatabaseError, InterfaceError, connection, connections, transaction
from django.utils import timezone

from events.mirror.streams import Away, Message, Refused, Streams
from events.mirror.wire import build_envelope
from events.models import EventRecord, Recall, Relay

log = logging.getLogger(__name__)

MARK = "update events_eventrecord set mirrored_as = %s where id = %s"

# Rows that are in memory at a time, however many wait.
BATCH = 200
# Seconds for which one batch may be sent before what went is marked.
BATCH_S = 2.0
# Much longer than one round takes; as long as that, a relay that was killed is missed.
LEASE = timedelta(seconds=30)
# Seconds between two looks when nothing waits, and the longest pause while something is away.
IDLE_S, LONGEST_PAUSE_S = 1.0, 30.0


class Relaying:
    """`beat` is called once a round: a sign of life."""

    def __init__(self, streams: Streams, *, beat: Callable[[], None] = lambda: None) -> None:
        self._streams, self._beat = streams, beat
        self._holder: UUID = uuid4()
        self._is_stopping = False

    def stop(self) -> None:
        """May be called from a signal handler. The batch in hand is marked; no other is begun."""
        self._is_stopping = True

    def run(self) -> None:
        """Until `stop`, whatever is away meanwhile."""
        pause_s = IDLE_S
        while not self._is_stopping:
            self._beat()
            try:
                is_more = self.round(at=timezone.now())
                pause_s = 0.0 if is_more else IDLE_S
            except (Away, DatabaseError, InterfaceError) as error:
                log.warning("the mirror waits: %s", f"{type(error).__name__} {error}"[:200])
                if not isinstance(error, Away):
                    connections.close_all()
                pause_s = min(LONGEST_PAUSE_S, max(IDLE_S, 2 * pause_s))
            if pause_s:
                self._streams.rest(pause_s, until=lambda: self._is_stopping)
        self._end()

    def round(self, *, at: datetime) -> bool:
        """One batch; whether more may wait. Nothing while another relay is at it. Raises Away."""
        if not Relay.objects.claim(self._holder, at=at, until=at + LEASE):
            return False
        self._streams.connect()
        if self._is_stopping:
            return False
        recalled = self._recall(at)
        records = list(EventRecord.objects.waiting()[:BATCH])
        if not records:
            return recalled == BATCH
        messages = [
            Message(str(row.event_id), row.subject, build_envelope(row).SerializeToString())
            for row in records
        ]
        numbers = self._streams.send(messages, limit_s=BATCH_S)
        mark(dict(zip((row.pk for row in records), numbers, strict=False)), records)
        return len(records) == BATCH or len(numbers) < len(records)

    def _recall(self, at: datetime) -> int:
        """What was erased here is deleted there; how many were. What is refused is no reason to go
        on at once."""
        recalls = list(Recall.objects.order_by("at")[:BATCH])
        end, deleted = time.monotonic() + BATCH_S, 0
        for each in recalls:
            try:
                self._streams.delete(str(each.event_id), each.subject, each.number)
            except Refused as refused:
                log.error("the mirror keeps %s, which is erased here: %s", each.event_id, refused)  # noqa: TRY400
                Recall.objects.filter(pk=each.pk).update(at=at)  # after all others
            else:
                each.delete()
                deleted += 1
            if self._is_stopping or time.monotonic() > end:
                break
        return deleted

    def _end(self) -> None:
        try:
            Relay.objects.release(self._holder)
        except (DatabaseError, InterfaceError):
            log.warning("the claim of the relay runs out by itself")
        self._streams.close()


def mark(numbers: dict[int, int], records: list[EventRecord]) -> None:
    """Write down which rows are mirrored as which numbers, by key. What was erased while it was on
    its way is recalled."""
    with transaction.atomic():
        rows = EventRecord.objects.select_for_update().filter(pk__in=numbers).order_by("pk")
        kept = list(rows.values_list("pk", flat=True))
        # Django's bulk_update would take as long to be written as all of this batch to be sent.
        with connection.cursor() as cursor:
            cursor.executemany(MARK, [(numbers[pk], pk) for pk in kept])
        gone = numbers.keys() - set(kept)
        Recall.objects.bulk_create(
            (
                Recall.of(row, number=numbers[row.pk])
                for row in records
                if row.pk in gone and numbers[row.pk]
            ),
            ignore_conflicts=True,
        )
