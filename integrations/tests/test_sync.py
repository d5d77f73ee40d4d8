from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from events.models import EventRecord
from integrations.base import Pull
from integrations.models import CalendarEvent, Connection, Task
from integrations.sync import rows, syncing
from integrations.sync.syncing import Outcome, sync
from integrations.tests.scripted import (
    MINUTE,
    Scripted,
    delta,
    event,
    full,
    make_scripted_task,
    task,
)
from tests.clock import NOON, TODAY

State = Connection.State


def again(connection: Connection, minutes: int = 0) -> Outcome:
    Connection.objects.filter(pk=connection.pk).update(next_sync_at=NOON)
    return sync(connection.pk, at=NOON + minutes * MINUTE)


def test_a_first_sync_writes_rows_cursor_and_state(
    scripted: Scripted, connection: Connection, subjects: Any
) -> None:
    scripted.script.says = full(task(), task("t2", labels=("home",), priority=4), n=7)
    assert sync(connection.pk, at=NOON) == Outcome.SYNCED
    connection.refresh_from_db()
    assert (connection.state, connection.cursor) == (State.OK, {"n": 7})
    assert (connection.synced_at, connection.claimed_until) == (NOON, None)
    assert set(Task.objects.values_list("external_id", "priority")) == {("t1", 1), ("t2", 4)}
    assert subjects() == ["signals.task.synced"]
    assert EventRecord.objects.get().body["changed"] == 2


def test_the_source_sees_the_link(scripted: Scripted, connection: Connection) -> None:
    sync(connection.pk, at=NOON)
    (link,) = scripted.script.links
    assert (link.id, link.account, link.cursor) == (connection.pk, "account-1", {})
    assert link.credentials["access_token"] == "old"
    assert link.zone.key == "Europe/Berlin"


@pytest.mark.django_db(transaction=True)
def test_the_source_is_asked_outside_any_transaction(
    scripted: Scripted, connection: Connection
) -> None:
    seen: list[bool] = []
    scripted.script.meanwhile = lambda: seen.append(database.in_atomic_block)
    assert sync(connection.pk, at=NOON) == Outcome.SYNCED
    assert seen == [False]


def test_the_next_sync_is_a_period_away_give_or_take_a_tenth(
    scripted: Scripted, connection: Connection
) -> None:
    waits = set()
    for _ in range(5):
        again(connection)
        connection.refresh_from_db()
        waits.add((connection.next_sync_at - NOON) / MINUTE)
    assert len(waits) > 1
    assert all(9 <= wait <= 11 for wait in waits)


def test_the_same_data_twice_changes_nothing(
    scripted: Scripted, connection: Connection, subjects: Any
) -> None:
    elsewhere = timezone(timedelta(hours=1))
    scripted.script.says = Pull(
        True, {"n": 1}, (task(added_at=NOON), task("t2")), (event(), event("e2"))
    )
    sync(connection.pk, at=NOON)
    told, times = subjects(), list(Task.objects.values_list("changed_at"))
    scripted.script.says = Pull(
        True,
        {"n": 1},
        (task("t2"), task(added_at=NOON.astimezone(elsewhere))),
        (event("e2"), event(starts_at=NOON.astimezone(elsewhere))),
    )
    with CaptureQueriesContext(database) as queries:
        assert again(connection, minutes=9) == Outcome.SYNCED
    assert not [q for q in queries if 'INTO "integrations_task' in q["sql"]]
    assert subjects() == told
    assert list(Task.objects.values_list("changed_at")) == times
    assert not CalendarEvent.objects.filter(changed_at__gt=NOON).exists()


def test_only_the_changed_row_is_written(scripted: Scripted, connection: Connection) -> None:
    scripted.script.says = full(task(), task("t2"))
    sync(connection.pk, at=NOON)
    before = Task.objects.get(external_id="t2").pk
    scripted.script.says = delta(task("t2", "Pay it now"))
    again(connection, minutes=9)
    changed = Task.objects.get(changed_at__gt=NOON)
    assert (changed.pk, changed.title) == (before, "Pay it now")
    assert EventRecord.objects.latest("pk").body | {"connection_id": ""} == {
        "connection_id": "",
        "changed": 1,
        "removed": 0,
    }


