"""The Todoist stand-in: the commands of sync, and what they do to tasks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from .todoist import TodoistStandIn
from .todoist_client import Client, command, contents


@pytest.fixture
def todoist() -> Iterator[TodoistStandIn]:
    with TodoistStandIn(timezone="Europe/Vienna") as stand_in:
        yield stand_in


@pytest.fixture
def client(todoist: TodoistStandIn) -> Iterator[Client]:
    with Client(todoist) as client:
        yield client


def test_commands_run_in_order_and_know_temporary_ids(client: Client) -> None:
    add = command("item_add", temp_id="tmp-1", content="Pack")
    rename = command("item_update", id="tmp-1", content="Pack the bag")
    answer = client.run(add, rename)
    assert answer["sync_status"] == {add["uuid"]: "ok", rename["uuid"]: "ok"}
    real_id = answer["temp_id_mapping"]["tmp-1"]
    assert client.get(f"/tasks/{real_id}").json()["content"] == "Pack the bag"


def test_a_repeated_uuid_says_ok_and_does_nothing(client: Client) -> None:
    add = command("item_add", uuid="same", content="Once")
    assert client.run(add)["sync_status"] == {"same": "ok"}
    assert client.run(add)["sync_status"] == {"same": "ok"}
    assert contents(client.sync()) == ["Once"]


def test_a_failed_uuid_may_be_tried_again(todoist: TodoistStandIn, client: Client) -> None:
    task_id = todoist.alice.add_task("Wrong at first")
    client.run(command("item_update", uuid="again", id=task_id, priority=9))
    client.run(command("item_update", uuid="again", id=task_id, priority=4))
    assert todoist.alice.task(task_id)["priority"] == 4


def test_one_failing_command_leaves_the_others_alone(
    todoist: TodoistStandIn, client: Client
) -> None:
    task_id = todoist.alice.add_task("Fine")
    bad = command("item_close", id="6xgggggggggggggg")
    good = command("item_close", id=task_id)
    response = client.post_sync(commands=[bad, good])
    status = response.json()["sync_status"]
    assert response.status_code == 200
    assert (status[bad["uuid"]]["http_code"], status[good["uuid"]]) == (404, "ok")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (command("item_explode", uuid="u"), 20),
        (command("item_close", uuid="u", id="tmp-unknown"), 15),
        (command("item_close", uuid="u", id="2995104339"), 557),
        (command("item_add", uuid="u"), 20),
        (command("item_add", uuid="u", content="x", due={"string": "when pigs fly"}), 20),
    ],
)
def test_wrong_commands_get_an_error_object(
    client: Client, wrong: dict[str, object], code: int
) -> None:
    error = client.run(wrong)["sync_status"]["u"]
    assert error["error_code"] == code
    assert {"error", "error_tag", "error_extra", "http_code"} <= set(error)


def test_more_than_a_hundred_commands_are_refused_whole(client: Client) -> None:
    commands = [command("item_add", content=f"Task {n}") for n in range(101)]
    assert client.post_sync(commands=commands).status_code == 400
    assert client.sync()["items"] == []
    assert client.post_sync(commands=commands[:100]).status_code == 200
    assert len(client.sync()["items"]) == 100


def test_closing_a_plain_task_completes_it(todoist: TodoistStandIn, client: Client) -> None:
    task_id = todoist.alice.add_task("Once")
    client.run(command("item_close", id=task_id))
    task = todoist.alice.task(task_id)
    assert (task["checked"], task["completed_at"]) == (True, "2026-03-02T09:00:00.000000Z")


@pytest.mark.parametrize(
    ("rule", "due", "following"),
    [
        ("every day", date(2026, 3, 2), "2026-03-03"),
        ("every day", date(2026, 2, 20), "2026-03-03"),
        ("every! 3 days", date(2026, 2, 20), "2026-03-05"),
        ("every week", date(2026, 3, 1), "2026-03-08"),
        ("every 2 weeks", date(2026, 3, 2), "2026-03-16"),
        ("every monday", date(2026, 3, 2), "2026-03-09"),
        ("every weekday", date(2026, 3, 6), "2026-03-09"),
        ("every month", date(2026, 3, 31), "2026-04-30"),
        ("daily at 18:00", datetime(2026, 3, 2, 18, 0), "2026-03-03T18:00:00"),
        (
            "every month",
            datetime(2026, 3, 15, 9, 0, tzinfo=ZoneInfo("Europe/Vienna")),
            "2026-04-15T07:00:00Z",
        ),
    ],
)
def test_closing_a_recurring_task_moves_it_on(
    todoist: TodoistStandIn, client: Client, rule: str, due: date, following: str
) -> None:
    task_id = todoist.alice.add_task("Again", due, recurring=rule)
    client.run(command("item_close", id=task_id))
    task = todoist.alice.task(task_id)
    assert (task["checked"], task["due"]["date"]) == (False, following)
    assert task["due"]["is_recurring"] is True


def test_item_complete_ends_a_recurring_task_and_its_subtasks(
    todoist: TodoistStandIn, client: Client
) -> None:
    parent = todoist.alice.add_task("Again", recurring="every day")
    child = todoist.alice.add_task("Part", parent_id=parent)
    client.run(command("item_complete", id=parent, completed_at="2026-03-01T08:00:00Z"))
    assert todoist.alice.task(child)["checked"] is True
    assert todoist.alice.task(parent)["completed_at"] == "2026-03-01T08:00:00.000000Z"


def test_a_recurring_task_can_be_sent_to_a_given_date(
    todoist: TodoistStandIn, client: Client
) -> None:
    task_id = todoist.alice.add_task("Again", recurring="every day")
    due = {"date": "2026-03-09", "string": "every day"}
    client.run(command("item_update_date_complete", id=task_id, due=due, is_forward=1))
    assert todoist.alice.task(task_id)["due"]["date"] == "2026-03-09"
    assert len(todoist.alice.completions) == 1


def test_moving_needs_exactly_one_place(todoist: TodoistStandIn, client: Client) -> None:
    task_id = todoist.alice.add_task("Box")
    section = todoist.alice.section("Attic", project="Home")
    both = command("item_move", "a", id=task_id, section_id=section["id"], parent_id=task_id)
    one = command("item_move", "b", id=task_id, section_id=section["id"])
    status = client.run(both, one)["sync_status"]
    assert (status["a"]["error_code"], status["b"]) == (20, "ok")
    assert todoist.alice.task(task_id)["project_id"] == section["project_id"]


def test_deleting_takes_the_subtasks_along(todoist: TodoistStandIn, client: Client) -> None:
    parent = todoist.alice.add_task("Whole")
    child = todoist.alice.add_task("Part", parent_id=parent)
    client.run(command("item_delete", id=parent))
    assert todoist.alice.task(child)["is_deleted"] is True
