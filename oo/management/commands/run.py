"""`make run`: the whole of oO on one machine, under one supervisor."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import socket
import sys
import time
from argparse import ArgumentParser
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Thread
from typing import IO, Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from oo.lib import llm
from oo.model.catalogue import DEFAULT
from oo.model.serving import address_on, can_serve
from oo.supervisor import Supervisor

# Each is asked of this Python, not of a script: the first line of a script names the folder that
# the environment was made in, which may have been moved since.
# granian waits for ever for a worker of its own that does not end, if it is not told how long.
WEB = (
    "{python} -m granian --interface wsgi oo.wsgi:application --host {host} --port {port}"
    " --workers 2 --blocking-threads 4 --respawn-failed-workers --workers-kill-timeout 10"
    " --log-level warning"
)
WORKER = (
    "{python} -m celery --quiet -A oo worker -Q interactive,sync,sweep --pool threads"
    " --concurrency 2 --without-gossip --without-mingle --loglevel WARNING"
)
# Whatever waits for a model waits here, and holds up nobody else.
THINKER = (
    "{python} -m celery --quiet -A oo worker -Q llm --pool threads --concurrency 1"
    " --hostname thinker@%h --without-gossip --without-mingle --loglevel WARNING"
)
MODEL = "{python} -m oo.model serve"
BEAT = (
    "{python} -m celery --quiet -A oo beat --schedule {var}/beat-schedule --pidfile="
    " --loglevel WARNING"
)


class Command(BaseCommand):
    help = "Start web, worker and beat on this machine, and keep them up; Ctrl-C stops them all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        with hold(settings.VAR, address(host, port)) as held:
            refuse_taken_port(host, port)
            migrate()
            self.run(host, port, held.fileno())

    def run(self, host: str, port: int, held: int) -> None:
        env = dict(os.environ)
        env.setdefault("OO_BASE_URL", address(host, port))
        env |= (model := self.model_environment())
        supervisor = Supervisor(
            commands(
                serves=bool(model),
                asks=bool(model) or asks_models(),
                host=host,
                port=port,
                var=settings.VAR,
            ),
            env=env,
            cwd=settings.ROOT,
            optional=frozenset({"model"}),
            held=[held],
        )
        # A terminal that is closed says SIGHUP, and to this process alone.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
                signal.signal(number, lambda *_: supervisor.stop())
        Thread(target=self.say_when_up, args=(host, port), daemon=True).start()
        if reason := supervisor.run():
            raise CommandError(reason)

    def model_environment(self) -> dict[str, str]:
        """What tells the processes where the model is; empty if this run serves none."""
        if settings.LOCAL_MODEL_URL or not can_serve(DEFAULT, settings.OO_MODEL_FOLDER):
            return {}
        if trouble_at("127.0.0.1", settings.OO_MODEL_PORT):
            # Whoever listens there is not to be told what is on people's lists.
            self.stderr.write(
                f"No model: port {settings.OO_MODEL_PORT} is taken. OO_MODEL_PORT names another."
            )
            return {}
        return {"LOCAL_MODEL_URL": address_on(settings.OO_MODEL_PORT)}

    def say_when_up(self, host: str, port: int) -> None:
        while not is_up(host, port):
            time.sleep(0.1)
        with suppress(OSError):  # the terminal may be gone
            self.stdout.write(f"\n  oO is at {address(host, port)}   (Ctrl-C stops it)\n\n")
            self.stdout.flush()


def asks_models() -> bool:
    """Whether a model is set up, here or elsewhere: whoever asks it takes 160 MB more."""
    every = frozenset(llm.clouds())
    return llm.is_askable("tip-generator", allowed_clouds=every)


def commands(*, serves: bool = False, asks: bool = False, **places: object) -> dict[str, list[str]]:
    """Split before they are filled in: the folder that oO is in may have a space in its name."""
    lines = {"web": WEB, "worker": WORKER, "beat": BEAT}
    lines |= {"model": MODEL} if serves else {}
    lines |= {"thinker": THINKER} if asks else {}
    filled = {"python": sys.executable, **places}
    return {name: [word.format(**filled) for word in line.split()] for name, line in lines.items()}


def address(host: str, port: int) -> str:
    return f"http://{'localhost' if host == '127.0.0.1' else host}:{port}"


def hold(var: Path, address: str) -> IO[str]:
    """Two beats on the same data would do everything twice: raises CommandError if one runs here,
    and where nothing can be kept.

    The lock is the system's, and goes with the last process that has the file open. Those that a
    killed run left behind have it open too.
    """
    try:
        var.mkdir(exist_ok=True)
        file = (var / "run.lock").open("a+")
    except OSError as error:
        raise CommandError(
            f"oO cannot keep its data in {var}: {error.strerror}", returncode=2
        ) from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        told = file.read().strip() or "it is just starting"
        file.close()
        raise CommandError(
            f"oO runs on this folder already: {told}. Ctrl-C stops it there; if nobody is there any"
            f' more, this names what is left: lsof "{file.name}"',
            returncode=2,
        ) from None
    file.truncate(0)
    file.write(f"{address}, process {os.getpid()}\n")
    file.flush()
    return file


def migrate() -> None:
    """Raises CommandError where the database is out of reach or cannot be written."""
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except OperationalError as error:
        raise CommandError(f"oO cannot use its database: {error}", returncode=2) from None


def refuse_taken_port(host: str, port: int) -> None:
    """Raises CommandError when nothing can listen there: better than three crashes."""
    error = trouble_at(host, port)
    if error is None:
        return
    if error.errno == errno.EADDRINUSE:
        raise CommandError(f"Port {port} is taken. Try: make run PORT={port + 1}", returncode=2)
    raise CommandError(f"oO cannot listen on {host}, port {port}: {error.strerror}", returncode=2)


def trouble_at(host: str, port: int) -> OSError | None:
    """What whoever wants to listen there is told; None where all is well."""
    try:
        family, kind, _protocol, _name, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as error:
        return error
    return None


def is_up(host: str, port: int) -> bool:
    connection = HTTPConnection(host, port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
