"""Whether to interrupt: the decision alone, and a run over many people with all its queries."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

from tests.bench.jobs import Worker, worker

MOMENTS, PEOPLE, ROUNDS = 20_000, 1_000, 5
GOAL_PER_S = 20_000  # people, on one core
# It is asked every minute, and a run is given up after 45 seconds.
RUN_LIMIT_S = 45.0


def run(env: Mapping[str, str]) -> bool:
    """Always True: these limits are of one kind of machine, and told, not enforced."""
    with worker(env, "tests.bench.decider") as process:
        weighed = [process.ask("weigh_all", MOMENTS) for _ in range(ROUNDS)]
        process.ask("settle", PEOPLE)
        new = [_first(process) for _ in range(ROUNDS)]
        known = [process.ask("deliver_all", 1) for _ in range(ROUNDS)]
        process.ask("forget_all")
        queries = process.ask("count_queries")
    per_s = MOMENTS / median(each["cpu_s"] for each in weighed)
    print(
        f"weigh     {per_s:7.0f} people/s of one core   spoken {weighed[0]['spoken'] / MOMENTS:.0%}"
        f"   goal {GOAL_PER_S}   {said(per_s >= GOAL_PER_S)}"
    )
    tell("new", new)
    tell("known", known)
    print(f"{queries} queries for {PEOPLE} people of whom nothing is on record yet")
    return True


def _first(process: Worker) -> dict[str, float]:
    process.ask("forget_all")
    found: dict[str, float] = process.ask("deliver_all", 0)
    if found["noted"] != PEOPLE or not 0 < found["spoken"] < PEOPLE:
        raise RuntimeError(f"this was no load: {found}")
    return found


def tell(name: str, runs: list[dict[str, float]]) -> None:
    seconds, last = median(run["s"] for run in runs), runs[-1]
    print(
        f"deliver, {name:<6}{PEOPLE / seconds:7.0f} people/s   {seconds:.2f} s, of which CPU"
        f" {median(run['cpu_s'] for run in runs):.2f} s   noted {last['noted']:.0f}, spoken"
        f" {last['spoken']:.0f}   memory {last['peak_mib']:.0f} MiB   limit {RUN_LIMIT_S:.0f} s"
        f"   {said(seconds <= RUN_LIMIT_S)}"
    )


def said(met: bool) -> str:
    return "ok" if met else "over"
