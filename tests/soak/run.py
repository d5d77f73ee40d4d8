"""Does `make run` stay up? Left on for hours, on a machine that is paused and whose clock jumps.

python -m tests.soak.run [--minutes 120]

In a folder of its own: signs in as the demo person, connects the sample data, then every minute
pauses all processes, kills one, or litters the broker, and halfway sets the clock an hour forward.
Exits 1 unless the run still goes and the page answers, with a tip or an honest silence decided for
this moment of the run's own clock, and no reading of its source is overdue.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psutil

from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
SHIFTED = Path(__file__).resolve().parent / "shifted"
PAUSE_S = 20
FORWARD = timedelta(hours=1)
# Beat looks every minute for what is to be read or decided anew.
LATE = timedelta(minutes=2)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=120)
    minutes: float = parser.parse_args().minutes
    with tempfile.TemporaryDirectory(prefix="oo-run-") as folder:
        machine = Machine(Path(folder))
        try:
            return soak(machine, minutes)
        finally:
            machine.stop()


def soak(machine: Machine, minutes: float) -> int:
    visitor = Visitor(machine.url)
    visitor.arrive()
    ends = time.monotonic() + minutes * 60
    half, turn = time.monotonic() + minutes * 30, 0
    troubles = (machine.pause, machine.litter, machine.kill_one)
    while time.monotonic() < ends:
        troubles[turn % len(troubles)]()
        turn += 1
        if half and time.monotonic() > half:
            machine.set_clock_forward()
            half = 0.0
        time.sleep(min(60, max(0, ends - time.monotonic())))
        if machine.process.poll() is not None:
            return verdict(machine, visitor)
    time.sleep(150)  # two periods of beat, and the pause before a start
    return verdict(machine, visitor)


def verdict(machine: Machine, visitor: Visitor) -> int:
    page = visitor.page()
    now, due, sync = machine.now(), machine.next_look(), machine.next_sync()
    state = (re.findall(r'data-state="(\w+)"', page.text) or [""])[0]
    errors = [line for line in machine.log.read_text().splitlines() if "Traceback" in line]
    lines = {
        f"the run still goes: {machine.process.poll()}": machine.process.poll() is None,
        f"the page answers: {page.status_code}": page.status_code == 200,
        f"with {state}": state in ("tip", "rest"),
        f"it is now {now:%H:%M:%S}, decided until {due}": due > f"{now - LATE:%F %T}",
        f"the source is read next at {sync}": sync > f"{now - LATE:%F %T}",
        f"tracebacks in the log: {len(errors)}": not errors,
    }
    for line, good in lines.items():
        print(f"{'ok  ' if good else 'FAIL'} {line}")
    if not all(lines.values()):
        print("".join(machine.log.read_text().splitlines(keepends=True)[-80:]))
    return 0 if all(lines.values()) else 1


class Machine:
    """`manage.py run` with a clock that a file moves, and a fresh data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log, self.clock = folder, folder / "log", folder / "clock"
        self.offset = timedelta()
        self.clock.write_text("0")
        checkout = folder / "oo"
        subprocess.run(["git", "clone", "-q", ROOT, checkout], check=True)
        port = free_port()
        self.url = f"http://localhost:{port}"
        self.database = checkout / "var" / "oo.sqlite3"
        self.broker = checkout / "var" / "broker"
        env = {
            **os.environ,
            "PYTHONPATH": str(SHIFTED),
            "OO_SOAK_CLOCK": str(self.clock),
        }
        command = [sys.executable, "manage.py", "run", "--port", str(port)]
        self.process = subprocess.Popen(
            command, cwd=checkout, env=env, stdout=self.log.open("w"), stderr=subprocess.STDOUT
        )

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def set_clock_forward(self) -> None:
        self.offset += FORWARD
        self.clock.write_text(str(self.offset.total_seconds()))
        self._say("clock set forward")

    def pause(self) -> None:
        children = psutil.Process(self.process.pid).children(recursive=True)
        for child in children:
            with suppress(psutil.NoSuchProcess):
                child.suspend()
        time.sleep(PAUSE_S)
        for child in children:
            with suppress(psutil.NoSuchProcess):
                child.resume()
        self._say(f"{len(children)} processes paused for {PAUSE_S} s")

    def kill_one(self) -> None:
        children = psutil.Process(self.process.pid).children()
        if children:
            self._say(f"killing {' '.join(children[0].cmdline()[1:4])}")
            children[0].kill()

    def litter(self) -> None:
        for queue in (self.broker / "queues").iterdir():
            (queue / f"0-empty-{time.time_ns()}").touch()
            (queue / f"0-cut-{time.time_ns()}").write_text('{"body": "bG9')
        self._say("littered the broker")

    def next_look(self) -> str:
        """When the person's next decision is due. What is past says that nobody decided."""
        return self._ask("SELECT min(next_look_at) FROM tips_tipschedule")

    def next_sync(self) -> str:
        """When the source is to be read next; it has a period of its own."""
        return self._ask("SELECT min(next_sync_at) FROM integrations_connection")

    def _ask(self, query: str) -> str:
        with closing(sqlite3.connect(self.database)) as database:
            return database.execute(query).fetchone()[0] or ""

    def _say(self, text: str) -> None:
        print(f"{datetime.now():%H:%M:%S} {text}", flush=True)


class Visitor:
    """The demo person, in a browser without scripts."""

    def __init__(self, url: str) -> None:
        self.client = httpx.Client(base_url=url, follow_redirects=True, timeout=10)

    def page(self, path: str = "/") -> httpx.Response:
        """Tries for a minute: a web process that was just killed is being started again."""
        for _ in range(60):
            with suppress(httpx.HTTPError):
                return self.client.get(path)
            time.sleep(1)
        return httpx.Response(599, text="")

    def post(self, path: str, page: str) -> None:
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.page(page).text)
        if token is None:
            sys.exit(f"{page} has no form")
        answer = self.client.post(path, data={"csrfmiddlewaretoken": token[1]})
        answer.raise_for_status()

    def arrive(self) -> None:
        self.post("/demo/", "/sign-in/")


if __name__ == "__main__":
    sys.exit(main())
