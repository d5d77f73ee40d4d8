"""Slow connections stop nobody: real Caddy, with our Caddyfile, before the real web and worker."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import httpx
import pytest

from oo.lib.crypto import generate_key
from tests import servers
from tests.production import compose
from tests.production.database import fresh_database
from tests.production.front import caddyfile, start_caddy
from tests.production.slow import (
    SlowSource,
    peers,
    reads_slowly,
    sends_a_body_slowly,
    sends_its_headers_slowly,
    slow_source,
)
from tests.production.stack import HOST, Stack
from tests.production.test_stack import prepare
from tests.servers import free_port
from tests.stand_ins.openid import OpenIdStandIn
from tests.stand_ins.openid.visitor import read_form

pytestmark = [pytest.mark.postgres, pytest.mark.slow]
# How long they go on, and how long another person may wait, but for one visit in a hundred.
SECONDS, PATIENCE_S, TIMES = 20.0, 0.25, 4.0
QUIET_SECONDS = 4.0
EXPORT, CONNECT = "/api/v1/export", "/connect/calendar-url/"
# One with 3,000 tasks whose notes no archive makes smaller and a token for programs, and four who
# are signed in.
PEOPLE = """
import json, secrets
from django.test import Client
from django.utils import timezone
from accounts.api_tokens.tokens import make_token
from accounts.models import Profile, User
from integrations.models import Connection, Task
now = timezone.now()
def person(name):
    user = User.objects.create_user(f"{name}@example.com", name=name)
    Profile.objects.get_or_create(user=user)
    return user
def session(user):
    client = Client()
    client.force_login(user, backend="accounts.backend.PersonBackend")
    return client.cookies["__Host-session"].value
much = person("much")
there = Connection.objects.create(user=much, source="sample", account="x", state="ok",
    connected_at=now, next_sync_at=now)
Task.objects.bulk_create(Task(user=much, connection=there, external_id=str(n), title="x",
    description=secrets.token_urlsafe(2_000), changed_at=now) for n in range(3_000))
_row, token = make_token(much.pk, name="x", scopes=["account:read"], expires_at=None, at=now)
print(json.dumps({"token": token, "sessions": [session(person(n)) for n in "abcd"]}))
"""


@dataclass(frozen=True, slots=True)
class Front:
    stack: Stack
    port: int  # of Caddy

    def get(self, path: str, **more: str) -> httpx.Response:
        return httpx.get(self._at(path), headers=self._with(more), timeout=30, trust_env=False)

    def post(self, path: str, content: bytes | Iterator[bytes], **more: str) -> httpx.Response:
        """What is iterated over goes in chunks, without a word of its length."""
        headers = {**self._with(more), "Content-Type": "application/x-www-form-urlencoded"}
        return httpx.post(
            self._at(path), content=content, headers=headers, timeout=30, trust_env=False
        )

    def submit(self, path: str, session: str, **fields: str) -> httpx.Response:
        """The form of that page, as somebody."""
        page = self.get(path, Cookie=f"__Host-session={session}")
        assert page.status_code == 200
        csrf = page.cookies["__Host-csrf"]
        form = {"csrfmiddlewaretoken": read_form(page.text).fields["csrfmiddlewaretoken"], **fields}
        cookies = f"__Host-session={session}; __Host-csrf={csrf}"
        return self.post(path, str(httpx.QueryParams(form)).encode(), Cookie=cookies)

    def _at(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def _with(self, more: dict[str, str]) -> dict[str, str]:
        return {"Host": HOST, **more}


@dataclass(frozen=True, slots=True)
class People:
    token: str
    sessions: list[str]


@pytest.fixture(scope="module")
def source() -> Iterator[SlowSource]:
    with slow_source() as server:
        yield server


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory, source: SlowSource) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("slow")
    with fresh_database() as database, servers.redis() as redis, OpenIdStandIn() as idp:
        stack = Stack(
            folder,
            {
                "DJANGO_SETTINGS_MODULE": "tests.production.settings",
                "DATABASE_URL": database.url,
                "REDIS_URL": redis,
                "OO_SECRET_KEY": generate_key() + generate_key(),
                "OO_SSL_REDIRECT": "false",  # TLS has ended elsewhere
                "OO_TEST_IDP": idp.url,
                "OO_TEST_STATIC_ROOT": str(folder / "static"),
                "GOOGLE_CLIENT_ID": "made-up",
            },
        )
        prepare(stack)
        # Which production refuses to start with; the slow source can be nowhere else.
        stack.changes["OO_PRIVATE_HOSTS_ALLOWED"] = f"127.0.0.1:{source.port}"
        port = free_port()
        config = folder / "Caddyfile"
        config.write_text(caddyfile(stack.port, port))
        for service in ("web", "worker"):
            stack.start(service)
        caddy = start_caddy(config)
        try:
            found = Front(stack, port)
            stack.wait_for("web", lambda: is_ready(found), timeout_s=30)
            yield found
        finally:
            caddy.terminate()
            caddy.wait(10)
            stack.stop_all()


def is_ready(front: Front) -> bool:
    try:
        return front.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def people(front: Front) -> People:
    done = front.stack.run("migrate", [sys.executable, "manage.py", "shell", "-c", PEOPLE])
    assert done.returncode == 0, done.stderr
    return People(**json.loads(done.stdout.splitlines()[-1]))


def visits(front: Front, seconds: float) -> list[float]:
    """Seconds that another person waits for a page, again and again."""
    found, end = list[float](), time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        answer = front.get("/sign-in/")
        found.append(time.monotonic() - began)
        assert answer.status_code == 200
        time.sleep(0.01)
    return found


def late(waited: list[float]) -> float:
    """What 99 of 100 visits stay below."""
    return sorted(waited)[int(len(waited) * 0.99)]


def test_a_body_in_chunks_is_refused_and_not_taken_for_an_empty_one(front: Front) -> None:
    """Caddy has it whole, and hands it on in chunks all the same."""
    refused = front.post("/sign-in/", iter([b"next=", b"/"]))
    assert refused.status_code == 411
    assert "Nothing was changed" in refused.text


def test_slow_ones_of_every_kind_at_once_stop_nobody(
    front: Front, people: People, source: SlowSource
) -> None:
    """On a machine that is busy with other tests, compared with how it is without them."""
    whole = front.get(EXPORT, Authorization=f"Bearer {people.token}")
    assert whole.status_code == 200
    assert len(whole.content) > 5_000_000
    quiet = late(visits(front, QUIET_SECONDS))
    with ExitStack() as slow:
        for many, peer in (
            (100, sends_a_body_slowly(HOST)),
            (100, sends_its_headers_slowly(HOST)),
            (4, reads_slowly(HOST, EXPORT, people.token)),
        ):
            slow.enter_context(peers(many, peer, front.port))
        for session in people.sessions:
            answer = front.submit(CONNECT, session, url=source.url)
            assert answer.status_code == 302, answer.text
        waited = visits(front, SECONDS)
    assert source.asked >= 2
    assert len(waited) > 10, f"only {len(waited)} pages in {SECONDS} s"
    assert late(waited) < max(PATIENCE_S, TIMES * quiet), (quiet, sorted(waited)[-5:])


def test_the_proxy_waits_in_our_place() -> None:
    text = (compose.ROOT / "deploy/Caddyfile").read_text()
    (body,) = re.findall(r"max_size (\d+)MB", text)
    (buffer,) = re.findall(r"request_buffers (\d+)MiB", text)
    assert int(buffer) >= int(body)
