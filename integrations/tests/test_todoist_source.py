"""The source against the stand-in, over real HTTP on loopback."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from integrations.base import Account, Link, Pull, TaskSignal
from integrations.sources import todoist as module
from integrations.sources.todoist import Todoist
from oo.lib.http import ApiError, RateLimited, TooLarge, Unauthorized, Unexpected, Unreachable
from oo.lib.tests.loopback import Handler, serving
from oo.lib.types import JSON
from tests.peers.todoist import FaultKind, TodoistStandIn

KEY, OTHER_KEY = UUID(int=1), UUID(int=2)
SYNC = "/api/v1/sync"
NONE: frozenset[str] = frozenset()


@pytest.fixture
def todoist(settings: Any) -> Iterator[TodoistStandIn]:
    with TodoistStandIn() as stand_in:
        settings.TODOIST_API_URL = f"{stand_in.url}/api/v1/"
        settings.TODOIST_CLIENT_ID = stand_in.client_id
        settings.TODOIST_CLIENT_SECRET = stand_in.client_secret
        yield stand_in


class Reader:
    """Pulls again and again from where the last pull ended, and keeps what the engine would."""

    def __init__(self, todoist: TodoistStandIn) -> None:
        self.todoist = todoist
        self.link = link(todoist)
        self.tasks: dict[str, TaskSignal] = {}

    def pull(self) -> Pull:
        pull = Todoist().pull(self.link, at=self.todoist.clock.now())
        self.link = replace(self.link, cursor=pull.cursor)
        said = {t.external_id: t for t in pull.tasks}
        self.tasks = said if pull.full else {**self.tasks, **said}
        for name in pull.gone_tasks - said.keys():
            self.tasks.pop(name, None)
        return pull

    @property
    def titles(self) -> set[str]:
        return {t.title for t in self.tasks.values() if t.completed_at is None}


@pytest.fixture
def reader(todoist: TodoistStandIn) -> Reader:
    return Reader(todoist)


def link(
    todoist: TodoistStandIn,
    credentials: Mapping[str, str] | None = None,
    cursor: Mapping[str, JSON] | None = None,
) -> Link:
    return Link(
        id=UUID(int=9),
        account=todoist.alice.id,
        credentials=credentials or {"token": todoist.alice.personal_token},
        cursor=cursor or {},
        document="",
        zone=ZoneInfo("Europe/Berlin"),
        connected_at=todoist.clock.now(),
    )


def asked(todoist: TodoistStandIn) -> list[str]:
    """The sync tokens that were sent, "*" for everything."""
    return [r.form["sync_token"] for r in todoist.requests_to(SYNC)]


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
    "cursor", [{"token": None}, {"token": "x"}, {"projects": {}}, {"token": "x", "projects": []}]
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


# ---- closing --------------------------------------------------------------------------------


def test_a_task_is_closed_once_however_often_it_is_asked(
    todoist: TodoistStandIn, reader: Reader
) -> None:
    habit = todoist.alice.add_task("Water the plants", due=date(2026, 3, 2), recurring="every day")
    for key in (KEY, KEY, OTHER_KEY):
        Todoist().complete(reader.link, habit, key=key)
    assert todoist.alice.task(habit)["due"]["date"] == "2026-03-04"
    assert len(todoist.alice.completions) == 2


def test_a_plain_task_is_completed_and_the_next_delta_says_so(
    todoist: TodoistStandIn, reader: Reader
) -> None:
    task = todoist.alice.add_task("Pay the rent")
    reader.pull()
    Todoist().complete(reader.link, task, key=KEY)
    (said,) = reader.pull().tasks
    assert (said.external_id, said.completed_at) == (task, todoist.clock.now())


def test_a_recurring_task_comes_back_with_its_next_date(
    todoist: TodoistStandIn, reader: Reader
) -> None:
    habit = todoist.alice.add_task("Plan the week", due=date(2026, 3, 2), recurring="every monday")
    reader.pull()
    Todoist().complete(reader.link, habit, key=KEY)
    (said,) = reader.pull().tasks
    assert (said.due_on, said.completed_at) == (date(2026, 3, 9), None)
    assert said.recurrence == "every monday"


def test_a_task_that_is_no_longer_there_is_404(todoist: TodoistStandIn, reader: Reader) -> None:
    task = todoist.alice.add_task("Pay the rent")
    todoist.alice.delete(task)
    with pytest.raises(Unexpected) as raised:
        Todoist().complete(reader.link, task, key=KEY)
    assert raised.value.status == 404


def test_a_closing_whose_answer_is_lost_can_be_asked_again(
    todoist: TodoistStandIn, reader: Reader
) -> None:
    habit = todoist.alice.add_task("Water the plants", due=date(2026, 3, 2), recurring="every day")
    todoist.faults.add(FaultKind.CUT, SYNC)
    with pytest.raises(Unreachable):
        Todoist().complete(reader.link, habit, key=KEY)
    Todoist().complete(reader.link, habit, key=KEY)
    assert todoist.alice.task(habit)["due"]["date"] == "2026-03-03"


def test_a_token_that_may_only_read_asks_for_another(todoist: TodoistStandIn) -> None:
    task = todoist.alice.add_task("Pay the rent")
    reading = todoist.grant(todoist.alice, "data:read")
    with pytest.raises(Unauthorized):
        Todoist().complete(link(todoist, reading), task, key=KEY)


@pytest.mark.parametrize(
    ("outcome", "error", "status"),
    [
        ({"error_tag": "ITEM_NOT_FOUND", "error_code": 22}, Unexpected, 404),
        ({"error_tag": "ACCESS_DENIED", "http_code": 403}, Unexpected, 403),
        ({"error_tag": "UNAUTHORIZED", "http_code": 401}, Unauthorized, 401),
        ({"error_tag": "LIMITS_REACHED", "http_code": 429}, RateLimited, 429),
        ({"error_tag": "INTERNAL", "http_code": 503}, Unreachable, 503),
        ({"error_tag": "ODD", "http_code": "?"}, Unexpected, 400),
        (None, Unexpected, None),
        ([], Unexpected, None),
    ],
)
def test_each_refusal_of_a_command_has_its_error(
    outcome: object, error: type[ApiError], status: int | None
) -> None:
    refused = module._refusal(outcome)
    assert (type(refused), refused.status) == (error, status)


# ---- whose, and giving it back --------------------------------------------------------------


@pytest.mark.parametrize("kind", ["personal", "oauth"])
def test_credentials_say_whose_they_are(todoist: TodoistStandIn, kind: str) -> None:
    bob = todoist.add_account("bob@example.org")
    given = {"token": f" {bob.personal_token}\n"} if kind == "personal" else todoist.grant(bob)
    assert Todoist().identify(given, "") == Account(bob.id, "bob@example.org")


def test_a_wrong_token_is_unauthorized(todoist: TodoistStandIn) -> None:
    with pytest.raises(Unauthorized):
        Todoist().identify({"token": "f" * 40}, "")


def test_revoked_access_is_dead_with_everything_that_came_with_it(
    todoist: TodoistStandIn,
) -> None:
    tokens = todoist.grant(todoist.alice)
    assert Todoist().revoke(tokens)
    with pytest.raises(Unauthorized):
        Todoist().identify(tokens, "")
    assert [r.form["token"] for r in todoist.requests_to("/api/v1/revoke")] == [
        tokens["access_token"],
        tokens["refresh_token"],
    ]


def test_a_personal_token_is_not_ours_to_give_back(todoist: TodoistStandIn) -> None:
    token = {"token": todoist.alice.personal_token}
    assert not Todoist().revoke(token)
    assert Todoist().identify(token, "").account == todoist.alice.id


def test_a_service_that_will_not_revoke_says_so(todoist: TodoistStandIn, settings: Any) -> None:
    settings.TODOIST_CLIENT_SECRET = "wrong"
    with pytest.raises(Unauthorized):
        Todoist().revoke(todoist.grant(todoist.alice))


def test_no_error_tells_a_token(todoist: TodoistStandIn) -> None:
    with pytest.raises(Unauthorized) as raised:
        Todoist().identify({"token": "secret-token-0123"}, "")
    assert "secret-token" not in repr(raised.value) + str(raised.value)


def test_moments_are_in_utc(todoist: TodoistStandIn, reader: Reader) -> None:
    todoist.alice.add_task("A")
    (task,) = reader.pull().tasks
    assert task.added_at == todoist.clock.now()
    assert task.added_at.tzinfo is UTC
