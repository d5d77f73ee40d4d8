"""The official Python SDK against the stand-in: only the address it speaks to is another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from todoist_api_python.api import TodoistAPI
from todoist_api_python.authentication import revoke_auth_token

from .todoist import TodoistStandIn
from .todoist_client import NO_TLS


class Rerouted(httpx.BaseTransport):
    """Carries what is meant for Todoist's hosts to the stand-in."""

    def __init__(self, url: str) -> None:
        self._to = httpx.URL(url)
        self._inner = httpx.HTTPTransport(verify=NO_TLS)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert request.url.host.endswith("todoist.com")
        request.url = request.url.copy_with(
            scheme=self._to.scheme, host=self._to.host, port=self._to.port
        )
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()


@pytest.fixture
def todoist() -> Iterator[TodoistStandIn]:
    with TodoistStandIn() as stand_in:
        yield stand_in


@pytest.fixture
def http(todoist: TodoistStandIn) -> Iterator[httpx.Client]:
    with httpx.Client(transport=Rerouted(todoist.url)) as client:
        yield client


@pytest.fixture
def sdk(todoist: TodoistStandIn, http: httpx.Client) -> TodoistAPI:
    return TodoistAPI(todoist.alice.personal_token, client=http)


def test_it_reads_every_page_of_tasks(todoist: TodoistStandIn, sdk: TodoistAPI) -> None:
    ids = todoist.alice.add_tasks(7)
    pages = list(sdk.get_tasks(limit=3))
    assert [len(page) for page in pages] == [3, 3, 1]
    assert [task.id for page in pages for task in page] == ids


def test_it_filters_tasks_by_project_label_and_ids(
    todoist: TodoistStandIn, sdk: TodoistAPI
) -> None:
    work = todoist.alice.add_task("Report", project="Work", labels=["deep"])
    other = todoist.alice.add_task("Soup")
    project_id = todoist.alice.project("Work")["id"]
    assert [task.id for task in next(sdk.get_tasks(project_id=project_id))] == [work]
    assert [task.id for task in next(sdk.get_tasks(label="deep"))] == [work]
    assert [task.id for task in next(sdk.get_tasks(ids=[other]))] == [other]


def test_it_reads_one_task_with_all_that_it_has(todoist: TodoistStandIn, sdk: TodoistAPI) -> None:
    task_id = todoist.alice.add_task(
        "Report",
        datetime(2026, 3, 4, 15, tzinfo=UTC),
        priority=4,
        labels=["deep"],
        duration=45,
        deadline=date(2026, 3, 6),
    )
    task = sdk.get_task(task_id)
    assert task.due is not None
    assert task.due.date == datetime(2026, 3, 4, 15, tzinfo=UTC)
    assert task.duration is not None
    assert (task.priority, task.labels, task.duration.amount) == (4, ["deep"], 45)
    assert task.deadline is not None
    assert task.deadline.date == date(2026, 3, 6)


def test_it_adds_a_task(todoist: TodoistStandIn, sdk: TodoistAPI) -> None:
    task = sdk.add_task(
        "Water the plants",
        due_string="every day",
        priority=3,
        duration=10,
        duration_unit="minute",
        deadline_date=date(2026, 3, 9),
    )
    stored = todoist.alice.task(task.id)
    assert task.due is not None
    assert (task.due.date, task.due.is_recurring) == (date(2026, 3, 2), True)
    assert (stored["priority"], stored["duration"]["amount"]) == (3, 10)
    assert stored["deadline"]["date"] == "2026-03-09"


def test_it_updates_a_task(todoist: TodoistStandIn, sdk: TodoistAPI) -> None:
    task_id = todoist.alice.add_task("Draft", labels=["old"])
    due = datetime(2026, 3, 5, 8, 30)
    task = sdk.update_task(task_id, content="Final", labels=["new"], due_datetime=due)
    assert (task.content, task.labels) == ("Final", ["new"])
    assert task.due is not None
    assert task.due.date == due


def test_it_completes_and_uncompletes_a_task(todoist: TodoistStandIn, sdk: TodoistAPI) -> None:
    task_id = todoist.alice.add_task("Once")
    assert sdk.complete_task(task_id) is True
    assert todoist.alice.task(task_id)["checked"] is True
    assert sdk.uncomplete_task(task_id) is True
    assert sdk.get_task(task_id).is_completed is False


def test_it_completes_a_recurring_task_to_its_next_date(
    todoist: TodoistStandIn, sdk: TodoistAPI
) -> None:
    task_id = todoist.alice.add_task("Again", recurring="every week")
    sdk.complete_task(task_id)
    due = sdk.get_task(task_id).due
    assert due is not None
    assert due.date == date(2026, 3, 9)


def test_it_moves_a_task(todoist: TodoistStandIn, sdk: TodoistAPI) -> None:
    task_id = todoist.alice.add_task("Box")
    project_id = todoist.alice.project("Home")["id"]
    assert sdk.move_task(task_id, project_id=project_id) is True
    assert sdk.get_task(task_id).project_id == project_id


def test_it_deletes_a_task(todoist: TodoistStandIn, sdk: TodoistAPI) -> None:
    task_id = todoist.alice.add_task("Gone")
    assert sdk.delete_task(task_id) is True
    with pytest.raises(httpx.HTTPStatusError) as failure:
        sdk.get_task(task_id)
    assert failure.value.response.status_code == 404


def test_it_reads_projects_sections_and_labels(todoist: TodoistStandIn, sdk: TodoistAPI) -> None:
    todoist.alice.add_task("Report", project="Work", labels=["deep"])
    todoist.alice.section("This week", project="Work")
    projects = [project for page in sdk.get_projects() for project in page]
    assert [(p.name, p.is_inbox_project) for p in projects] == [("Inbox", True), ("Work", False)]
    assert [label.name for page in sdk.get_labels() for label in page] == ["deep"]
    assert [section.name for page in sdk.get_sections() for section in page] == ["This week"]


def test_it_reads_what_was_completed(todoist: TodoistStandIn, sdk: TodoistAPI) -> None:
    ids = todoist.alice.add_tasks(3)
    for task_id in ids:
        todoist.alice.complete(task_id)
    now = todoist.clock.now()
    pages = list(
        sdk.get_completed_tasks_by_completion_date(
            since=now - timedelta(days=1), until=now + timedelta(days=1), limit=2
        )
    )
    assert [task.id for page in pages for task in page] == ids
    assert pages[0][0].completed_at == now


def test_it_revokes_an_access_token(todoist: TodoistStandIn, http: httpx.Client) -> None:
    token = todoist.grant(todoist.alice)["access_token"]
    assert revoke_auth_token(todoist.client_id, todoist.client_secret, token, http) is True
    sdk = TodoistAPI(token, client=http)
    with pytest.raises(httpx.HTTPStatusError, match="401"):
        next(sdk.get_tasks())
