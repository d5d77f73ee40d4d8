"""oO as a person has it: a copy in a folder of its own, started by `manage.py run`."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen

import psutil

from tests.servers import free_port

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "var", "staticfiles", ".env", ".*_cache", "__pycache__", "data", "corpus"
)
PARTS = (
    *("manage.py", "litellm.yaml", "templates", "static", "oo", "events", "accounts"),
    *("integrations", "notifier", "agents", "tips", "lab", "adminconsole"),
)
# More than a stop takes, and less than it takes a process that does not hear to be killed.
SOON_S = 20.0


def _hear_signals() -> None:
    """As in a terminal: what runs in the background of a script ignores these, and so would it."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


class Home:
    """A copy of oO, and the runs that were started in it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.runs: list[subprocess.Popen[bytes]] = []
        self.out = folder / "out.txt"

    def start(self, *command: str, **env: str) -> subprocess.Popen[bytes]:
        """`command`: what is typed, if not the command that it comes to."""
        command = command or (sys.executable, "manage.py", "run", "--port", str(self.port))
        unset = {"DATABASE_URL", "DJANGO_SETTINGS_MODULE", "OO_BASE_URL"}
        here = {name: value for name, value in os.environ.items() if name not in unset}
        with self.out.open("wb") as out:
            run = subprocess.Popen(
                command,
                cwd=self.folder,
                env=here | env,
                stdout=out,
                stderr=out,
                process_group=0,
                preexec_fn=_hear_signals,
            )
        self.runs.append(run)
        return run

    def until(self, true: Callable[[], object], *, within_s: float = 60) -> None:
        end = time.monotonic() + within_s
        while not true():
            assert time.monotonic() < end, self.said()
            time.sleep(0.05)

    def until_up(self) -> None:
        self.until(lambda: "oO is at" in self.said())

    def said(self) -> str:
        return self.out.read_text("utf-8", "replace")

    def fetch(self, path: str) -> bytes:
        with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as response:
            body: bytes = response.read()
        return body

    def children(self, run: subprocess.Popen[bytes]) -> dict[str, psutil.Process]:
        """The processes that it looks after, by name."""
        names = {"granian": "web", " worker ": "worker", " beat ": "beat"}
        found: dict[str, psutil.Process] = {}
        for child in psutil.Process(run.pid).children():
            with suppress(psutil.Error):  # it has just ended
                line = " ".join(child.cmdline())
                found |= {name: child for words, name in names.items() if words in line}
        return found

    def everybody(self) -> list[psutil.Process]:
        """Who works in this folder, whoever started them."""
        return [p for p in psutil.process_iter() if works_in(p, self.folder)]

    def who_is_left(self) -> str:
        lines = []
        for process in self.everybody():
            with suppress(psutil.Error):  # it has just ended
                lines.append(f"{process.pid} of {process.ppid()}: {' '.join(process.cmdline())}")
        return "\n".join(lines)

    def clear(self) -> None:
        for process in self.everybody():
            process.kill()
        for run in self.runs:
            run.wait(SOON_S)


def works_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()) == folder
    except (psutil.Error, OSError):
        return False


def install(folder: Path) -> None:
    """As if `make run` had been there before: this environment, and what make knows it by."""
    for name in ("Makefile", "requirements.txt"):
        shutil.copy(ROOT / name, folder / name)
    made = folder / ".venv"
    made.mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (made / name).symlink_to(Path(sys.prefix) / name)
    (made / ".run").touch()


def copy_to(folder: Path) -> Path:
    folder.mkdir()
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=LEFT_OUT)
        else:
            shutil.copy(source, folder / part)
    return folder
