"""Redis, NATS, the source and the model, down, stopped, slow or lost: the page answers anyway.
Beside it the source says 429, 500 or garbage, hangs up, and has a clock that is an hour wrong.

    python -m tests.faults.away [--times 20] [--seconds 1.0] [--seed 1]

Each of the four is in each of the four troubles so often, for so long, while people look and
answer. Prints what happened as JSON; exits 1 when a page failed, or when oO does not catch up.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any

import django

from tests.faults.estate import Estate, estate
from tests.faults.kill import catch_up, settled, write_logs
from tests.stand_ins.todoist import FaultKind

THINGS = ("redis", "nats", "source", "model")
# Lost: what was connected is never heard of again, and nobody is told.
TROUBLES = ("down", "stopped", "slow", "lost")
# What a source says besides, and by how much its clock may be wrong.
ANSWERS = (FaultKind.TOO_MANY, FaultKind.SERVER_ERROR, FaultKind.GARBAGE, FaultKind.CUT)
CLOCKS = {"an hour ahead": timedelta(hours=1), "an hour behind": timedelta(hours=-1)}
OF_A_SOURCE = (*ANSWERS, *CLOCKS)
SLOW_S = 0.2
QUIET_S = 5.0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--things", nargs="*", choices=THINGS, default=THINGS)
    parser.add_argument("--people", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--logs", help="a file for what the processes said")
    asked = parser.parse_args()
    with estate(thinks=True) as built:
        os.environ.update(built.stack.environment("web"), OO_LOG_LEVEL="ERROR")
        django.setup()
        report = run(built, asked.things, asked.times, asked.seconds, asked.people, asked.seed)
        write_logs(built, asked.logs)
    sys.stdout.write(f"{json.dumps(report, indent=2)}\n")
    return 1 if report["faults"] else 0


def run(
    built: Estate, things: Iterable[str], times: int, seconds: float, count: int, seed: int
) -> dict[str, Any]:
    from django.utils import timezone

    from tests.faults import checks
    from tests.faults.day import Day

    chance = Random(seed)
    people = settled(built, count, chance)
    day = Day(built, people, seed, players=2)
    day.begin()
    try:
        time.sleep(QUIET_S)
        quiet, day.waited = day.waited, []
        happened = in_turn(built, things, times, seconds, chance)
    finally:
        day.stop()
    over_at = time.monotonic()
    left, _sweeps = catch_up(over_at, timezone.now())
    failed = [f"{what}: {n}" for what, n in day.statuses.items() if is_failure(what)]
    return {
        "troubles": dict(happened),
        "caught_up_s": round(time.monotonic() - over_at, 1),
        "answers": dict(day.statuses),
        "ended_by_themselves": dict(built.restarts.count),
        "quiet_p99_ms": round(1_000 * late(quiet)),
        "p99_ms": round(1_000 * late(day.waited)),
        "longest_ms": round(1_000 * max(day.waited)),
        "pages": len(day.waited),
        "happened": checks.count(people),
        "faults": failed + [f"still {kind}: {n}" for kind, n in left.items()]
        + checks.find_faults(people, built.nats.url, at=timezone.now()),
    }  # fmt: skip


def in_turn(
    built: Estate, things: Iterable[str], times: int, seconds: float, chance: Random
) -> Counter[str]:
    turns = [(thing, trouble) for thing in things for trouble in TROUBLES for _ in range(times)]
    turns += [("source", str(trouble)) for trouble in OF_A_SOURCE for _ in range(times)]
    chance.shuffle(turns)
    happened: Counter[str] = Counter()
    for thing, trouble in turns:
        begin(built, thing, trouble)
        time.sleep(seconds)
        end(built, thing, trouble)
        happened[f"{thing} {trouble}"] += 1
    return happened


def begin(built: Estate, thing: str, trouble: str) -> None:
    line, server = built.lines[thing], built.servers.get(thing)
    match trouble:
        case "slow":
            line.slow_s = SLOW_S
        case "lost":
            line.lose()
        case "down" if server:
            server.kill()
        case "down":
            line.cut()
        case "stopped" if server:
            os.kill(server.pid, signal.SIGSTOP)
        case "stopped":
            line.hold()
        case hour if hour in CLOCKS:
            built.todoist.clock.advance(CLOCKS[hour])
        case answer:
            built.todoist.faults.add(FaultKind(answer), "/api", times=1_000, retry_after_s=1)


def end(built: Estate, thing: str, trouble: str) -> None:
    line, server = built.lines[thing], built.servers.get(thing)
    line.mend()
    built.todoist.faults.clear()
    if trouble in CLOCKS:
        built.todoist.clock.advance(-CLOCKS[trouble])
    if server and trouble == "down":
        server.start()
    if server and trouble == "stopped":
        with suppress(ProcessLookupError):
            os.kill(server.pid, signal.SIGCONT)


def late(waited: list[float]) -> float:
    """What 99 of 100 stay below."""
    return sorted(waited)[int(len(waited) * 0.99)]


def is_failure(what: str) -> bool:
    act, _space, status = what.partition(" ")
    return (act != "page" and int(status) not in (200, 204, 400, 404)) or "Error" in status


if __name__ == "__main__":
    sys.exit(main())
