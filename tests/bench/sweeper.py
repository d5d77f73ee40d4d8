"""What one process of the sweep's bench is asked to do, by tests.bench.jobs.

It works on rows as the Celery worker does, without a broker, and without its clock: every sweep has
a moment in the minutes after tests.clock.NOON.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction

from agents.looking import sweeping
from agents.models import LookSchedule, Sweep
from agents.registry import READERS
from agents.understanding.loading import FIRST_READER
from oo.lib import copying
from tests.bench import crowd
from tests.clock import NOON

SETTLED_AT_ONCE = 2_000  # people

Numbers = tuple[int, int]  # the first and the last person of a chunk
PEOPLE = f"select {crowd.PERSON} from generate_series({{}}, {{}}) p"

# What a look reads, column by column.
READ = {
    "accounts_profile": "user_id, time_zone, locale",
    "accounts_consent": "user_id, key",
    "integrations_connection": "id, user_id, source",
    "agents_reading": "user_id, kind, words, traits",
    "integrations_task": "user_id, connection_id, words_digest, due_on, due_time, due_zone,"
    " duration_min, recurrence, id, title, project, section, parent, labels, priority,"
    " deadline_on, added_at, changed_at, returned_at, url",
    "integrations_calendarevent": "user_id, connection_id, words_digest, starts_on, id, title,"
    " starts_at, ends_at, is_busy, attendees, organises, url",
    "events_eventrecord": "user_id, subject, body",
}
WRITTEN = "user_id, agent, version, fingerprint, snippet, made_at, expires_at"


@dataclass(slots=True)
class Spent:
    """Seconds of one sweep in this process; the memory is the most that it ever held."""

    people: int = 0
    busy_s: float = 0.0
    queries_s: float = 0.0
    copying_s: float = 0.0  # the preparing of the rows with it, the queries around it without
    peak_mib: float = 0.0

    def query(self, execute: Callable[..., Any], *call: Any) -> Any:
        """A wrapper for django.db.connection.execute_wrapper."""
        began = time.perf_counter()
        try:
            return execute(*call)
        finally:
            self.queries_s += time.perf_counter() - began

    def copy(self, *call: Any) -> None:
        """In place of oo.lib.copying.copy_and_merge."""
        began, queries_s = time.perf_counter(), self.queries_s
        copy_and_merge(*call)
        self.copying_s += time.perf_counter() - began - (self.queries_s - queries_s)


copy_and_merge = copying.copy_and_merge


def moment(minute: int) -> datetime:
    return NOON + timedelta(minutes=minute)


def migrate() -> None:
    call_command("migrate", verbosity=0)


def settle(first: int, last: int) -> None:
    reader = READERS[FIRST_READER].manifest.version
    for start in range(first, last + 1, SETTLED_AT_ONCE):
        end = min(start + SETTLED_AT_ONCE - 1, last)
        crowd.settle(start, end, now=NOON, reader=reader)


def begin(minute: int) -> int:
    return sweeping.begin(at=moment(minute)).pk


def sweep(pk: int, minute: int, chunk: int) -> dict[str, float]:
    """Chunk after chunk until nobody is due: what a worker does in agents.tasks.sweep."""
    run, at, spent = Sweep.objects.get(pk=pk), moment(minute), Spent()
    copying.copy_and_merge = spent.copy  # type: ignore[assignment]  # it counts as well
    began = time.perf_counter()
    with connection.execute_wrapper(spent.query):
        while claimed := LookSchedule.objects.claim(chunk, at=at, until=at + sweeping.LEASE):
            sweeping.sweep_chunk(run, claimed, at=at)
            spent.people += len(claimed)
    spent.busy_s = time.perf_counter() - began
    spent.peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return asdict(spent)


def count(pk: int) -> dict[str, int]:
    run = Sweep.objects.get(pk=pk)
    return {"people": run.people, "written": run.written, "failed": run.failed}


def start_anew() -> None:
    """As if nobody had ever been looked at."""
    execute("truncate agents_agentoutput", "vacuum analyze agents_lookschedule")
    change_all()


def change_all() -> None:
    execute("update agents_lookschedule set is_changed = true")


def change_some(every: int, people: int, minute: int) -> None:
    """One task of every so manieth person is renamed, as a sync would write it."""
    some = f"select {crowd.PERSON} from generate_series({every}, {people}, {every}) p"
    execute(
        "update integrations_task set title = 'Ring the plumber', words_digest = md5('plumber'),"
        f" changed_at = '{moment(minute).isoformat()}'"
        f" where external_id = 't1' and user_id in ({some})",
        f"update agents_lookschedule set is_changed = true where user_id in ({some})",
    )


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def prepare_floor() -> None:
    execute("create table floor_output (like agents_agentoutput including all)")


def keep_outputs(chunks: list[Numbers]) -> None:
    """In memory, as the floor writes them: to make them is not its work."""
    with connection.cursor() as cursor:
        for first, last in chunks:
            people = PEOPLE.format(first, last)
            rows = f"select {WRITTEN} from agents_agentoutput where user_id in ({people})"
            kept[first] = b"".join(_copied_out(cursor, rows))


kept: dict[int, bytes] = {}  # by the first person of the chunk


def floor(chunks: list[Numbers]) -> None:
    """The same rows out of the database and into it again, and nothing done with them."""
    with connection.cursor() as cursor:
        for first, last in chunks:
            people = PEOPLE.format(first, last)
            for table, columns in READ.items():
                rows = f"select {columns} from {table} where user_id in ({people})"
                for _block in _copied_out(cursor, rows):
                    pass
            with transaction.atomic():
                _merge(cursor, kept[first])


def _copied_out(cursor: Any, rows: str) -> list[bytes]:
    with cursor.copy(f"copy ({rows}) to stdout") as copy:
        return [bytes(block) for block in copy]


def _merge(cursor: Any, outputs: bytes) -> None:
    cursor.execute(
        f"create temporary table copied on commit drop as select {WRITTEN} from floor_output"
        " with no data"
    )
    with cursor.copy(f"copy copied ({WRITTEN}) from stdin") as copy:
        copy.write(outputs)
    cursor.execute(
        f"insert into floor_output ({WRITTEN}) select {WRITTEN} from copied order by user_id, agent"
        " on conflict (user_id, agent) do update set version = excluded.version,"
        " fingerprint = excluded.fingerprint, snippet = excluded.snippet,"
        " made_at = excluded.made_at, expires_at = excluded.expires_at"
    )


JOBS: dict[str, Callable[..., Any]] = {
    job.__name__: job
    for job in (migrate, settle, begin, sweep, count, start_anew, change_all, change_some,
                prepare_floor, keep_outputs, floor)
}  # fmt: skip