def test_when_a_recurring_task_came_back_is_kept_until_it_comes_back_again(
    scripted: Scripted, connection: Connection
) -> None:
    def seen(minutes: int, title: str, due_on: date, due_time: time | None = None) -> timedelta:
        habit = task(title=title, recurrence="every day", due_on=due_on, due_time=due_time)
        scripted.script.says = delta(habit, n=minutes)
        assert again(connection, minutes=minutes) == Outcome.SYNCED
        returned_at = Task.objects.get().returned_at
        assert returned_at is not None
        return returned_at - NOON

    tomorrow = TODAY + timedelta(days=1)
    assert seen(0, "Run", TODAY) == timedelta()
    assert seen(20, "Run far", TODAY) == timedelta()
    assert seen(40, "Run far", tomorrow) == 40 * MINUTE
    assert seen(60, "Run far", TODAY) == 40 * MINUTE  # put back by hand
    assert seen(80, "Run far", TODAY, time(18)) == 80 * MINUTE
    scripted.script.says = delta(task(due_on=tomorrow), n=9)
    again(connection, minutes=100)
    assert Task.objects.get().returned_at is None  # it does not recur any more


def test_since_when_a_task_has_its_words_is_kept_until_they_change(
    scripted: Scripted, connection: Connection
) -> None:
    def seen(minutes: int, **fields: Any) -> datetime | None:
        scripted.script.says = delta(task(**fields), n=minutes)
        assert again(connection, minutes=minutes) == Outcome.SYNCED
        return Task.objects.get().worded_at

    assert seen(0, title="Report") is None
    assert seen(20, title="Report", priority=4) is None
    assert seen(40, title="Report by tomorrow") == NOON + 40 * MINUTE
    assert seen(60, title="Report by tomorrow", priority=2) == NOON + 40 * MINUTE
    assert seen(80, title="Report by tomorrow", description="Now!") == NOON + 80 * MINUTE


@pytest.mark.parametrize(("open_only", "left"), [(True, {"closed"}), (False, set())])
def test_of_open_tasks_alone_what_is_closed_is_not_missing(
    scripted: Scripted, connection: Connection, open_only: bool, left: set[str]
) -> None:
    make_scripted_task(connection, external_id="open")
    make_scripted_task(connection, external_id="closed", completed_at=NOON)
    scripted.script.says = replace(full(), open_only=open_only)
    sync(connection.pk, at=NOON)
    assert set(Task.objects.values_list("external_id", flat=True)) == left


def test_a_delta_deletes_what_is_gone_and_keeps_the_rest(
    scripted: Scripted, connection: Connection
) -> None:
    scripted.script.says = full(task(), task("t2"))
    sync(connection.pk, at=NOON)
    scripted.script.says = delta(gone_tasks=frozenset({"t1", "never seen"}))
    again(connection)
    assert [t.external_id for t in Task.objects.all()] == ["t2"]
    assert EventRecord.objects.latest("pk").body["removed"] == 1


def test_a_full_pull_deletes_what_it_does_not_name(
    scripted: Scripted, connection: Connection
) -> None:
    scripted.script.says = Pull(True, {}, (task(), task("t2")), (event(), event("e2")))
    sync(connection.pk, at=NOON)
    scripted.script.says = Pull(True, {}, (task("t2"),), (event("e2"),))
    again(connection)
    assert [t.external_id for t in Task.objects.all()] == ["t2"]
    assert [e.external_id for e in CalendarEvent.objects.all()] == ["e2"]


def test_not_modified_keeps_everything(
    scripted: Scripted, connection: Connection, subjects: Any
) -> None:
    scripted.script.says = full(task())
    sync(connection.pk, at=NOON)
    scripted.script.says = Pull(full=True, cursor={"etag": "x"}, not_modified=True)
    assert again(connection) == Outcome.SYNCED
    connection.refresh_from_db()
    assert Task.objects.count() == 1
    assert connection.cursor == {"etag": "x"}
    assert subjects() == ["signals.task.synced"]


