"""Keeps the processes of one machine running.

A process that ends is started again, after a pause that grows; only one that cannot start, three
times in a row, ends the run, unless the others can do without it. honcho prints; its own manager
ends everything when one process ends.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from math import inf
from pathlib import Path
from threading import Thread
from typing import Any

from honcho.colour import get_colours
from honcho.printer import Message, Printer

# Seconds for which a process must live to count as started.
STARTED_S = 10.0
# Starts in a row that may fail before the whole run gives up.
TRIES = 3
# Seconds before the next start, doubled with each failure in a row.
FIRST_PAUSE_S = 1.0
# Seconds that each process has to end by itself; a worker finishes the task in hand first.
STOP_S = 30.0
# Seconds after which a process is asked again to end. Who is asked while it starts may forget it:
# a worker of granian hears with its parent's ears until it has its own.
ASK_AGAIN_S = 1.0
# What a shell would say of a program that is not there.
NOT_FOUND = 127
# Seconds between two looks at who still runs.
LOOK_S = 0.1


@dataclass(slots=True)
class Child:
    name: str
    command: Sequence[str]
    colour: str
    is_needed: bool = True
    process: subprocess.Popen[bytes] | None = None  # None: it waits for its next start
    # Monotonic seconds: no change of the clock moves them.
    started_at: float = 0.0
    next_start_at: float = 0.0
    failures: int = 0  # starts in a row
    last_line: str = ""

    def signal(self, number: signal.Signals) -> None:
        """To its whole group. What has ended already is left in peace."""
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)


class Supervisor:
    """`commands` by name, each as its words; each gets a process group of its own. What is in
    `optional` is given up when it cannot start, and the others go on. Each process keeps the files
    of `held` open, and with them their locks, whatever becomes of the supervisor."""

    def __init__(
        self,
        commands: Mapping[str, Sequence[str]],
        *,
        env: Mapping[str, str],
        cwd: Path,
        optional: frozenset[str] = frozenset(),
        held: Sequence[int] = (),
        out: Any = None,
    ) -> None:
        colours = get_colours()
        self.children = [
            Child(name, words, next(colours), is_needed=name not in optional)
            for name, words in commands.items()
        ]
        self.env, self.cwd, self.held = dict(env), cwd, tuple(held)
        self.printer = Printer(out or sys.stdout, width=max(map(len, commands)))
        self.reason = ""  # why the run ends, when nobody asked for it
        self._is_stopping = False
        self._stop_by, self._ask_at = inf, 0.0

    def run(self) -> str:
        """Blocks until everything has ended. Returns the reason, or "" when it was asked for."""
        try:
            while not self._is_stopping or any(child.process for child in self.children):
                if self._is_stopping:
                    self._ask_to_end(time.monotonic())
                for child in self.children:
                    self._look_after(child)
                time.sleep(LOOK_S)
        finally:  # whatever ends this, nobody is left who holds the port
            for child in self.children:
                child.signal(signal.SIGKILL)
        return self.reason

    def stop(self) -> None:
        """Has every process asked to end. May be called from a signal handler, and again.

        No more than a note: the handler may have interrupted a start, whose process nobody knows.
        """
        self._is_stopping = True

    def _ask_to_end(self, now: float) -> None:
        self._stop_by = min(self._stop_by, now + STOP_S)
        if now < self._ask_at:
            return
        self._ask_at = now + ASK_AGAIN_S
        for child in self.children:
            # The second wakes what is paused, which could not hear the first.
            child.signal(signal.SIGTERM)
            child.signal(signal.SIGCONT)

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if not self._is_stopping and child.next_start_at <= now:
                self._start(child)
        elif (code := child.process.poll()) is not None:
            # What it left of its group would hold the port, or work beside its successor.
            child.signal(signal.SIGKILL)
            child.process = None
            self._ended(child, code)
        elif now > self._stop_by:
            child.signal(signal.SIGKILL)

    def _start(self, child: Child) -> None:
        child.started_at = time.monotonic()
        try:
            child.process = subprocess.Popen(
                child.command,
                env=self.env,
                cwd=self.cwd,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=self.held,
            )
        except OSError as error:
            child.last_line = str(error)
            self._ended(child, NOT_FOUND)
            return
        Thread(target=self._pass_on, args=(child, child.process.stdout), daemon=True).start()

    def _pass_on(self, child: Child, lines: Any) -> None:
        for line in lines:
            child.last_line = line.decode("utf-8", "replace").strip() or child.last_line
            self._say(child, line)

    def _ended(self, child: Child, code: int) -> None:
        if self._is_stopping:
            return
        lived_s = time.monotonic() - child.started_at
        child.failures = child.failures + 1 if lived_s < STARTED_S else 0
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        if child.failures >= TRIES:
            self._give_up(child, how)
            return
        pause = pause_s(child.failures)
        child.next_start_at = time.monotonic() + pause
        self._say(child, f"ended ({how}); starting again in {pause:.0f} s\n")

    def _give_up(self, child: Child, how: str) -> None:
        reason = (
            f"{child.name} could not start {TRIES} times in a row ({how})."
            f" Its last words: {child.last_line or 'none'}"
        )
        if child.is_needed:
            self.reason = reason
            self.stop()
        else:
            child.next_start_at = inf
            self._say(child, f"{reason}. The others go on without it.\n")

    def _say(self, child: Child, text: bytes | str) -> None:
        # A terminal that was closed takes no words; the processes must still be looked after.
        with suppress(OSError):
            self.printer.write(Message("line", text, datetime.now(), child.name, child.colour))


def pause_s(failures: int) -> float:
    """Seconds to wait before the next start, after this many failed ones in a row."""
    return FIRST_PAUSE_S * float(2**failures)
