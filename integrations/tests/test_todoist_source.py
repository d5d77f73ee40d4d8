"""Reading by the source from the stand-in, over real HTTP on loopback."""

from __future__ import annotations

import json
import tracemalloc
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from integrations.base import Link
from integrations.sources import todoist as module
from integrations.sources.todoist import Todoist
from integrations.tests.todoist import (
    NONE,
    SYNC,
    Reader,
    asked,
    link,
)
from oo.lib.http import ApiError, RateLimited, TooLarge, Unauthorized, Unexpected, Unreachable
from oo.lib.tests.loopback import Handler, serving
from oo.lib.types import JSON
from tests.stand_ins.todoist import FaultKind, TodoistStandIn

# ---- reading --------------------------------------------------------------------------------


def test_the_first_pull_reads_everything(todoist: TodoistStandIn, reader: Reader) -> None:
    alice = todoist.alice
    alice.add_task(
        "Pay the rent", due=date(2026, 3, 5), priority=4, project="Home", labels=["bank"]
    )
    alice.add_task("Call Maria", due=datetime(2026, 3, 5, 15), duration=20, deadline="2026-03-09")
    pull = reader.pull()
    rent, call = pull.tasks
    assert pull.full
    assert (rent.title, rent.project, rent.labels, rent.priority) == (
        "Pay the rent",
        "Home",
        ("bank",),
        4,
    )
    assert (call.due_on, call.due_time, call.due_zone) == (date(2026, 3, 5), time(15), "")
    assert (call.duration_min, call.deadline_on) == (20, date(2026, 3, 9))
    assert call.project == "Inbox"


def test_a_moment_fixed_in_a_zone_is_told_in_that_zone(
    todoist: TodoistStandIn, reader: Reader
) -> None:
    fixed = datetime(2026, 3, 5, 21, 30, tzinfo=ZoneInfo("America/New_York"))
    todoist.alice.add_task("Call New York", due=fixed)
    (task,) = reader.pull().tasks
    assert (task.due_on, task.due_time) == (date(2026, 3, 5), time(21, 30))
    assert task.due_zone == "America/New_York"


def test_a_second_pull_says_nothing_when_nothing_changed(
    todoist: TodoistStandIn, reader: Reader
) -> None:
    todoist.alice.add_task("Pay the rent")
    reader.pull()
    pull = reader.pull()
    assert (pull.full, pull.tasks, pull.gone_tasks) == (False, (), NONE)


def test_a_delta_brings_what_was_added_changed_completed_and_deleted(
    todoist: TodoistStandIn, reader: Reader
) -> None:
    alice = todoist.alice
    changed, done, deleted, _same = [alice.add_task(t) for t in ("A", "B", "C", "D")]
    reader.pull()
    added = alice.add_task("E", project="Home")
    alice.update(changed, content="A, changed")
    todoist.clock.advance(seconds=60)
    alice.complete(done)
    alice.delete(deleted)
    reader.pull()
    assert reader.titles == {"A, changed", "D", "E"}
    assert reader.tasks[done].completed_at == todoist.clock.now()
    assert reader.tasks[added].project == "Home"
    assert deleted not in reader.tasks


def test_a_delta_alone_carries_changes_when_no_project_did(
    todoist: TodoistStandIn, reader: Reader
) -> None:
    alice = todoist.alice
    kept, done, deleted = [alice.add_task(t, project="Home") for t in "ABC"]
    reader.pull()
    alice.complete(done)
    alice.delete(deleted)
    pull = reader.pull()
    assert not pull.full
    assert [t.external_id for t in pull.tasks] == [done]
    assert pull.gone_tasks == {deleted}
    assert len(asked(todoist)) == 2
    assert kept in reader.tasks


def test_project_names_outlive_the_delta_that_does_not_name_them(
    todoist: TodoistStandIn, reader: Reader
) -> None:
    todoist.alice.add_task("A", project="Home")
    reader.pull()
    todoist.alice.add_task("B", project="Home")
    assert [t.project for t in reader.pull().tasks] == ["Home"]


def test_a_renamed_project_renames_its_tasks(todoist: TodoistStandIn, reader: Reader) -> None:
    alice = todoist.alice
    task, done = alice.add_task("A", project="Home"), alice.add_task("B", project="Home")
    reader.pull()
    alice.store.change("projects", alice.project("Home")["id"], name="House")
    alice.complete(done)
    pull = reader.pull()
    assert pull.full
    assert reader.tasks[task].project == "House"
    assert reader.tasks[done].completed_at
    assert not reader.pull().full


