"""The tip page and its card with a ready tip, against the bare floor, under the same server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from statistics import median
from tempfile import TemporaryFile

from tests import servers
from tests.bench.load import Load, measure

ROUNDS, SECONDS, CONNECTIONS = 5, 4.0, 16
SHOWN = 2_000  # characters of the server's log, when something fails
ALONE = 0.4  # of the time with many connections, again in each round
# Goals: at least this share of the floor's requests, and alone at most this many times its p50.
SHARE, TIMES = 0.75, 1.3

EMAIL = "bench@example.com"
PREPARE = """
import django; django.setup()
from datetime import timedelta
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from accounts.models import Profile, User
from tips.models import Tip
call_command("migrate", verbosity=0)
call_command("collectstatic", verbosity=0, interactive=False)
user = User.objects.filter(email="EMAIL").first()
if user is None:
    user = User.objects.create_user("EMAIL", name="Bench")
    Profile.objects.get_or_create(user=user)
    now = timezone.now()
    Tip.objects.create(user=user, content="Pay rent", detail="Due today", kind="task",
        source="sample", policy="deadline_first", confidence=0.5, evidence=[], candidate="task:1",
        fingerprint="", made_at=now, expires_at=now + timedelta(days=1))
client = Client()
client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
print(client.cookies["session"].value)
""".replace("EMAIL", EMAIL)


def run(env: Mapping[str, str]) -> bool:
    """False when a goal is missed. Both are ratios within this run: no machine's speed counts."""
    with served(env) as asked:
        return report(asked)


@contextmanager
def served(env: Mapping[str, str]) -> Iterator[Mapping[str, tuple[int, bytes]]]:
    """The floor, the page and the card: of each the port and the request."""
    bare_env = {**env, "DJANGO_SETTINGS_MODULE": "tests.bench.bare_settings"}
    ours, bare = prepare(env), prepare(bare_env)
    with granian(env) as oo, granian(bare_env) as floor:
        yield {
            "bare floor": (floor, request(bare)),
            "page": (oo, request(ours)),
            "card": (oo, request(ours, "HX-Request: true\r\n")),
        }


def prepare(env: Mapping[str, str]) -> str:
    """Tables, a person with a ready tip, and a session: its cookie."""
    command = [sys.executable, "-c", PREPARE]
    done = subprocess.run(command, env=dict(env), check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.splitlines()[-1]


def report(
    asked: Mapping[str, tuple[int, bytes]], *, rounds: int = ROUNDS, seconds: float = SECONDS
) -> bool:
    for port, text in asked.values():
        measure(port, text, connections=2, seconds=1)  # warm up
    rows: dict[str, list[Load]] = {name: [] for name in asked}
    single: dict[str, list[Load]] = {name: [] for name in asked}
    for round_ in range(rounds):
        # None has its place: what was idle before is slower than what was not.
        turn = round_ % len(asked)
        in_turn = [*list(asked.items())[turn:], *list(asked.items())[:turn]]
        for name, (port, text) in in_turn:
            rows[name].append(measure(port, text, connections=CONNECTIONS, seconds=seconds))
        for name, (port, text) in in_turn:
            single[name].append(measure(port, text, connections=1, seconds=seconds * ALONE))
    good = True
    for name in asked:
        good &= tell(name, rows[name], single[name], rows["bare floor"], single["bare floor"])
    print(f"goal: {SHARE:.0%} of the floor, alone within {TIMES} times, none failed")
    return good


def tell(
    name: str,
    loads: list[Load],
    single: list[Load],
    floor: list[Load],
    single_floor: list[Load],
) -> bool:
    """Whether the goals are met, round by round against the floor of the same round."""
    share = median(a.requests_per_s / b.requests_per_s for a, b in zip(loads, floor, strict=True))
    times = median(a.p50_ms / b.p50_ms for a, b in zip(single, single_floor, strict=True))
    failed = sum(x.failed for x in (*loads, *single))
    met = share >= SHARE and times <= TIMES and not failed
    print(
        f"{name:<11}{median(x.requests_per_s for x in loads):7.0f} requests/s"
        f"   p50 {median(x.p50_ms for x in loads):5.1f} ms"
        f"   p99 {median(x.p99_ms for x in loads):5.1f} ms"
        f"   {share:5.0%} of the floor"
        f"   alone: p50 {median(x.p50_ms for x in single):.2f} ms, {times:.2f} times"
        f"   failed {failed}   {'ok' if met else 'MISSED'}"
    )
    return met


def request(cookie: str, more: str = "") -> bytes:
    lines = f"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: session={cookie}\r\n{more}\r\n"
    return lines.encode()


@contextmanager
def granian(env: Mapping[str, str]) -> Iterator[int]:
    """The server as production starts it; yields its port. A file takes its line for each request:
    on a terminal they would bury the figures.
    """
    port = servers.free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "oo.wsgi:application"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", "2"]
    command += ["--blocking-threads", "4", "--log-level", "warning"]
    with TemporaryFile("w+") as log:
        process = subprocess.Popen(command, env=dict(env), stdout=log, stderr=log)
        try:
            servers.wait_for_port(port)
            yield port
        except Exception:
            log.seek(0)
            sys.stderr.write(log.read()[-SHOWN:])
            raise
        finally:
            process.terminate()
            process.wait(15)
