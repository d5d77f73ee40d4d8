"""One person's primary calendar: what its owner (here the test) does to it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from tests.stand_ins.todoist.clock import Clock

from .errors import Json, not_found
from .series import HORIZON, Starts, build_instance, shifted, starts
from .shapes import OWNER, Record, build_event, build_time, stamp


class Calendar:
    """Records are replaced, never changed in place, so that whoever holds one may keep it.

    `told` is called after each change. An id may be that of a single instance of a series.
    """

    def __init__(
        self,
        address: str,
        *,
        timezone: str,
        clock: Clock,
        lock: threading.RLock,
        next_id: Callable[[], str],
        told: Callable[[Calendar], None],
    ) -> None:
        self.id = address
        self.timezone = timezone
        self.clock = clock
        self.lock = lock
        self.role = OWNER
        self.version = 0
        self.epoch = 0
        self.has_empty_pages = False
        self._records: dict[str, Record] = {}
        self._next_id = next_id
        self._told = told

    def add_event(
        self,
        title: str,
        start: date | datetime,
        end: date | datetime | None = None,
        *,
        recurrence: str | tuple[str, ...] = (),
        **fields: object,
    ) -> str:
        """Adds an event and gives its id. Dates are whole days; without an end it lasts an hour,
        or a day. `recurrence`: "RRULE:FREQ=WEEKLY;COUNT=4". `fields` as the API names them."""
        rules = [recurrence] if isinstance(recurrence, str) else list(recurrence)
        with self.lock:
            event_id = self._next_id()
            data = build_event(event_id, title, self.id, self.clock.now())
            data |= self._span(start, end or start + _length(start))
            self._put(event_id, {**data, **({"recurrence": rules} if rules else {}), **fields})
        self._told(self)
        return event_id

    def add_events(self, count: int, start: datetime, title: str = "Event") -> list[str]:
        """An hour each, one after the other, told of once."""
        with self.lock:
            ids = [self._next_id() for _ in range(count)]
            for number, event_id in enumerate(ids):
                begin = start + timedelta(hours=number)
                data = build_event(event_id, f"{title} {number + 1}", self.id, self.clock.now())
                self._put(event_id, data | self._span(begin, begin + timedelta(hours=1)))
        self._told(self)
        return ids

    def event(self, event_id: str) -> Json:
        """The object as it stands, also of a cancelled one."""
        with self.lock:
            return dict(self._get(event_id).data)

    def update(self, event_id: str, **fields: object) -> None:
        """Writes fields as the API names them, unchecked. A series takes its instances along."""
        with self.lock:
            self._change(event_id, fields)
        self._told(self)

    def move(
        self, event_id: str, start: date | datetime, end: date | datetime | None = None
    ) -> None:
        """Without an end it keeps its length. The instances of a series that is moved are others:
        the former ones are cancelled, changed ones with them."""
        with self.lock:
            old = self._get(event_id).data
            begin = build_time(start, self.timezone)
            finish = (
                build_time(end, self.timezone)
                if end
                else shifted(old["end"], old["start"], begin, self.timezone)
            )
            self._change(event_id, {"start": begin, "end": finish})
        self._told(self)

    def cancel(self, event_id: str) -> None:
        """As an organizer does: the details stay, so that it could be restored."""
        self.update(event_id, status="cancelled")

    def delete(self, event_id: str) -> None:
        """Only the ids stay."""
        with self.lock:
            self._change(event_id, {"status": "cancelled"}, bare=True)
        self._told(self)

    def instances(self, event_id: str) -> list[str]:
        """Ids of all that the series has had planned, to the end of the horizon."""
        with self.lock:
            return list(self._starts(self._get(event_id).data))

    def expire_sync_tokens(self) -> None:
        """All that were handed out so far."""
        with self.lock:
            self.epoch += 1

    def set_role(self, role: str) -> None:
        """ "freeBusyReader" sees no titles. A change of what one may see ends the sync tokens."""
        with self.lock:
            self.role = role
            self.epoch += 1

    # What follows is for the site, which holds the lock.

    def records(self) -> list[Record]:
        """Series as they are, their exceptions beside them; in order of creation."""
        return [record for record in self._records.values() if not record.gone]

    def expanded(self, until: datetime) -> list[Record]:
        """Instances in place of the series."""
        found = []
        for record in self._records.values():
            if "recurrence" in record.data:
                found += self._expand(record, until)
            else:
                found.append(self._with_series(record))
        return found

    def _expand(self, series: Record, until: datetime) -> list[Record]:
        return [
            replace(
                series,
                data=build_instance(series.data, instance_id, at, self.timezone),
                planned=True,
            )
            for instance_id, at in starts(series.data, self.timezone, until).items()
            if instance_id not in self._records
        ]

    def _with_series(self, record: Record) -> Record:
        """An exception changes when its series does, and goes when it goes."""
        series = self._records.get(record.series_id)
        if series is None or record.gone:
            return record
        record = replace(record, version=max(record.version, series.version))
        if not series.is_cancelled:
            return record
        data = {**record.data, "status": "cancelled"}
        return replace(record, data=data, bare=record.bare or series.bare)

    def _get(self, event_id: str) -> Record:
        if event_id in self._records:
            return self._records[event_id]
        series = self._records.get(event_id.partition("_")[0])
        if series is None or "recurrence" not in series.data:
            raise not_found()
        planned = self._starts(series.data)
        if event_id not in planned:
            raise not_found()
        instance = build_instance(series.data, event_id, planned[event_id], self.timezone)
        return replace(series, data=instance)

    def _change(self, event_id: str, fields: Json, *, bare: bool = False) -> None:
        old = self._get(event_id).data
        changed = {**old, **fields, "sequence": old["sequence"] + 1}
        self._put(event_id, changed, bare=bare)
        if "recurrence" in changed:
            self._drop_instances(self._starts(old), self._starts(changed))

    def _drop_instances(self, before: Starts, after: Starts) -> None:
        for instance_id, at in before.items():
            if instance_id not in after:
                data = {
                    "id": instance_id,
                    "status": "cancelled",
                    "recurringEventId": instance_id.partition("_")[0],
                    "originalStartTime": at,
                }
                self.version += 1
                self._records[instance_id] = Record(self.version, data, bare=True, gone=True)
        for instance_id in after:
            if instance_id in self._records and self._records[instance_id].gone:
                del self._records[instance_id]

    def _starts(self, series: Json) -> Starts:
        return starts(series, self.timezone, self.clock.now() + HORIZON)

    def _put(self, event_id: str, data: Json, *, bare: bool = False) -> None:
        self.version += 1
        signs = {"etag": f'"{self.version:016d}"', "updated": stamp(self.clock.now())}
        self._records[event_id] = Record(self.version, {**data, **signs}, bare)

    def _span(self, start: date | datetime, end: date | datetime) -> Json:
        return {
            "start": build_time(start, self.timezone),
            "end": build_time(end, self.timezone),
        }


def _length(start: date | datetime) -> timedelta:
    return timedelta(hours=1) if isinstance(start, datetime) else timedelta(days=1)