def test_occurrences_of_one_entry_are_rows_of_their_own(
    scripted: Scripted, connection: Connection, subjects: Any
) -> None:
    scripted.script.says = Pull(True, {}, (), (event(occurrence="1"), event(occurrence="2")))
    sync(connection.pk, at=NOON)
    assert CalendarEvent.objects.count() == 2
    assert subjects() == ["signals.calendar.synced"]


FOREVER, NEVER = datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)


@pytest.mark.parametrize("odd", [FOREVER, NEVER])
def test_a_date_that_nobody_means_is_no_date_of_a_task(
    scripted: Scripted, connection: Connection, odd: datetime
) -> None:
    dates: dict[str, Any] = {
        "due_on": odd.date(),
        "due_time": odd.time(),
        "deadline_on": odd.date(),
    }
    dates |= {"added_at": odd.replace(tzinfo=timezone(timedelta(hours=9))), "updated_at": odd}
    closed = task("t2", completed_at=odd)
    scripted.script.says = full(task(due_zone="Asia/Tokyo", **dates), closed)
    assert sync(connection.pk, at=NOON) == Outcome.SYNCED
    row = Task.objects.get(external_id="t1")
    assert (row.due_on, row.due_time, row.deadline_on) == (None, None, None)
    assert (row.added_at, row.updated_at) == (None, None)
    assert list(Task.objects.open()) == [row]


@pytest.mark.parametrize("odd", [FOREVER, NEVER])
def test_what_begins_when_nobody_means_is_no_event_and_what_ends_then_has_no_end(
    scripted: Scripted, connection: Connection, odd: datetime
) -> None:
    day = {"starts_on": TODAY, "ends_on": odd.date()}
    events = (event("e1"), event("e2", ends_at=odd), event("e3", ends_at=odd, **day))
    scripted.script.says = Pull(True, {}, events=(*events, event("e4", starts_at=odd, ends_at=odd)))
    assert sync(connection.pk, at=NOON) == Outcome.SYNCED
    found = CalendarEvent.objects.order_by("external_id")
    assert [e.ends_at - e.starts_at for e in found] == [30 * MINUTE, 0 * MINUTE, 1440 * MINUTE]
    assert found[2].ends_on == TODAY + timedelta(days=1)
    moved = (event("e1", starts_at=odd, ends_at=odd),)
    scripted.script.says = Pull(False, {}, events=moved)
    assert again(connection) == Outcome.SYNCED
    assert set(CalendarEvent.objects.values_list("external_id", flat=True)) == {"e2", "e3"}


def test_a_task_completed_at_the_source_is_completed_here_and_told_once(
    scripted: Scripted, connection: Connection, subjects: Any
) -> None:
    row = make_scripted_task(connection)
    scripted.script.says = delta(task(completed_at=NOON))
    sync(connection.pk, at=NOON)
    again(connection)
    row.refresh_from_db()
    assert row.completed_at == NOON
    assert subjects() == ["signals.task.synced", "signals.task.completed"]
    assert EventRecord.objects.latest("pk").body == {"task_id": row.pk, "by": "source"}


def test_a_reopened_task_is_open_again(scripted: Scripted, connection: Connection) -> None:
    make_scripted_task(connection, completed_at=NOON - MINUTE)
    scripted.script.says = delta(task(updated_at=NOON))
    sync(connection.pk, at=NOON)
    assert Task.objects.open().count() == 1


def test_what_was_said_before_oo_closed_a_task_does_not_reopen_it(
    scripted: Scripted, connection: Connection
) -> None:
    make_scripted_task(connection, completed_at=NOON)
    scripted.script.says = delta(task(updated_at=NOON - MINUTE))
    sync(connection.pk, at=NOON + MINUTE)
    assert not Task.objects.open().exists()


