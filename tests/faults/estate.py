"""oO as docker-compose.yml has it, mirror included, on servers that are there to be killed."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Protocol
from urllib.parse import urlsplit

import httpx
import yaml

from oo.lib.crypto import generate_key
from tests import servers
from tests.faults.line import Line
from tests.production.dockerfile import stages
from tests.production.stack import HOST, Caddy, Stack
from tests.stand_ins.model import ModelStandIn
from tests.stand_ins.push import PushStandIn
from tests.stand_ins.todoist import Clock, TodoistStandIn

SERVICES = ("web", "worker", "beat", "relay")
VAPID_KEY = "b08tdGVzdHMtYW5kLW5vdGhpbmctYnV0LXRlc3RzISE="


class Part(Protocol):
    """What can be killed at any moment, and started again."""

    def start(self) -> None: ...

    def kill(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Service:
    """One process of ours, with its children."""

    stack: Stack
    name: str

    def start(self) -> None:
        self.stack.start(self.name)

    def kill(self) -> None:
        process = self.stack.running.pop(self.name, None)
        if process is not None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


class Restarts(Thread):
    """`restart: unless-stopped`: what ends by itself is started again."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(daemon=True)
        self._stack, self._over = stack, Event()
        self.count: Counter[str] = Counter()

    def run(self) -> None:
        while not self._over.wait(0.2):
            for name, process in list(self._stack.running.items()):
                # Who has been killed meanwhile is started by whoever did it.
                if process.poll() is not None and self._stack.running.get(name) is process:
                    self._stack.start(name)
                    self.count[name] += 1

    def stop(self) -> None:
        self._over.set()
        self.join()


@dataclass(frozen=True, slots=True)
class Estate:
    stack: Stack
    parts: dict[str, Part]
    todoist: TodoistStandIn
    push: PushStandIn
    nats: servers.Nats
    redis: servers.Redis
    lines: dict[str, Line]  # to what may be away
    restarts: Restarts

    @property
    def servers(self) -> dict[str, servers.Nats | servers.Redis]:
        return {"nats": self.nats, "redis": self.redis}

    def visitor(self) -> httpx.Client:
        """A browser in front of Caddy, of anybody; cookies go with each request."""
        origin = f"https://{HOST}"
        return httpx.Client(
            transport=Caddy(self.stack.port),
            base_url=origin,
            headers={"Origin": origin, "Accept-Language": "en"},
            timeout=30,
        )

    def is_up(self) -> bool:
        with self.visitor() as visitor:
            try:
                return visitor.get("/readyz").status_code == 200
            except httpx.TransportError:
                return False


@contextmanager
def estate(*, thinks: bool = False, twin: bool = False) -> Iterator[Estate]:
    """Everything started, nobody in it.

    thinks: a model is asked to word the tips. twin: by mistake there is a second beat.
    """
    folder = Path(tempfile.mkdtemp(prefix="oo-faults-", dir="/tmp"))
    folder.chmod(0o755)  # the database runs as somebody else
    for name in ("redis", "nats", "oo"):
        (folder / name).mkdir()
    with ExitStack() as exits:
        exits.callback(shutil.rmtree, folder, ignore_errors=True)
        postgres = servers.Postgres(folder)
        exits.callback(postgres.remove)
        exits.callback(postgres.start)
        redis, nats = servers.Redis(folder / "redis"), servers.Nats(folder / "nats")
        exits.callback(redis.kill)
        exits.callback(nats.kill)
        todoist = exits.enter_context(TodoistStandIn(clock=Clock.running()))
        push, model = exits.enter_context(PushStandIn()), exits.enter_context(ModelStandIn())
        ends = {"redis": redis.url, "nats": nats.url, "source": todoist.url, "model": model.url}
        lines = {n: exits.enter_context(Line(urlsplit(end).port or 0)) for n, end in ends.items()}
        stack = Stack(folder / "oo", {"DATABASE_URL": postgres.url})
        stack.changes |= _changes(stack.folder, lines, todoist, push, thinks=thinks)
        parts = _start(stack, (*SERVICES, "thinker") if thinks else SERVICES, exits)
        parts |= {"postgres": postgres, "redis": redis, "nats": nats}
        if twin:
            _start_twin(stack, exits)
        restarts = Restarts(stack)
        exits.callback(restarts.stop)
        restarts.start()
        yield Estate(stack, parts, todoist, push, nats, redis, lines, restarts)


def _start(stack: Stack, names: Iterable[str], exits: ExitStack) -> dict[str, Part]:
    _prepare(stack)
    parts: dict[str, Part] = {}
    for name in names:
        parts[name] = Service(stack, name)
        exits.callback(parts[name].kill)
        parts[name].start()
    return parts


def _start_twin(stack: Stack, exits: ExitStack) -> None:
    there = Stack(stack.folder / "twin", stack.changes)
    there.folder.mkdir()
    beat = Service(there, "beat")
    exits.callback(beat.kill)
    beat.start()


def _changes(
    folder: Path,
    lines: Mapping[str, Line],
    todoist: TodoistStandIn,
    push: PushStandIn,
    *,
    thinks: bool,
) -> dict[str, str]:
    at = {name: f"127.0.0.1:{line.port}" for name, line in lines.items()}
    aliases = folder / "litellm.yaml"
    there = {"model": "llamafile/m", "api_base": f"http://{at['model']}/v1"}
    known = {"model_name": "tip-generator", "litellm_params": there}
    said = {
        "model_list": [known | {"model_info": {"skills": ["words"]}}] if thinks else [],
        "router_settings": {"num_retries": 0},
    }
    aliases.write_text(yaml.safe_dump(said))
    return {
        "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
        "REDIS_URL": f"redis://{at['redis']}/0",
        "NATS_URL": f"nats://{at['nats']}",
        "OO_LITELLM_FILE": str(aliases),
        "OO_SECRET_KEY": generate_key() + generate_key(),
        "OO_TEST_IDP": "http://127.0.0.1:9",
        "OO_TEST_STATIC_ROOT": str(folder / "static"),
        "OO_VAPID_KEY": VAPID_KEY,
        "OO_PRIVATE_HOSTS_ALLOWED": push.address,
        "TODOIST_API_URL": f"http://{at['source']}/api/v1/",
        "TODOIST_CLIENT_ID": todoist.client_id,
        "TODOIST_CLIENT_SECRET": todoist.client_secret,
        "OO_POLICY": "deadline_first",  # which is never silent because of the hour
    }


def _prepare(stack: Stack) -> None:
    build = stages()["app"].the("RUN", "collectstatic")
    # Without the check of a deployment, which refuses a push service on loopback.
    for command in (["sh", "-c", build], [sys.executable, "manage.py", "migrate", "--no-input"]):
        done = stack.run("migrate", command)
        assert done.returncode == 0, done.stdout + done.stderr
