"""kill -9, a hundred times: nothing that oO has acknowledged is lost, and nothing is done twice.

    python -m tests.faults.kill [--kills 105] [--people 50] [--seed 1]

Fifty people live a day in a hurry (tests.faults.hurry) on real processes and servers, while worker,
beat, relay, web, Redis, NATS and PostgreSQL are killed at random moments and started again. A
second beat says everything twice, all the time.
Prints what happened as JSON; exits 1 when something is not as it must be.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from datetime import datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import django

from tests.faults.estate import Estate, estate
from tests.production.stack import NotInTime

if TYPE_CHECKING:
    from tests.faults.people import Person

# It takes a tenth of that on a machine that does nothing else.
CATCH_UP_S = 240.0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=105)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--logs", help="a file for what the processes said")
    asked = parser.parse_args()
    with estate(twin=True) as built:
        os.environ.update(built.stack.environment("web"), OO_LOG_LEVEL="ERROR")
        django.setup()
        report = run(built, asked.kills, asked.people, asked.seed)
        write_logs(built, asked.logs)
    sys.stdout.write(f"{json.dumps(report, indent=2)}\n")
    return 1 if report["faults"] else 0


def run(built: Estate, kills: int, count: int, seed: int) -> dict[str, Any]:
    from django.utils import timezone

    from tests.faults import checks
    from tests.faults.day import Day, kill_in_turn

    chance = Random(seed)
    people = settled(built, count, chance)
    day = Day(built, people, seed)
    began = time.monotonic()
    day.begin()
    try:
        killed = kill_in_turn(built, kills, chance)
    finally:
        day.stop()
    took_s, over_at = time.monotonic() - began, time.monotonic()
    built.stack.wait_for("web", built.is_up, timeout_s=CATCH_UP_S)
    late, again_at = say_again(built, people), timezone.now()
    left, sweeps = catch_up(over_at, again_at)
    return {
        "killed": dict(killed),
        "day_s": round(took_s),
        "caught_up_s": round(time.monotonic() - over_at, 1),
        "sweeps": sweeps,
        "answers": dict(day.statuses),
        "ended_by_themselves": dict(built.restarts.count),
        "happened": checks.count(people),
        "faults": late + [f"still {kind}: {n}" for kind, n in left.items()]
        + checks.find_faults(people, built.nats.url, at=timezone.now()),
    }  # fmt: skip


def settled(built: Estate, count: int, chance: Random) -> list[Person]:
    """People whose tasks have been read, and who have their first tip."""
    from tests.faults.people import settle

    built.stack.wait_for("web", built.is_up, timeout_s=CATCH_UP_S)
    people = settle(built, count, chance)
    try:
        built.stack.wait_for("tips", lambda: _have_tips(people), timeout_s=CATCH_UP_S)
    except NotInTime as late:
        raise NotInTime(f"{late}\n{_how_far()}") from None
    return people


def _how_far() -> str:
    """What has become of everybody."""
    from django.db.models import Count
    from django.utils import timezone

    from integrations.models import Connection, Task
    from tips.models import Tip, TipDecision

    counted = {
        "connections": Connection.objects.values_list("state").annotate(n=Count("pk")),
        "decisions": TipDecision.objects.values_list("silence").annotate(n=Count("pk")),
        "live tips": Tip.objects.live().values_list("kind").annotate(n=Count("pk")),
        "ended tips": Tip.objects.exclude(ended_at=None)
        .values_list("reaction")
        .annotate(n=Count("pk")),
        "open tasks": Task.objects.open().values_list("user__email").annotate(n=Count("pk")),
    }
    lines = [f"{what}: {dict(rows.order_by())}" for what, rows in counted.items()]
    return "\n".join([f"{timezone.now():%H:%M:%S}", *lines])


def _have_tips(people: list[Person]) -> bool:
    """Nearly all: of a few the first may be over before the last has one."""
    from tests.faults import checks

    return checks.count(people)["live tips"] >= 0.9 * len(people)


def write_logs(built: Estate, path: str | None) -> None:
    if path:
        with Path(path).open("w") as file:
            for log in sorted(built.stack.folder.glob("*.log")):
                file.write(f"== {log.name}\n{log.read_text()}\n")


def say_again(built: Estate, people: list[Person]) -> list[str]:
    """Answers to which nobody had said that they were heard."""
    with built.visitor() as visitor:
        for person in people:
            for tip_id, reaction in list(person.unsure.items()):
                person.answer(visitor, tip_id, reaction)
    return [f"an answer is refused: {p.unsure}" for p in people if p.unsure]


def catch_up(since: float, at: datetime) -> tuple[dict[str, int], int]:
    """What is still due when it should have caught up long ago; and how many sweeps had begun after
    `at` when for the first time nobody was due."""
    from django.db import connections
    from django.utils import timezone

    from agents.models import Sweep
    from tests.faults import checks

    sweeps = None
    while True:
        connections.close_all()  # which may be from before a kill
        left = checks.find_work(at=timezone.now())
        if sweeps is None and "to look at" not in left:
            sweeps = Sweep.objects.filter(began_at__gt=at).count()
        if not left or time.monotonic() - since > CATCH_UP_S:
            return left, -1 if sweeps is None else sweeps
        time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main())
