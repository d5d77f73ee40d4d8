"""Production, started as docker-compose.yml says, on real PostgreSQL and Redis: sign-in to answer."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from oo.lib.crypto import generate_key
from tests import servers
from tests.peers.openid import OpenIdStandIn
from tests.peers.openid.visitor import choose_at_google, read_form
from tests.peers.todoist import Clock, TodoistStandIn
from tests.production.dockerfile import stages
from tests.production.stack import HOST, STARTED, Caddy, Stack

pytestmark = pytest.mark.postgres
RENT = "Pay the rent"


@pytest.fixture(scope="module")
def todoist() -> Iterator[TodoistStandIn]:
    with TodoistStandIn(clock=Clock.running()) as stand_in:
        yield stand_in


@pytest.fixture(scope="module")
def stack(
    tmp_path_factory: pytest.TempPathFactory, todoist: TodoistStandIn
) -> Iterator[Stack]:
    """Built, migrated and started as compose does it; ended at the latest when the module is."""
    folder = tmp_path_factory.mktemp("stack")
    with servers.postgres() as database, servers.redis() as redis, OpenIdStandIn() as idp:
        stack = Stack(
            folder,
            {
                "DJANGO_SETTINGS_MODULE": "tests.production.settings",
                "DATABASE_URL": database,
                "REDIS_URL": redis,
                "OO_SECRET_KEY": generate_key() + generate_key(),
                "OO_TEST_IDP": idp.url,
                "OO_TEST_STATIC_ROOT": str(folder / "static"),
                "GOOGLE_CLIENT_ID": "made-up",
                "TODOIST_API_URL": f"{todoist.url}/api/v1/",
            },
        )
        prepare(stack)
        try:
            for service in STARTED:
                stack.start(service)
            yield stack
        finally:
            for service in list(stack.running):
                stack.stop(service)


def prepare(stack: Stack) -> None:
    build = stages()["app"].the("RUN", "collectstatic")
    for command in (["sh", "-c", build], stack.command("migrate")):
        done = stack.run("migrate", command)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def visitor(stack: Stack) -> Iterator[httpx.Client]:
    """A browser in front of Caddy, once web is ready to be sent visitors."""
    headers = {"Origin": f"https://{HOST}", "Accept-Language": "en"}
    base_url = f"https://{HOST}"
    with httpx.Client(transport=Caddy(stack.port), base_url=base_url, headers=headers) as client:

        def is_ready() -> bool:
            try:
                return client.get("/readyz").status_code == 200
            except httpx.TransportError:
                return False

        stack.wait_for("web", is_ready, timeout_s=30)
        yield client


def submit(client: httpx.Client, path: str, page: httpx.Response, **fields: str) -> httpx.Response:
    """Posts a form of that page: with the token that stands in it, as a browser would."""
    token = read_form(page.text).fields["csrfmiddlewaretoken"]
    return client.post(path, data={"csrfmiddlewaretoken": token, **fields})


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


@pytest.fixture(scope="module")
def alice(visitor: httpx.Client) -> httpx.Client:
    """Signed in with Google."""
    page = visitor.get("/sign-in/")
    away = submit(visitor, "/accounts/google/login/", page, process="login")
    assert away.status_code == 302, away.text
    back = choose_at_google(away.headers["location"], "alice-sub")
    assert back.startswith(f"https://{HOST}/accounts/google/login/callback/")
    home = visitor.get(path_of(back))
    assert (home.status_code, home.headers["location"]) == (302, "/"), home.text
    return visitor


def test_every_service_is_well_by_its_own_health_check(
    stack: Stack, visitor: httpx.Client
) -> None:
    def is_well(service: str) -> bool:
        return stack.run(service, stack.health_command(service)).returncode == 0

    for service in STARTED:
        stack.wait_for(service, lambda: is_well(service), timeout_s=30)  # noqa: B023


def test_plain_http_is_sent_to_https(visitor: httpx.Client) -> None:
    answer = visitor.get(f"http://{HOST}/")

    assert answer.status_code == 301
    assert answer.headers["location"] == f"https://{HOST}/"


def test_a_name_that_is_not_ours_is_refused(visitor: httpx.Client) -> None:
    assert visitor.get("https://evil.test/").status_code == 400


def test_browsers_are_told_to_be_strict(visitor: httpx.Client) -> None:
    headers = visitor.get("/sign-in/").headers

    assert headers["strict-transport-security"] == "max-age=63072000; includeSubDomains; preload"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_static_files_are_small_and_kept_for_good(visitor: httpx.Client) -> None:
    paths = re.findall(r'"(/static/[^"]+\.(?:css|js))"', visitor.get("/sign-in/").text)

    assert paths
    for path in paths:
        answer = visitor.get(path, headers={"Accept-Encoding": "gzip"})
        assert re.search(r"\.[0-9a-f]{12}\.", path), path
        assert answer.headers["cache-control"] == "max-age=315360000, public, immutable"
        assert answer.headers["content-encoding"] == "gzip"


def test_cookies_are_bound_to_this_host_and_to_https(alice: httpx.Client) -> None:
    cookies = {cookie.name: cookie for cookie in alice.cookies.jar}

    assert set(cookies) >= {"__Host-session", "__Host-csrf"}
    assert all(cookie.secure and cookie.path == "/" for cookie in cookies.values())


def test_alice_signs_in_connects_sees_one_tip_and_her_answer_reaches_todoist(
    stack: Stack, alice: httpx.Client, todoist: TodoistStandIn
) -> None:
    task = todoist.alice.add_task(RENT, "today", priority=4)
    page = alice.get("/connect/todoist/")
    connected = submit(alice, "/connect/todoist/", page, token=todoist.alice.personal_token)
    assert (connected.status_code, connected.headers["location"]) == (302, "/"), connected.text

    def tip() -> tuple[httpx.Response, str] | None:
        shown = alice.get("/")
        answer = re.search(r'action="(/tip/[0-9a-f-]+/answer)"', shown.text)
        return (shown, answer[1]) if answer and RENT in shown.text else None

    page, path = stack.wait_for("a tip", tip, timeout_s=30)
    answered = submit(alice, path, page, reaction="done")
    said_at = time.monotonic()
    assert (answered.status_code, answered.headers["location"]) == (302, "/")
    assert todoist.alice.task(task)["checked"] is False
    assert "Undo" in alice.get("/").text

    # Within the undo window nothing leaves; then worker or beat closes it.
    closed = lambda: todoist.alice.task(task)["checked"]  # noqa: E731
    stack.wait_for("closing", closed, timeout_s=45)
    assert time.monotonic() - said_at > 7


def test_beat_alone_sees_to_work_of_which_nobody_was_told(
    stack: Stack, alice: httpx.Client, todoist: TodoistStandIn
) -> None:
    """The message is lost, the row is not."""


def test_nothing_that_opens_an_account_is_in_the_logs(
    stack: Stack, alice: httpx.Client, todoist: TodoistStandIn
) -> None:
    log = stack.log()

    for secret in (todoist.alice.personal_token, alice.cookies["__Host-session"], RENT):
        assert secret not in log


def test_a_worker_that_is_gone_is_not_well(stack: Stack, visitor: httpx.Client) -> None:
    stack.stop("worker")

    assert stack.run("worker", stack.health_command("worker")).returncode != 0


def test_a_beat_that_stands_still_is_not_well(stack: Stack, visitor: httpx.Client) -> None:
    stack.stop("beat")
    for file in stack.folder.glob("beat-schedule*"):
        os.utime(file, (time.time() - 500, time.time() - 500))

    found = stack.run("beat", stack.health_command("beat"))
    assert (found.returncode, "s old" in found.stderr) == (1, True)


def test_every_process_ends_in_time_when_it_is_told_to(
    stack: Stack, visitor: httpx.Client
) -> None:
    for service in STARTED:
        if service not in stack.running:
            stack.start(service)
    visitor.get("/healthz")

    assert stack.stop_all() == dict.fromkeys(STARTED, 0)
