"""`make run`: the whole of oO on one machine, under one supervisor."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from argparse import ArgumentParser
from http.client import HTTPConnection, HTTPException
from threading import Thread
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from oo.supervisor import Supervisor

WEB = (
    "granian --interface wsgi oo.wsgi:application --host {host} --port {port}"
    " --workers 2 --blocking-threads 1 --respawn-failed-workers --log-level warning"
)
WORKER = (
    "celery --quiet -A oo worker -Q interactive,sync,sweep,llm --pool threads --concurrency 2"
    " --without-gossip --without-mingle --loglevel WARNING"
)
BEAT = "celery --quiet -A oo beat --schedule {var}/beat-schedule --pidfile= --loglevel WARNING"


class Command(BaseCommand):
    help = "Start web, worker and beat on this machine, and keep them up; Ctrl-C stops them all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        refuse_taken_port(host, port)
        settings.VAR.mkdir(exist_ok=True)
        call_command("migrate", verbosity=0, interactive=False)
        env = {**os.environ, "PATH": f"{sys.prefix}/bin{os.pathsep}{os.environ.get('PATH', '')}"}
        env.setdefault("OO_BASE_URL", address(host, port))
        supervisor = Supervisor(
            commands(host=host, port=port, var=settings.VAR), env=env, cwd=settings.ROOT
        )
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: supervisor.stop())
        Thread(target=self.say_when_up, args=(host, port), daemon=True).start()
        if reason := supervisor.run():
            raise CommandError(reason)

    def say_when_up(self, host: str, port: int) -> None:
        for _attempt in range(300):
            if is_up(host, port):
                self.stdout.write(f"\n  oO is at {address(host, port)}   (Ctrl-C stops it)\n\n")
                self.stdout.flush()
                return
            time.sleep(0.1)


def commands(**places: object) -> dict[str, list[str]]:
    """Split before they are filled in: the folder that oO is in may have a space in its name."""
    lines = {"web": WEB, "worker": WORKER, "beat": BEAT}
    return {name: [word.format(**places) for word in line.split()] for name, line in lines.items()}


def address(host: str, port: int) -> str:
    return f"http://{'localhost' if host == '127.0.0.1' else host}:{port}"


def refuse_taken_port(host: str, port: int) -> None:
    """Raises CommandError when something listens there already: better than three crashes."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} is taken. Try: make run PORT={port + 1}", returncode=2
            ) from error


def is_up(host: str, port: int) -> bool:
    connection = HTTPConnection(host, port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