def test_texts_are_cut_and_cleaned_to_what_a_column_takes(
    scripted: Scripted, connection: Connection
) -> None:
    scripted.script.says = Pull(
        True,
        {},
        (
            task(
                title="a\0" + "b" * 600,
                description="\ud800" + "d" * 3_000,
                labels=("x\0",) * 80,
                priority=9,
                duration_min=-5,
                url="javascript:alert(1)",
            ),
            task("long" * 100),
            task("long" * 101),
        ),
        (event(ends_at=NOON - MINUTE, location="l" * 600),),
    )
    assert sync(connection.pk, at=NOON) == Outcome.SYNCED
    row = Task.objects.get(external_id="t1")
    assert (row.title, len(row.description)) == ("a " + "b" * 498, 2_000)
    assert (row.labels, row.priority, row.duration_min, row.url) == (["x"] * 50, 4, 0, "")
    assert Task.objects.count() == 3
    entry = CalendarEvent.objects.get()
    assert (entry.ends_at, len(entry.location)) == (NOON, 500)


def test_a_source_that_names_a_task_twice_writes_it_once(
    scripted: Scripted, connection: Connection
) -> None:
    scripted.script.says = full(task(title="first"), task(title="second"))
    assert sync(connection.pk, at=NOON) == Outcome.SYNCED
    assert Task.objects.get().title == "second"


