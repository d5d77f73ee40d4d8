"""The tools beside: how each is told to be, over real sockets, and what the page may frame."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from time import monotonic
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from accounts.models import User
from adminconsole.access.groups import make_groups
from adminconsole.looking.probes import State, look
from adminconsole.looking.tools import BY_KEY, TOOLS, look_at, look_at_tools
from tests.production import compose

PAGE, STATES = "/console/tools/", "/console/tools/states/"


@contextmanager
def tool(status: int = 200) -> Iterator[tuple[str, list[str]]]:
    """Answers with this status, or, with 0, never; and the paths that it was asked for."""
    asked: list[str] = []
    over = Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            if not status:
                over.wait(10)
                return
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        over.set()
        server.shutdown()
        thread.join()
        server.server_close()


def set_up(settings: Any, key: str, ask_url: str, url: str = "http://localhost:5000") -> None:
    setattr(settings, f"OO_TOOL_{key.upper()}_URL", url)
    setattr(settings, f"OO_TOOL_{key.upper()}_ASK_URL", ask_url)


@pytest.fixture
def viewer(bob: User, bob_client: Client) -> Client:
    bob.is_staff = True
    bob.save()
    make_groups()
    bob.groups.set([Group.objects.get(name="viewer")])
    return bob_client


def test_without_any_tool_the_page_says_how_to_start_each(viewer: Client) -> None:
    page = viewer.get(PAGE).content.decode()
    states = viewer.get(STATES).content.decode()

    assert f'hx-get="{STATES}"' in page
    assert "<iframe" not in page
    assert states.count("state--none") == len(TOOLS)
    for each in TOOLS:
        assert f"docker compose --profile {each.profile} up -d" in states
        assert each.setting in states
    assert 'target="_blank"' not in states


def test_a_tool_that_answers_is_linked(viewer: Client, settings: Any) -> None:
    with tool() as (address, asked):
        set_up(settings, "grafana", f"{address}/under/", "https://grafana.example.com/x")
        states = viewer.get(STATES).content.decode()

    assert asked == ["/under/api/health"]
    assert states.count("state--good") == 1
    assert 'href="https://grafana.example.com/x"' in states
    assert address not in states
    assert BY_KEY["grafana"].command not in states


@pytest.mark.parametrize("status", [500, 503, 404, 302])
def test_a_tool_that_answers_otherwise_is_not_well(settings: Any, status: int) -> None:
    with tool(status) as (address, _asked):
        set_up(settings, "flower", address)
        found = look_at(BY_KEY["flower"])

    assert found.is_well is False
    assert found.says == f"answers with {status}"
    assert found.link == "http://localhost:5000"


def test_those_that_hang_cost_half_a_second_together(viewer: Client, settings: Any) -> None:
    with tool(0) as (address, asked):
        for each in TOOLS:
            set_up(settings, each.key, address)
        began = monotonic()
        found = look_at_tools()
        took_s = monotonic() - began

    assert 0.4 < took_s < 1.5
    assert len(asked) == len(TOOLS)
    assert {each.is_well for each in found} == {False}
    assert all(each.says.startswith("no answer (") for each in found)


def test_a_tool_that_is_not_there_is_said_with_what_to_do(viewer: Client, settings: Any) -> None:
    with tool() as (address, _asked):
        pass
    set_up(settings, "mlflow", address)
    states = viewer.get(STATES).content.decode()

    assert "state--bad" in states
    assert "no answer (ConnectError)" in states
    assert "document=runbooks/tools" in states


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "localhost:5000",
        "http://",
        "nonsense",
        "http://a;script-src *",
        "http://a,b/",
    ],
)
def test_an_address_that_is_none_is_neither_linked_nor_framed(
    viewer: Client, settings: Any, url: str
) -> None:
    set_up(settings, "grafana", "http://127.0.0.1:1", url)
    states = viewer.get(STATES).content.decode()
    answer = viewer.get(PAGE)

    assert "its address in the settings is none of the web" in states
    assert 'target="_blank"' not in states
    assert b"<iframe" not in answer.content
    assert "frame-src" not in answer["Content-Security-Policy"]


def test_words_are_in_the_language_of_who_reads_them(viewer: Client, settings: Any) -> None:
    from django.utils.translation import override

    from oo.lib.words import gettext

    set_up(settings, "mlflow", "http://127.0.0.1:1")
    with override("de"):
        (found, *_rest) = look_at_tools()
        assert found.says == gettext("no answer (%s)") % "ConnectError"


def test_the_page_may_frame_grafana_and_nothing_else_may(viewer: Client, settings: Any) -> None:
    set_up(settings, "grafana", "http://127.0.0.1:1", "https://watch.example.com:8443/grafana/")
    page = viewer.get(PAGE)
    policy = dict(part.split(" ", 1) for part in page["Content-Security-Policy"].split("; "))

    assert policy["frame-src"] == "https://watch.example.com:8443"
    assert policy["default-src"] == "'none'"
    assert "'unsafe-eval'" in policy["script-src"], "that of every page of the console"
    body = page.content.decode()
    assert 'src="https://watch.example.com:8443/grafana/d-solo/oo/oo?panelId=' in body
    for other in ("/console/health/", STATES, "/console/overview/"):
        assert "frame-src" not in viewer.get(other)["Content-Security-Policy"]


def test_the_page_opens_without_asking_anybody(viewer: Client, settings: Any) -> None:
    with tool() as (address, asked):
        for each in TOOLS:
            set_up(settings, each.key, address)
        assert viewer.get(PAGE).status_code == 200
    assert asked == []


@pytest.mark.parametrize("path", [f"{PAGE}?x=%00", f"{STATES}?tool=nonsense&x=%00"])
def test_what_is_typed_behind_the_address_changes_nothing(viewer: Client, path: str) -> None:
    assert viewer.get(path).status_code == 200


def test_states_are_for_staff_and_for_looking(
    viewer: Client, alice_client: Client, client: Client
) -> None:
    assert alice_client.get(STATES, follow=True).status_code == 403
    assert client.get(STATES).status_code == 302
    assert viewer.post(STATES).status_code == 405


@pytest.mark.django_db
def test_health_knows_mlflow_where_it_is_set_up(settings: Any) -> None:
    def parts() -> dict[str, tuple[State, str]]:
        found = look(at=timezone.now())
        return {part.name: (part.state, part.runbook) for part in found}

    assert "MLflow" not in parts()
    with tool() as (address, asked):
        set_up(settings, "mlflow", address)
        assert parts()["MLflow"] == (State.GOOD, "tools")
    assert asked == ["/health"]
    assert parts()["MLflow"] == (State.WARN, "tools")


def test_every_profile_is_one_of_compose_and_asked_where_compose_puts_it(settings: Any) -> None:
    services = compose.services()
    for each in TOOLS:
        ours = {name for name, of in services.items() if each.profile in of.get("profiles", ())}
        assert ours, each.profile
        host, _, port = each.ask_url.removeprefix("http://").partition(":")
        assert host in ours
        assert services[host]["ports"] == [f"127.0.0.1:{port}:{port}"]
        assert "tools" in services[host]["networks"]
        assert f"/{each.health}" in str(services[host]["healthcheck"]["test"])