def test_tasks_of_an_archived_project_go_and_come_back_with_it(
    todoist: TodoistStandIn, reader: Reader
) -> None:
    alice = todoist.alice
    for title, project in (("A", "Home"), ("B", "Old")):
        alice.add_task(title, project=project)
    old = alice.project("Old")["id"]
    reader.pull()
    alice.store.change("projects", old, is_archived=True)
    reader.pull()
    assert reader.titles == {"A"}
    alice.store.change("projects", old, is_archived=False)
    reader.pull()
    assert reader.titles == {"A", "B"}


def test_tasks_that_are_somebody_elses_are_left_out(
    todoist: TodoistStandIn, reader: Reader
) -> None:
    alice = todoist.alice
    mine, hers = alice.add_task("Mine"), alice.add_task("Hers")
    alice.force(mine, responsible_uid=alice.id)
    alice.force(hers, responsible_uid="999")
    reader.pull()
    assert reader.titles == {"Mine"}
    alice.force(mine, responsible_uid="999")
    assert reader.pull().gone_tasks == {mine}


def test_headings_are_no_tasks(todoist: TodoistStandIn, reader: Reader) -> None:
    heading = todoist.alice.add_task("* For the weekend")
    todoist.alice.add_task("Sweep", parent_id=heading)
    reader.pull()
    assert reader.titles == {"Sweep"}


@pytest.mark.parametrize("fault", [FaultKind.REPEATED, FaultKind.SHUFFLED])
def test_repeated_and_reordered_deltas_come_to_the_same(
    todoist: TodoistStandIn, reader: Reader, fault: FaultKind
) -> None:
    alice = todoist.alice
    ids = [alice.add_task(f"Task {n}") for n in range(5)]
    todoist.faults.add(fault, SYNC, times=2)
    reader.pull()
    alice.complete(ids[0])
    alice.delete(ids[1])
    alice.update(ids[2], content="New")
    pull = reader.pull()
    assert len(pull.tasks) == 2
    assert reader.titles == {"New", "Task 3", "Task 4"}


def test_a_full_answer_that_was_made_a_while_ago_is_caught_up_at_once(
    todoist: TodoistStandIn, reader: Reader
) -> None:
    todoist.alice.add_task("A")
    Todoist().pull(reader.link, at=todoist.clock.now() + timedelta(seconds=11))
    assert len(asked(todoist)) == 2
    assert asked(todoist)[0] == "*" != asked(todoist)[1]


def test_what_changed_since_a_late_full_answer_counts(settings: Any) -> None:
    def item(name: str, **fields: object) -> dict[str, object]:
        return {"id": name, "content": name, **fields}

    made_at = {"full_sync_date_utc": "2026-03-02T09:00:00Z", "full_sync": True, "projects": []}
    full = {"sync_token": "1", "items": [item("old"), item("gone"), item("same")], **made_at}
    delta = {
        "sync_token": "2",
        "items": [item("old", content="new"), item("gone", is_deleted=True)],
    }
    answers = iter((full, delta))

    def answer(handler: Handler) -> None:
        handler.rfile.read(int(handler.headers["Content-Length"]))
        handler.reply(200, json.dumps(next(answers)).encode())

    with serving(answer) as server:
        settings.TODOIST_API_URL = server.url
        at = datetime(2026, 3, 2, 9, 1, tzinfo=UTC)
        late = Link(UUID(int=9), "7", {"token": "t"}, {}, "", ZoneInfo("UTC"), at)
        pull = Todoist().pull(late, at=at)
    assert (pull.full, pull.cursor["token"]) == (True, "2")
    assert [t.title for t in pull.tasks] == ["new", "same"]


def test_a_hostile_account_is_read(todoist: TodoistStandIn, reader: Reader) -> None:
    alice = todoist.alice
    ids = [alice.add_task("x") for _ in range(5)]
    titles = [
        "a\x00b\x1b[2Jc",
        "x" * 10_000,
        "<script>alert(1)</script>",
        "\u202eevil",
        "شراء **الحليب**",
    ]
    for task_id, title in zip(ids, titles, strict=True):
        alice.force(task_id, content=title)
    alice.force(ids[0], due={"date": "0000-99-99"}, labels="no list", duration=[], priority="high")
    reader.pull()
    assert reader.titles == {
        "a b [2Jc",
        "x" * 500,
        "<script>alert(1)</script>",
        "evil",
        "شراء الحليب",
    }


