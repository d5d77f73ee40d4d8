"""The Todoist stand-in: full and incremental sync, asked over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from .todoist import TodoistStandIn
from .todoist_client import Client, contents

TASK_KEYS = """
    id user_id project_id section_id parent_id content description labels priority due deadline
    duration checked is_deleted is_collapsed added_at updated_at completed_at completed_by_uid
    added_by_uid assigned_by_uid responsible_uid child_order day_order note_count goal_ids
"""


@pytest.fixture
def todoist() -> Iterator[TodoistStandIn]:
    with TodoistStandIn(timezone="Europe/Vienna") as stand_in:
        yield stand_in


@pytest.fixture
def client(todoist: TodoistStandIn) -> Iterator[Client]:
    with Client(todoist) as client:
        yield client


def test_a_full_sync_shows_every_active_task_with_every_key(
    todoist: TodoistStandIn, client: Client
) -> None:
    todoist.alice.add_task("Pay the rent", date(2026, 3, 4), priority=4, labels=["home"])
    answer = client.sync()
    assert answer["full_sync"] is True
    assert set(answer["items"][0]) == set(TASK_KEYS.split())
    assert answer["items"][0]["due"]["date"] == "2026-03-04"


def test_a_full_sync_leaves_out_completed_and_deleted_tasks(
    todoist: TodoistStandIn, client: Client
) -> None:
    kept, done, gone = todoist.alice.add_tasks(3)
    todoist.alice.complete(done)
    todoist.alice.delete(gone)
    assert [item["id"] for item in client.sync()["items"]] == [kept]


def test_a_delta_shows_only_what_changed_since_the_token(
    todoist: TodoistStandIn, client: Client
) -> None:
    _quiet, renamed = todoist.alice.add_tasks(2)
    token = client.sync()["sync_token"]
    todoist.alice.update(renamed, content="New name")
    answer = client.sync(token)
    assert answer["full_sync"] is False
    assert contents(answer) == ["New name"]
    assert client.sync(answer["sync_token"])["items"] == []


def test_a_delta_shows_completion_and_deletion(todoist: TodoistStandIn, client: Client) -> None:
    done, gone = todoist.alice.add_tasks(2)
    token = client.sync()["sync_token"]
    todoist.alice.complete(done)
    todoist.alice.delete(gone)
    first, second = client.sync(token)["items"]
    assert (first["id"], first["checked"]) == (done, True)
    assert (second["id"], second["is_deleted"]) == (gone, True)


def test_a_delta_names_a_task_once_however_often_it_changed(
    todoist: TodoistStandIn, client: Client
) -> None:
    token = client.sync()["sync_token"]
    task_id = todoist.alice.add_task("Draft")
    todoist.alice.update(task_id, content="Final")
    assert contents(client.sync(token)) == ["Final"]


def test_an_unknown_sync_token_gives_everything(todoist: TodoistStandIn, client: Client) -> None:
    todoist.alice.add_task("Still here")
    answer = client.sync("never-heard-of-it")
    assert answer["full_sync"] is True
    assert contents(answer) == ["Still here"]


def test_somebody_elses_sync_token_is_unknown(todoist: TodoistStandIn, client: Client) -> None:
    bob = todoist.add_account("bob@example.org")
    with Client(todoist, bob.personal_token) as bobs:
        token = bobs.sync()["sync_token"]
    assert client.sync(token)["full_sync"] is True


def test_resource_types_choose_the_lists(todoist: TodoistStandIn, client: Client) -> None:
    todoist.alice.add_task("Report", project="Work", labels=["deep"])
    answer = client.sync(kinds=("projects", "labels", "user"))
    assert [project["name"] for project in answer["projects"]] == ["Inbox", "Work"]
    assert [label["name"] for label in answer["labels"]] == ["deep"]
    assert answer["user"]["tz_info"]["timezone"] == "Europe/Vienna"
    assert "items" not in answer


def test_all_and_a_leading_minus_are_understood(client: Client) -> None:
    answer = client.sync(kinds=("all", "-items"))
    assert "items" not in answer
    assert {"projects", "labels", "sections", "user", "notes"} <= set(answer)


@pytest.mark.parametrize("kinds", ['["tasks"]', "items", '{"items": 1}'])
def test_wrong_resource_types_are_refused(client: Client, kinds: str) -> None:
    response = client.post_sync(sync_token="*", resource_types=kinds)
    assert (response.status_code, response.json()["error_code"]) == (400, 20)


def test_sync_takes_json_too(client: Client) -> None:
    body = {"sync_token": "*", "resource_types": ["items"]}
    assert client.http.post("/api/v1/sync", json=body).json()["items"] == []


def test_ten_thousand_tasks_come_in_one_answer(todoist: TodoistStandIn, client: Client) -> None:
    ids = todoist.alice.add_tasks(10_000)
    assert [item["id"] for item in client.sync()["items"]] == ids
    assert len(set(ids)) == 10_000