def test_queries_grow_with_batches_and_not_with_rows(
    scripted: Scripted, connection: Connection, django_assert_max_num_queries: Any
) -> None:
    scripted.script.says = full(*(task(f"t{n}") for n in range(rows.BATCH_ROWS)))
    with CaptureQueriesContext(database) as one:
        sync(connection.pk, at=NOON)
    scripted.script.says = full(*(task(f"t{n}", "x") for n in range(2 * rows.BATCH_ROWS)))
    with CaptureQueriesContext(database) as two:
        again(connection)
    assert len(two) < 2 * len(one)
    scripted.script.says = full(*(task(f"t{n}", "x") for n in range(2 * rows.BATCH_ROWS)))
    with django_assert_max_num_queries(16):
        again(connection)


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Primary keys of the tasks that syncs have read back, in no order."""
    found: list[int] = []

    def known(pk: int, *more: Any) -> Any:
        found.append(pk)
        return really(pk, *more)

    really = rows._Known
    monkeypatch.setattr(rows, "_Known", known)
    return found


def test_a_delta_that_names_no_task_does_not_look_at_tasks(
    scripted: Scripted, connection: Connection
) -> None:
    make_scripted_task(connection, completed_at=NOON - MINUTE)
    scripted.script.says = Pull(False, {"n": 2}, events=(event(),))
    with CaptureQueriesContext(database) as queries:
        assert sync(connection.pk, at=NOON) == Outcome.SYNCED
    assert not [q for q in queries if "integrations_task" in q["sql"]]
    assert CalendarEvent.objects.count() == 1
    assert Task.objects.count() == 1


def test_a_delta_reads_back_only_what_it_names(
    scripted: Scripted, connection: Connection, looked_up: list[int]
) -> None:
    """Whatever was completed since the connection was made, and is not named."""
    for n in range(5):
        make_scripted_task(connection, external_id=f"done {n}", completed_at=NOON - MINUTE)
    names = ("t1", "t2", "back")
    named = [make_scripted_task(connection, external_id=name).pk for name in names]
    Task.objects.filter(external_id="back").update(completed_at=NOON - MINUTE)
    told = (task(title="Other words"), task("back", updated_at=NOON), task("new"))
    scripted.script.says = delta(*told, gone_tasks=frozenset({"t2", "never seen"}))
    assert sync(connection.pk, at=NOON) == Outcome.SYNCED
    assert sorted(looked_up) == sorted(named)
    assert set(Task.objects.open().values_list("external_id", flat=True)) == {"t1", "back", "new"}
    assert Task.objects.exclude(completed_at=None).count() == 5
    assert Task.objects.get(external_id="t1").title == "Other words"


def test_a_delta_of_many_names_knows_them_all(
    scripted: Scripted, connection: Connection, subjects: Any
) -> None:
    named = tuple(task("long" * 100 + str(n)) for n in range(rows.BATCH_ROWS + 1))
    scripted.script.says = delta(*named)
    sync(connection.pk, at=NOON)
    told = subjects()
    with CaptureQueriesContext(database) as queries:
        assert again(connection, minutes=9) == Outcome.SYNCED
    assert subjects() == told
    assert len([q for q in queries if 'FROM "integrations_task' in q["sql"]]) == 2
    scripted.script.says = delta(gone_tasks=frozenset(each.external_id for each in named))
    again(connection)
    assert not Task.objects.exists()


# ---- claims ---------------------------------------------------------------------------------


def test_what_is_not_due_is_not_read(scripted: Scripted, connection: Connection) -> None:
    assert sync(connection.pk, at=NOON - MINUTE) == Outcome.NOT_DUE
    assert scripted.script.calls == 0


def test_while_one_worker_reads_another_does_not(
    scripted: Scripted, connection: Connection
) -> None:
    other: list[Outcome] = []
    scripted.script.meanwhile = lambda: other.append(sync(connection.pk, at=NOON))
    assert sync(connection.pk, at=NOON) == Outcome.SYNCED
    assert other == [Outcome.NOT_DUE]
    assert scripted.script.calls == 1


def test_the_claim_of_a_dead_worker_runs_out(scripted: Scripted, connection: Connection) -> None:
    Connection.objects.update(claimed_until=NOON + MINUTE)
    assert sync(connection.pk, at=NOON) == Outcome.NOT_DUE
    assert sync(connection.pk, at=NOON + MINUTE) == Outcome.SYNCED


def test_a_worker_whose_claim_was_taken_over_writes_nothing(
    scripted: Scripted, connection: Connection
) -> None:
    scripted.script.says = full(task())
    scripted.script.meanwhile = lambda: Connection.objects.update(claimed_until=NOON + 9 * MINUTE)
    assert sync(connection.pk, at=NOON) == Outcome.DISCARDED
    assert not Task.objects.exists()
    connection.refresh_from_db()
    assert (connection.cursor, connection.claimed_until) == ({}, NOON + 9 * MINUTE)


def test_a_pull_from_an_old_cursor_is_discarded_and_tried_again_soon(
    scripted: Scripted, connection: Connection
) -> None:
    scripted.script.says = full(task())
    scripted.script.meanwhile = lambda: Connection.objects.update(cursor={"n": 5})
    assert sync(connection.pk, at=NOON) == Outcome.DISCARDED
    connection.refresh_from_db()
    assert not Task.objects.exists()
    assert connection.next_sync_at == NOON + syncing.SOON
    assert connection.claimed_until is None


def test_a_sync_asked_for_while_one_is_under_way_is_not_forgotten(
    scripted: Scripted, connection: Connection
) -> None:
    soon = NOON + MINUTE
    scripted.script.meanwhile = lambda: Connection.objects.update(next_sync_at=soon)
    assert sync(connection.pk, at=NOON) == Outcome.SYNCED
    connection.refresh_from_db()
    assert connection.next_sync_at == soon


def test_a_connection_that_needs_the_person_is_left_alone(
    scripted: Scripted, connection: Connection
) -> None:
    Connection.objects.update(state=State.RECONNECT)
    assert sync(connection.pk, at=NOON) == Outcome.NOT_DUE


def test_no_source_can_store_a_line_break_or_turn_the_direction_of_a_page(
    scripted: Scripted, connection: Connection
) -> None:
    hostile = "Pay\u202e\nthe\x00 rent\u2069"
    signal = replace(task("t1"), title=hostile, project=hostile, labels=(hostile,))
    entry = replace(event(), title=hostile, location=hostile)
    scripted.script.says = Pull(True, {}, (signal,), (entry,))
    sync(connection.pk, at=NOON)
    row, meeting = Task.objects.get(), CalendarEvent.objects.get()
    assert (row.title, row.project, row.labels) == ("Pay the rent",) * 2 + (["Pay the rent"],)
    assert (meeting.title, meeting.location) == ("Pay the rent", "Pay the rent")
