"""Two slow connections stop nobody: real Caddy, with our Caddyfile, before the real web service."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest

from oo.lib.crypto import generate_key
from tests import servers
from tests.production import compose
from tests.production.database import fresh_database
from tests.production.front import caddyfile, start_caddy
from tests.production.slow import (
    Peer,
    peers,
    reads_slowly,
    sends_a_body_slowly,
    sends_its_headers_slowly,
)
from tests.production.stack import HOST, Stack
from tests.production.test_stack import prepare
from tests.servers import free_port
from tests.stand_ins.openid import OpenIdStandIn

pytestmark = [pytest.mark.postgres, pytest.mark.slow]
# How long each kind goes on, and how long another person may wait, but for one visit in a hundred.
SECONDS, PATIENCE_S, TIMES = 5.0, 0.25, 4.0
EXPORT = "/api/v1/export"


@dataclass(frozen=True, slots=True)
class Front:
    stack: Stack
    port: int  # of Caddy

    def get(self, path: str, **more: str) -> httpx.Response:
        return httpx.get(
            f"http://127.0.0.1:{self.port}{path}",
            headers={"Host": HOST, **more},
            timeout=30,
            trust_env=False,
        )


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
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
        port = free_port()
        config = folder / "Caddyfile"
        config.write_text(caddyfile(stack.port, port))
        stack.start("web")
        caddy = start_caddy(config)
        try:
            found = Front(stack, port)
            stack.wait_for("web", lambda: is_ready(found), timeout_s=30)
            yield found
        finally:
            caddy.terminate()
            caddy.wait(10)
            stack.stop("web")


def is_ready(front: Front) -> bool:
    try:
        return front.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False


def visits(front: Front) -> list[float]:
    """Seconds that another person waits for a page, for as long as the slow ones go on."""
    found, end = list[float](), time.monotonic() + SECONDS
    while time.monotonic() < end:
        began = time.monotonic()
        answer = front.get("/sign-in/")
        found.append(time.monotonic() - began)
        assert answer.status_code == 200
        time.sleep(0.01)
    return found


def stops_nobody(front: Front, many: int, peer: Peer) -> None:
    """On a machine that is busy with other tests, compared with how it is without them."""
    quiet = late(visits(front))
    with peers(many, peer, front.port):
        waited = visits(front)
    assert len(waited) > 10, f"only {len(waited)} pages in {SECONDS} s"
    assert late(waited) < max(PATIENCE_S, TIMES * quiet), (quiet, sorted(waited)[-5:])


def late(waited: list[float]) -> float:
    """What 99 of 100 visits stay below."""
    return sorted(waited)[int(len(waited) * 0.99)]


KINDS: list[tuple[int, Callable[[str], Peer]]] = [
    (2, sends_a_body_slowly),
    (100, sends_a_body_slowly),
    (100, sends_its_headers_slowly),
]


@pytest.mark.parametrize(("many", "kind"), KINDS)
def test_whoever_sends_slowly_stops_nobody(
    front: Front, many: int, kind: Callable[[str], Peer]
) -> None:
    stops_nobody(front, many, kind(HOST))


# One with 3,000 tasks whose notes no archive makes smaller, and a token for programs.
MUCH = """
import secrets
from django.utils import timezone
from accounts.api_tokens.tokens import make_token
from accounts.models import Profile, User
from integrations.models import Connection, Task
now = timezone.now()
user = User.objects.create_user("much@example.com", name="Much")
Profile.objects.get_or_create(user=user)
there = Connection.objects.create(user=user, source="sample", account="x", state="ok",
    connected_at=now, next_sync_at=now)
Task.objects.bulk_create(Task(user=user, connection=there, external_id=str(n), title="x",
    description=secrets.token_urlsafe(2_000), changed_at=now) for n in range(3_000))
_row, token = make_token(user.pk, name="x", scopes=["account:read"], expires_at=None, at=now)
print("token", token)
"""


@pytest.fixture(scope="module")
def token(front: Front) -> str:
    program = [sys.executable, "manage.py", "shell", "-c", MUCH]
    done = front.stack.run("migrate", program)
    assert done.returncode == 0, done.stderr
    return done.stdout.rsplit("token ", 1)[1].strip()


def test_whoever_reads_a_large_export_slowly_stops_nobody(front: Front, token: str) -> None:
    whole = front.get(EXPORT, Authorization=f"Bearer {token}")
    assert whole.status_code == 200
    assert len(whole.content) > 5_000_000
    stops_nobody(front, 4, reads_slowly(HOST, EXPORT, token))


def test_the_proxy_waits_in_our_place() -> None:
    text = (compose.ROOT / "deploy/Caddyfile").read_text()
    (body,) = re.findall(r"max_size (\d+)MB", text)
    (buffer,) = re.findall(r"request_buffers (\d+)MiB", text)
    assert int(buffer) >= int(body)
