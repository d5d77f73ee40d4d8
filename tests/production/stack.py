"""The services of docker-compose.yml as processes of this machine: same commands, same settings."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import httpx

from tests.production import compose
from tests.servers import free_port

HOST = compose.FILLED_IN["OO_HOST"]
VISITOR = "203.0.113.7"
STARTED = ("web", "worker", "beat")
T = TypeVar("T")


class NotInTime(Exception):
    """Something did not come true; the text has the log of the stack."""


@dataclass(slots=True)
class Stack:
    """`changes`: what an installation would have in .env, and where the real servers are."""

    folder: Path
    changes: dict[str, str]
    port: int = field(default_factory=free_port)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def environment(self, service: str) -> dict[str, str]:
        """What the container would see, and no more of this machine than its programs."""
        written: dict[str, str] = compose.services()[service]["environment"]
        here = {"HOSTNAME": socket.gethostname(), "HOME": str(self.folder)}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return {**written, **self.changes, **here, "PATH": path, "PYTHONDONTWRITEBYTECODE": "1"}

    def command(self, service: str) -> list[str]:
        words: list[str] = compose.services()[service]["command"]
        return [self._here(word) for word in words]

    def health_command(self, service: str) -> list[str]:
        kind, *words = compose.services()[service]["healthcheck"]["test"]
        command = ["sh", "-c", *words] if kind == "CMD-SHELL" else words
        return [self._here(word) for word in command]

    def _here(self, word: str) -> str:
        """Ports and folders of a container, as they are called on this machine."""
        places = {"8000": str(self.port), "0.0.0.0": "127.0.0.1"}
        return places.get(word, word).replace("/var/lib/oo", str(self.folder))

    def run(self, service: str, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=compose.ROOT,
            env=self.environment(service),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def start(self, service: str) -> None:
        with (self.folder / f"{service}.log").open("ab") as log:
            self.running[service] = subprocess.Popen(
                self.command(service),
                cwd=compose.ROOT,
                env=self.environment(service),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self, service: str) -> int:
        """Says SIGTERM, as `docker compose stop` does, and waits as long as that would before it
        kills; raises TimeoutExpired."""
        process = self.running.pop(service)
        patience_s = float(compose.services()[service]["stop_grace_period"].removesuffix("s"))
        process.send_signal(signal.SIGTERM)
        try:
            return process.wait(patience_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise

    def stop_all(self) -> dict[str, int]:
        return {service: self.stop(service) for service in list(self.running)}

    def log(self) -> str:
        logs = sorted(self.folder.glob("*.log"))
        return "\n".join(f"== {log.name}\n{log.read_text()[-3000:]}" for log in logs)

    def wait_for(self, what: str, look: Callable[[], T | None], *, timeout_s: float) -> T:
        """The first thing that `look` finds; raises NotInTime."""
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            if found := look():
                return found
            time.sleep(0.2)
        raise NotInTime(f"{what}: not within {timeout_s:.0f} s\n{self.log()}")


class Caddy(httpx.BaseTransport):
    """Plays deploy/Caddyfile: TLS has ended here, and the headers that tell of it are added."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._wire = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        told = {
            "X-Forwarded-For": VISITOR,
            "X-Forwarded-Proto": request.url.scheme,
            "X-Forwarded-Host": request.url.host,
        }
        # A request of its own: the client reads the cookies of the answer by the old address.
        onward = httpx.Request(
            request.method,
            request.url.copy_with(scheme="http", host="127.0.0.1", port=self._port),
            headers={**request.headers, **told},
            stream=request.stream,
        )
        return self._wire.handle_request(onward)

    def close(self) -> None:
        self._wire.close()
