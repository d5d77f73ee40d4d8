"""The sweep by two workers, against a floor that moves the same rows and thinks nothing.

OO_BENCH_PEOPLE says how many people there are.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.bench.jobs import Worker

PEOPLE, FEW, CHUNK, WORKERS = 20_000, 1_000, 1_000, 2
EVERY = 100  # one person of so many has changed
# Goals: at most so many times the floor's time, and so much of a full sweep for the changed ones.
TIMES, SHARE = 2.5, 0.05
MEMORY_LIMIT_MIB = 500


@dataclass(frozen=True, slots=True)
class Swept:
    wall_s: float
    people: int
    written: int
    workers: tuple[Mapping[str, float], ...]  # as tests.bench.sweeper.Spent

    def total(self, name: str) -> float:
        return sum(worker[name] for worker in self.workers)

    @property
    def peak_mib(self) -> float:
        return max(worker["peak_mib"] for worker in self.workers)

    @property
    def each_ms(self) -> float:
        """A worker's time for one person."""
        return self.total("busy_s") / self.people * 1000


def run(env: Mapping[str, str]) -> bool:
    """False when a ratio is missed. The limit of memory is told, not enforced."""
    people = int(env.get("OO_BENCH_PEOPLE", PEOPLE))
    with workers(env) as crew:
        crew[0].ask("migrate")
        few = sweep_few(crew)
        crew[0].ask("settle", FEW + 1, people)
        crew[0].ask("start_anew")
        full = sweep(crew, minute=0)
        floor_s = measure_floor(crew, people)
        crew[0].ask("change_all")
        same = sweep(crew, minute=1)
        crew[0].ask("change_some", EVERY, people, 2)
        some = sweep(crew, minute=2)
    print(f"{people} people, {WORKERS} workers, {full.written} outputs")
    print(f"floor                     {people / floor_s:7.0f} people/s")
    good = tell("everybody, never seen", full, floor_s)
    good &= tell("everybody, nothing new", same, floor_s)
    return tell_the_rest(few, full, some) and good


@contextmanager
def workers(env: Mapping[str, str]) -> Iterator[list[Worker]]:
    crew = [Worker(env, "tests.bench.sweeper") for _ in range(WORKERS)]
    try:
        yield crew
    finally:
        for worker in crew:
            worker.end()


def sweep_few(crew: Sequence[Worker]) -> Swept:
    """In as many chunks as there are workers; the first time is a warm-up."""
    crew[0].ask("settle", 1, FEW)
    sweep(crew, minute=0, chunk=FEW // WORKERS)
    crew[0].ask("start_anew")
    return sweep(crew, minute=0, chunk=FEW // WORKERS)


def sweep(crew: Sequence[Worker], *, minute: int, chunk: int = CHUNK) -> Swept:
    began = time.perf_counter()
    pk = crew[0].ask("begin", minute)
    spent = together(crew, [("sweep", pk, minute, chunk)] * len(crew))
    wall_s = time.perf_counter() - began
    counted = crew[0].ask("count", pk)
    if counted["failed"]:
        raise RuntimeError(f"{counted['failed']} looks failed")
    return Swept(wall_s, counted["people"], counted["written"], tuple(spent))


def measure_floor(crew: Sequence[Worker], people: int) -> float:
    """In seconds."""
    chunks = [(p, min(p + CHUNK - 1, people)) for p in range(1, people + 1, CHUNK)]
    shares = [chunks[n :: len(crew)] for n in range(len(crew))]
    crew[0].ask("prepare_floor")
    together(crew, [("keep_outputs", share) for share in shares])
    began = time.perf_counter()
    together(crew, [("floor", share) for share in shares])
    return time.perf_counter() - began


def together(crew: Sequence[Worker], jobs: Sequence[tuple[Any, ...]]) -> list[Any]:
    for worker, job in zip(crew, jobs, strict=True):
        worker.tell(*job)
    return [worker.hear() for worker in crew]


def tell(name: str, swept: Swept, floor_s: float) -> bool:
    times, busy_s = swept.wall_s / floor_s, swept.total("busy_s")
    print(
        f"{name:<24}{swept.people / swept.wall_s:9.0f} people/s"
        f"   written {swept.written}"
        f"   queries {swept.total('queries_s') / busy_s:.0%}, COPY"
        f" {swept.total('copying_s') / busy_s:.0%} of the time"
        f"   {times:.1f} times the floor   goal {TIMES}   {said(times <= TIMES)}"
    )
    return times <= TIMES


def tell_the_rest(few: Swept, full: Swept, some: Swept) -> bool:
    share, peak = some.wall_s / full.wall_s, full.peak_mib
    print(
        f"one in {EVERY} changed         {some.people} people in {some.wall_s:.2f} s, written"
        f" {some.written}   {share:.1%} of a full sweep   goal {SHARE:.0%}   {said(share <= SHARE)}"
    )
    print(
        f"a worker's time each     {full.each_ms:.2f} ms"
        f"; of {few.people} people {few.each_ms:.2f} ms"
    )
    small = said(peak <= MEMORY_LIMIT_MIB)
    print(f"memory at its peak       {peak:.0f} MiB   limit {MEMORY_LIMIT_MIB} MiB   {small}")
    return share <= SHARE


def said(met: bool) -> str:
    return "ok" if met else "missed"
