"""The Todoist stand-in: faults on demand, the log of requests and webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from .todoist import FaultKind, TodoistStandIn
from .todoist_client import Client, command, contents


@pytest.fixture
def todoist() -> Iterator[TodoistStandIn]:
    with TodoistStandIn() as stand_in:
        yield stand_in


@pytest.fixture
def client(todoist: TodoistStandIn) -> Iterator[Client]:
    with Client(todoist) as client:
        yield client


@pytest.mark.parametrize(
    ("kind", "status"),
    [(FaultKind.UNAUTHORIZED, 401), (FaultKind.TOO_MANY, 429), (FaultKind.SERVER_ERROR, 500)],
)
def test_a_fault_lasts_for_as_many_requests_as_asked_for(
    todoist: TodoistStandIn, client: Client, kind: FaultKind, status: int
) -> None:
    todoist.faults.add(kind, "/api/v1/tasks", times=2)
    statuses = [client.get(path).status_code for path in ("/tasks", "/user", "/tasks", "/tasks")]
    assert statuses == [status, 200, status, 200]


def test_too_many_requests_say_when_to_come_back(todoist: TodoistStandIn, client: Client) -> None:
    todoist.faults.add(FaultKind.TOO_MANY, retry_after_s=7)
    answer = client.get("/user")
    assert answer.headers["retry-after"] == "7"
    assert answer.json()["error_extra"]["retry_after"] == 7


def test_a_slow_answer_is_late_but_whole(todoist: TodoistStandIn) -> None:
    todoist.faults.add(FaultKind.SLOW, seconds=30)
    with pytest.raises(httpx.ReadTimeout), Client(todoist) as hasty:
        hasty.http.get("/api/v1/user", timeout=0.05)


def test_a_cut_connection_loses_the_answer_but_not_the_work(
    todoist: TodoistStandIn, client: Client
) -> None:
    add = command("item_add", uuid="once", content="Survives")
    todoist.faults.add(FaultKind.CUT, "/api/v1/sync")
    with pytest.raises(httpx.RemoteProtocolError):
        client.run(add)
    assert client.run(add)["sync_status"] == {"once": "ok"}
    assert contents(client.sync()) == ["Survives"]


def test_garbage_is_a_success_that_is_not_json(todoist: TodoistStandIn, client: Client) -> None:
    todoist.faults.add(FaultKind.GARBAGE)
    answer = client.get("/user")
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_a_sync_token_can_be_rejected_but_not_a_full_sync(
    todoist: TodoistStandIn, client: Client
) -> None:
    token = client.sync()["sync_token"]
    todoist.faults.add(FaultKind.REJECTED_SYNC_TOKEN, times=2)
    rejected = client.post_sync(sync_token=token, resource_types=["items"])
    assert (rejected.status_code, rejected.json()["error_code"]) == (400, 20)
    assert client.sync("*")["full_sync"] is True


def test_deltas_come_repeated_or_backwards(todoist: TodoistStandIn, client: Client) -> None:
    todoist.alice.add_tasks(3)
    todoist.faults.add(FaultKind.REPEATED)
    todoist.faults.add(FaultKind.SHUFFLED)
    assert contents(client.sync()) == ["Task 1", "Task 2", "Task 3"] * 2
    assert contents(client.sync()) == ["Task 3", "Task 2", "Task 1"]


def test_faults_can_be_switched_off(todoist: TodoistStandIn, client: Client) -> None:
    todoist.faults.add(FaultKind.SERVER_ERROR, times=99)
    todoist.faults.clear()
    assert client.get("/user").status_code == 200


def test_the_recorder_keeps_every_request(todoist: TodoistStandIn, client: Client) -> None:
    client.sync()
    client.get("/tasks", limit="5")
    first, second = todoist.requests
    assert (first.method, first.path, first.form["sync_token"]) == ("POST", "/api/v1/sync", "*")
    assert first.headers["authorization"] == f"Bearer {todoist.alice.personal_token}"
    assert second.query == {"limit": "5"}
    assert todoist.requests_to("/api/v1/tasks") == [second]


def test_connections_are_kept_open(todoist: TodoistStandIn, client: Client) -> None:
    opened = []
    client.http.event_hooks["response"].append(
        lambda answer: opened.append(answer.extensions["network_stream"].get_extra_info("socket"))
    )
    client.sync()
    client.get("/user")
    assert len({sock.getsockname() for sock in opened}) == 1


def test_it_leaves_no_thread_and_no_port_behind() -> None:
    before = threading.active_count()
    with TodoistStandIn() as todoist:
        client = Client(todoist)
        client.sync()
        assert threading.active_count() > before
    with pytest.raises(httpx.TransportError):
        client.sync()
    client.http.close()
    assert threading.active_count() == before


class Callback(HTTPServer):
    """What receives webhooks: answers the statuses it was given, then 200."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.received: list[tuple[bytes, dict[str, str]]] = []
        super().__init__(("127.0.0.1", 0), CallbackHandler)


class CallbackHandler(BaseHTTPRequestHandler):
    server: Callback

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((body, dict(self.headers.items())))
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def callback() -> Iterator[Callback]:
    with Callback(500, 204) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_webhooks_are_signed_and_redelivered_unchanged(
    todoist: TodoistStandIn, callback: Callback
) -> None:
    task = todoist.alice.task(todoist.alice.add_task("Grüße"))
    delivery = todoist.webhooks.build("item:added", todoist.alice, task)
    url = f"http://127.0.0.1:{callback.server_port}/"
    assert todoist.webhooks.deliver(url, delivery) == [500, 204, 200]
    assert callback.received[0] == callback.received[2]
    body, headers = callback.received[0]
    signed = hmac.new(todoist.client_secret.encode(), body, hashlib.sha256).digest()
    sent = {name.lower(): value for name, value in headers.items()}
    assert sent["x-todoist-hmac-sha256"] == base64.b64encode(signed).decode()
    assert sent["x-todoist-delivery-id"]
    assert json.loads(body)["event_data"]["content"] == "Grüße"


def test_a_recurring_task_done_arrives_as_an_update(todoist: TodoistStandIn) -> None:
    alice = todoist.alice
    task_id = alice.add_task("Again", recurring="every day")
    before = alice.task(task_id)
    alice.complete(task_id)
    delivery = todoist.webhooks.build_recurring_done(alice, before, alice.task(task_id))
    sent = json.loads(delivery.body)
    assert sent["event_name"] == "item:updated"
    assert sent["event_data_extra"]["update_intent"] == "item_completed"
    assert sent["event_data_extra"]["old_item"]["due"] != sent["event_data"]["due"]
