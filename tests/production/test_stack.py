"""Production, started as docker-compose.yml says, on real servers: from sign-in to answer."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from functools import partial
from urllib.parse import urlsplit

import httpx
import pytest
from redis import Redis

from oo.lib.crypto import generate_key
from tests import servers
from tests.production.database import fresh_database
from tests.production.dockerfile import stages
from tests.production.stack import HOST, STARTED, Caddy, Stack
from tests.stand_ins.openid import OpenIdStandIn
from tests.stand_ins.openid.visitor import choose_at_google, read_form
from tests.stand_ins.todoist import Clock, TodoistStandIn

pytestmark = pytest.mark.postgres
RENT, CALL = "Pay the rent", "Call the dentist"


@pytest.fixture(scope="module")
def todoist() -> Iterator[TodoistStandIn]:
    with TodoistStandIn(clock=Clock.running()) as stand_in:
        yield stand_in


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, todoist: TodoistStandIn) -> Iterator[Stack]:
    """Built, migrated and started as compose does it; ended at the latest when the module is."""
    folder = tmp_path_factory.mktemp("stack")
    with fresh_database() as database, servers.redis() as redis, OpenIdStandIn() as idp:
        stack = Stack(
            folder,
            {
                "DJANGO_SETTINGS_MODULE": "tests.production.settings",
                "DATABASE_URL": database.url,
                "REDIS_URL": redis,
                "OO_SECRET_KEY": generate_key() + generate_key(),
                "OO_TEST_IDP": idp.url,
                "OO_TEST_STATIC_ROOT": str(folder / "static"),
                "GOOGLE_CLIENT_ID": "made-up",
                "TODOIST_API_URL": f"{todoist.url}/api/v1/",
                "OO_POLICY": "deadline_first",  # which is never silent because of the hour
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


def is_well(stack: Stack, service: str) -> bool:
    return stack.run(service, stack.health_command(service)).returncode == 0


def test_every_service_is_well_by_its_own_health_check(stack: Stack, visitor: httpx.Client) -> None:
    for service in STARTED:
        stack.wait_for(service, partial(is_well, stack, service), timeout_s=30)


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


def see_tip(
    stack: Stack, client: httpx.Client, words: str, *, timeout_s: float
) -> tuple[httpx.Response, str]:
    """The page with a tip that has these words, and where its form sends the answer."""

    def look() -> tuple[httpx.Response, str] | None:
        page = client.get("/")
        action = re.search(r'action="(/tip/[0-9a-f-]+/answer)"', page.text)
        return (page, action[1]) if action and words in page.text else None

    return stack.wait_for(f"a tip with {words!r}", look, timeout_s=timeout_s)


def answer_done(client: httpx.Client, page: httpx.Response, path: str) -> None:
    answered = submit(client, path, page, reaction="done")
    assert (answered.status_code, answered.headers["location"]) == (302, "/"), answered.text


def wait_until_closed(stack: Stack, todoist: TodoistStandIn, task: str, *, within_s: int) -> None:
    stack.wait_for("closing", lambda: todoist.alice.task(task)["checked"], timeout_s=within_s)


@pytest.fixture(scope="module")
def tasks(todoist: TodoistStandIn) -> dict[str, str]:
    return {
        RENT: todoist.alice.add_task(RENT, "today", priority=4),
        CALL: todoist.alice.add_task(CALL, "today", priority=3),
    }


@pytest.fixture(scope="module")
def connected(alice: httpx.Client, todoist: TodoistStandIn, tasks: dict[str, str]) -> httpx.Client:
    """Alice, with Todoist connected."""
    page = alice.get("/connect/todoist/")
    answer = submit(alice, "/connect/todoist/", page, token=todoist.alice.personal_token)
    assert (answer.status_code, answer.headers["location"]) == (302, "/connect/"), answer.text
    return alice


def test_alice_connects_sees_one_tip_and_her_answer_reaches_todoist(
    stack: Stack, connected: httpx.Client, todoist: TodoistStandIn, tasks: dict[str, str]
) -> None:
    page, path = see_tip(stack, connected, RENT, timeout_s=30)
    answer_done(connected, page, path)
    said_at = time.monotonic()

    assert todoist.alice.task(tasks[RENT])["checked"] is False
    assert "Undo" in connected.get("/").text
    # Nothing leaves before the time to undo is over.
    wait_until_closed(stack, todoist, tasks[RENT], within_s=25)
    assert time.monotonic() - said_at > 7


def test_nothing_that_opens_an_account_and_nothing_personal_is_in_the_logs(
    stack: Stack, connected: httpx.Client, todoist: TodoistStandIn
) -> None:
    log = "".join(path.read_text() for path in stack.folder.glob("*.log"))

    for word in (todoist.alice.personal_token, connected.cookies["__Host-session"], RENT, "alice"):
        assert word not in log


def test_an_answer_outlives_its_worker_and_every_message_about_it(
    stack: Stack, connected: httpx.Client, todoist: TodoistStandIn, tasks: dict[str, str]
) -> None:
    assert stack.stop("worker") == 0
    submit(connected, "/more", connected.get("/"))
    answer_done(connected, *see_tip(stack, connected, CALL, timeout_s=5))
    assert not is_well(stack, "worker")
    redis = Redis.from_url(stack.changes["REDIS_URL"])
    assert redis.delete("sync") == 1  # the queue of completions; it is there while it holds any
    redis.delete("interactive")  # whatever beat has put there meanwhile

    # Beat asks again every 30 seconds, and the row is there.
    stack.start("worker")
    wait_until_closed(stack, todoist, tasks[CALL], within_s=50)


def test_a_beat_that_stands_still_is_not_well(stack: Stack, visitor: httpx.Client) -> None:
    stack.wait_for("beat", partial(is_well, stack, "beat"), timeout_s=30)
    assert stack.stop("beat") == 0
    for file in stack.folder.glob("beat-schedule*"):
        os.utime(file, (time.time() - 500, time.time() - 500))

    found = stack.run("beat", stack.health_command("beat"))
    assert (found.returncode, "s old" in found.stderr) == (1, True)


def test_the_rest_ends_in_time_when_it_is_told_to(stack: Stack, visitor: httpx.Client) -> None:
    stack.wait_for("worker", partial(is_well, stack, "worker"), timeout_s=30)

    assert set(stack.stop_all().values()) == {0}
    assert not is_well(stack, "web")
