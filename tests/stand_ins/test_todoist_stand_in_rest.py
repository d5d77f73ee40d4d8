"""The Todoist stand-in: REST with its pages, what was completed, dates and the seed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from .todoist import TodoistStandIn, seed
from .todoist_client import Client


@pytest.fixture
def todoist() -> Iterator[TodoistStandIn]:
    with TodoistStandIn(timezone="Europe/Vienna") as stand_in:
        yield stand_in


@pytest.fixture
def client(todoist: TodoistStandIn) -> Iterator[Client]:
    with Client(todoist) as client:
        yield client


def test_pages_hold_fifty_and_lead_to_the_end(todoist: TodoistStandIn, client: Client) -> None:
    ids = todoist.alice.add_tasks(120)
    first = client.get("/tasks").json()
    second = client.get("/tasks", cursor=first["next_cursor"]).json()
    third = client.get("/tasks", cursor=second["next_cursor"]).json()
    pages = [first["results"], second["results"], third["results"]]
    assert [len(page) for page in pages] == [50, 50, 20]
    assert [task["id"] for page in pages for task in page] == ids
    assert third["next_cursor"] is None


@pytest.mark.parametrize("query", [{"limit": "201"}, {"limit": "0"}, {"cursor": "made-up"}])
def test_wrong_limits_and_cursors_are_refused(client: Client, query: dict[str, str]) -> None:
    response = client.get("/tasks", **query)
    assert (response.status_code, response.json()["error_code"]) == (400, 20)


def test_a_cursor_is_no_good_for_another_question_or_person(
    todoist: TodoistStandIn, client: Client
) -> None:
    todoist.alice.add_tasks(5)
    bob = todoist.add_account("bob@example.org")
    cursor = client.get("/tasks", limit="2").json()["next_cursor"]
    assert client.get("/tasks", limit="3", cursor=cursor).status_code == 400
    with Client(todoist, bob.personal_token) as bobs:
        assert bobs.get("/tasks", limit="2", cursor=cursor).status_code == 400
    assert client.get("/tasks", limit="2", cursor=cursor).status_code == 200


def test_bob_cannot_read_alices_task(todoist: TodoistStandIn) -> None:
    task_id = todoist.alice.add_task("Secret")
    bob = todoist.add_account("bob@example.org")
    with Client(todoist, bob.personal_token) as bobs:
        assert bobs.get(f"/tasks/{task_id}").status_code == 404


def test_a_completed_task_is_not_found_by_rest(todoist: TodoistStandIn, client: Client) -> None:
    task_id = todoist.alice.add_task("Done")
    assert client.http.post(f"/api/v1/tasks/{task_id}/close").text == "null"
    response = client.get(f"/tasks/{task_id}")
    assert (response.status_code, response.json()["error_code"]) == (404, 478)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/tasks/2995104339", 400, 557),
        ("/tasks/tmp-1", 400, 20),
        ("/Tasks", 404, 478),
        ("/nothing", 404, 478),
    ],
)
def test_wrong_addresses_get_their_error(client: Client, path: str, status: int, code: int) -> None:
    response = client.get(path)
    assert (response.status_code, response.json()["error_code"]) == (status, code)


def test_completed_tasks_are_listed_by_moment_with_until_left_out(
    todoist: TodoistStandIn, client: Client
) -> None:
    early, late = todoist.alice.add_tasks(2)
    todoist.alice.complete(early)
    todoist.clock.advance(timedelta(hours=1))
    todoist.alice.complete(late)
    path = "/tasks/completed/by_completion_date"
    span = {"since": "2026-03-02T09:00:00Z", "until": "2026-03-02T10:00:00Z"}
    assert [item["id"] for item in client.get(path, **span).json()["items"]] == [early]


def test_a_recurring_task_is_in_the_history_each_time_it_was_done(
    todoist: TodoistStandIn, client: Client
) -> None:
    task_id = todoist.alice.add_task("Again", recurring="every day")
    for _ in range(2):
        todoist.alice.complete(task_id)
        todoist.clock.advance(timedelta(days=1))
    span = {"since": "2026-03-01T00:00:00Z", "until": "2026-03-10T00:00:00Z"}
    items = client.get("/tasks/completed/by_completion_date", **span).json()["items"]
    assert [item["id"] for item in items] == [task_id, task_id]


@pytest.mark.parametrize(
    "span",
    [
        {"since": "2026-03-02T00:00:00Z"},
        {"since": "2026-01-01T00:00:00Z", "until": "2026-06-01T00:00:00Z"},
        {"since": "yesterday", "until": "2026-03-02T00:00:00Z"},
    ],
)
def test_a_wrong_span_of_completion_is_refused(client: Client, span: dict[str, str]) -> None:
    assert client.get("/tasks/completed/by_completion_date", **span).status_code == 400


def test_dates_come_in_the_three_notations(todoist: TodoistStandIn) -> None:
    alice = todoist.alice
    fixed = datetime(2026, 3, 2, 15, tzinfo=ZoneInfo("Europe/Vienna"))
    day = alice.task(alice.add_task("a", date(2026, 3, 2)))["due"]
    floating = alice.task(alice.add_task("b", "today at 15:00"))["due"]
    zoned = alice.task(alice.add_task("c", fixed))["due"]
    assert (day["date"], day["timezone"]) == ("2026-03-02", None)
    assert (floating["date"], floating["timezone"]) == ("2026-03-02T15:00:00", None)
    assert (zoned["date"], zoned["timezone"]) == ("2026-03-02T14:00:00Z", "Europe/Vienna")


def test_today_is_the_accounts_own(todoist: TodoistStandIn) -> None:
    todoist.clock.advance(datetime(2026, 3, 2, 23, 30, tzinfo=UTC) - todoist.clock.now())
    task_id = todoist.alice.add_task("After midnight in Vienna", "today")
    assert todoist.alice.task(task_id)["due"]["date"] == "2026-03-03"


def test_the_seeded_account_has_as_many_tasks_as_asked_for(
    todoist: TodoistStandIn, client: Client
) -> None:
    seed(todoist.alice, 40)
    items = client.sync()["items"]
    assert len({item["content"] for item in items}) == 40
    assert any(item["due"] and item["due"]["is_recurring"] for item in items)
