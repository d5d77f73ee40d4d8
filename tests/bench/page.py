"""The tip page and its card with a ready tip, against the bare floor, under the same server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from statistics import median

from tests import servers
from tests.bench.load import Load, measure

ROUNDS, SECONDS, CONNECTIONS = 5, 4.0, 16
# Goals: at least this share of the floor's requests, and alone at most this many times its p50.
SHARE, TIMES = 0.75, 1.3

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
user = User.objects.filter(email="bench@example.com").first()
if user is None:
    user = User.objects.create_user("bench@example.com", name="Bench")
    Profile.objects.get_or_create(user=user)
    now = timezone.now()
    Tip.objects.create(user=user, content="Pay rent", detail="Due today", kind="task",
        source="sample", policy="deadline_first", confidence=0.5, evidence=[], candidate="task:1",
        fingerprint="", made_at=now, expires_at=now + timedelta(days=1))
client = Client()
client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
print(client.cookies["session"].value)
"""


def run(env: Mapping[str, str]) -> bool:
    """False when a goal is missed. Both are ratios within this run: no machine's speed counts."""
    bare_env = {**env, "DJANGO_SETTINGS_MODULE": "tests.bench.bare_settings"}
    ours, bare = prepare(env), prepare(bare_env)
    with ExitStack() as stack:
        oo = stack.enter_context(granian(env))
        floor = stack.enter_context(granian(bare_env))
        return report(
            {
                "bare floor": (floor, request(bare)),
                "page": (oo, request(ours)),
                "card": (oo, request(ours, "HX-Request: true\r\n")),
            }
        )


def prepare(env: Mapping[str, str]) -> str:
    """Tables, a person with a ready tip, and a session: its cookie."""
    command = [sys.executable, "-c", PREPARE]
    done = subprocess.run(command, env=dict(env), check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.splitlines()[-1]


def report(asked: Mapping[str, tuple[int, bytes]]) -> bool:
    for port, text in asked.values():
        measure(port, text, connections=2, seconds=1)  # warm up
    rows: dict[str, list[Load]] = {name: [] for name in asked}
    for _ in range(ROUNDS):
        for name, (port, text) in asked.items():
            rows[name].append(measure(port, text, connections=CONNECTIONS, seconds=SECONDS))
    single = {n: measure(p, t, connections=1, seconds=SECONDS) for n, (p, t) in asked.items()}
    good = True
    for name, loads in rows.items():
        pairs = [
            a.requests_per_s / b.requests_per_s
            for a, b in zip(loads, rows["bare floor"], strict=True)
        ]
        share, times = median(pairs), single[name].p50_ms / single["bare floor"].p50_ms
        failed = sum(x.failed for x in loads) + single[name].failed
        met = share >= SHARE and times <= TIMES and not failed
        good &= met
        print(
            f"{name:<11}{median(x.requests_per_s for x in loads):7.0f} requests/s"
            f"   p50 {median(x.p50_ms for x in loads):5.1f} ms"
            f"   p99 {median(x.p99_ms for x in loads):5.1f} ms"
            f"   {share:5.0%} of the floor"
            f"   alone: p50 {single[name].p50_ms:.2f} ms, {times:.2f} times"
            f"   failed {failed}   {'ok' if met else 'MISSED'}"
        )
    print(f"goal: {SHARE:.0%} of the floor, alone within {TIMES} times, none failed")
    return good


def request(cookie: str, more: str = "") -> bytes:
    lines = f"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: session={cookie}\r\n{more}\r\n"
    return lines.encode()


@contextmanager
def granian(env: Mapping[str, str]) -> Iterator[int]:
    """The server as production starts it; yields its port."""
    port = servers.free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "oo.wsgi:application"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", "2"]
    command += ["--blocking-threads", "1", "--log-level", "warning"]
    process = subprocess.Popen(command, env=dict(env))
    try:
        servers.wait_for_port(port)
        yield port
    finally:
        process.terminate()
        process.wait(15)