def test_a_large_account_takes_little_memory(todoist: TodoistStandIn, reader: Reader) -> None:
    """10 KiB a task, what the stand-in needs to answer included: 10,000 stay under 100 MiB."""
    todoist.alice.add_tasks(2_000)
    tracemalloc.start()
    try:
        assert len(reader.pull().tasks) == 2_000
        assert tracemalloc.get_traced_memory()[1] < 2_000 * 10 * 1024
    finally:
        tracemalloc.stop()


# ---- what goes wrong ------------------------------------------------------------------------


def test_everything_names_open_tasks_alone(todoist: TodoistStandIn, reader: Reader) -> None:
    first = reader.pull()
    todoist.alice.add_task("A")
    assert (first.open_only, reader.pull().open_only) == (True, False)


def test_a_closed_task_that_is_deleted_is_gone_though_everything_is_read(
    todoist: TodoistStandIn, reader: Reader
) -> None:
    task = todoist.alice.add_task("A")
    todoist.alice.complete(task)
    reader.pull()
    todoist.alice.section("This week", project="Home")  # a delta does not name its tasks
    todoist.alice.delete(task)
    pull = reader.pull()
    assert pull.full
    assert pull.gone_tasks == {task}


def test_a_rejected_sync_token_leads_to_a_full_sync(
    todoist: TodoistStandIn, reader: Reader
) -> None:
    gone = todoist.alice.add_task("A")
    reader.pull()
    todoist.alice.delete(gone)
    todoist.alice.add_task("B")
    todoist.faults.add(FaultKind.REJECTED_SYNC_TOKEN, SYNC)
    assert reader.pull().full
    assert reader.titles == {"B"}


def test_a_token_that_they_do_not_know_any_more_is_answered_in_full(
    todoist: TodoistStandIn, reader: Reader
) -> None:
    gone = todoist.alice.add_task("A")
    reader.pull()
    reader.link = replace(reader.link, cursor={**reader.link.cursor, "token": "lost"})
    todoist.alice.delete(gone)
    assert reader.pull().full
    assert reader.titles == set()
    assert len(asked(todoist)) == 2


@pytest.mark.parametrize(
    "cursor",
    [
        {"token": None},
        {"token": "x"},
        {"projects": {}},
        {"token": "x", "projects": []},
        {"token": "x", "projects": {}},  # of before there were sections
    ],
)
def test_a_cursor_of_another_shape_is_the_beginning(
    todoist: TodoistStandIn, cursor: dict[str, JSON]
) -> None:
    assert Todoist().pull(link(todoist, cursor=cursor), at=todoist.clock.now()).full
    assert asked(todoist) == ["*"]


@pytest.mark.parametrize(
    ("fault", "error", "retry_after_s"),
    [
        (FaultKind.UNAUTHORIZED, Unauthorized, 3.0),
        (FaultKind.TOO_MANY, RateLimited, 7.0),
        (FaultKind.SERVER_ERROR, Unreachable, None),
        (FaultKind.CUT, Unreachable, None),
        (FaultKind.GARBAGE, Unexpected, None),
    ],
)
def test_every_failure_has_its_error(
    todoist: TodoistStandIn,
    reader: Reader,
    fault: FaultKind,
    error: type[ApiError],
    retry_after_s: float | None,
) -> None:
    todoist.faults.add(fault, SYNC, retry_after_s=7)
    with pytest.raises(error) as raised:
        reader.pull()
    assert type(raised.value) is error
    assert raised.value.retry_after_s == retry_after_s


def test_a_service_that_does_not_answer_in_time_is_unreachable(
    todoist: TodoistStandIn, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TIMEOUT_S", 0.1)
    todoist.faults.add(FaultKind.SLOW, SYNC, seconds=30)
    with pytest.raises(Unreachable):
        reader.pull()


def test_an_answer_beyond_the_limit_is_too_large(
    todoist: TodoistStandIn, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 10_000)
    todoist.alice.add_tasks(100)
    with pytest.raises(TooLarge):
        reader.pull()


@pytest.mark.parametrize("token", ["", " ", "zwei Wörter", "a\nb", "x" * 3_000])
def test_what_cannot_be_a_token_is_not_sent(todoist: TodoistStandIn, token: str) -> None:
    with pytest.raises(Unauthorized):
        Todoist().identify({"token": token}, "")
    assert not todoist.requests
