"""Does the laptop's broker hold under load? Real processes, through Celery's own client.

python -m tests.soak.broker [--messages 200000]

Three writers fill one queue while two readers empty it and something else throws empty, cut and
foreign files between. Exits 1 when a process ends badly, a message is lost or comes twice, a file
stays behind, or a process keeps growing.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import resource
import sys
import tempfile
import time
from multiprocessing.synchronize import Event
from pathlib import Path
from queue import Empty
from typing import Any

from kombu import Connection, Exchange, Producer, Queue

WRITERS, READERS = 3, 2
QUEUE = Queue("soak", Exchange("soak"), routing_key="soak")
# What a message may grow to hold while it waits its turn: writers pause above this many.
BACKLOG = 2_000
# MiB that a process may grow by between its first tenth and its end.
GROWTH_MIB = 8
JUNK = ("", "{", '{"body":', "[]", "null", "\x00\x01", '{"properties": {}}', "hello")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=200_000)
    total: int = parser.parse_args().messages
    with tempfile.TemporaryDirectory(prefix="oo-soak-") as folder:
        return soak(Path(folder), total)


def soak(folder: Path, total: int) -> int:
    began = time.monotonic()
    done = multiprocessing.Event()
    results: Any = multiprocessing.Queue()
    shares = [len(range(n, total, WRITERS)) for n in range(WRITERS)]
    first = [sum(shares[:n]) for n in range(WRITERS)]
    writers = [
        multiprocessing.Process(target=write, args=(folder, start, count, results))
        for start, count in zip(first, shares, strict=True)
    ]
    readers = [
        multiprocessing.Process(target=read, args=(folder, total, done, results))
        for _ in range(READERS)
    ]
    litter = multiprocessing.Process(target=throw_junk, args=(folder, done, results))
    everybody = [*readers, litter, *writers]
    for process in everybody:
        process.start()
    for process in writers:
        process.join()
    done.set()
    # Also when some died: what a reader found is asked for before it is joined, else it waits.
    reports = [results.get(timeout=120) for p in everybody if not p.exitcode]
    for process in everybody:
        process.join(60)
    return verdict(folder, total, everybody, reports, time.monotonic() - began)


def verdict(
    folder: Path, total: int, everybody: list[Any], reports: list[dict[str, Any]], took_s: float
) -> int:
    read = [n for report in reports for n in report.get("read", ())]
    left = [p for p in folder.rglob("*") if p.is_file() and p.parent.name != "refused"]
    thrown = sum(report.get("junk", 0) for report in reports)
    refused = len(list((folder / "refused").iterdir()))
    growth = max(report["growth_mib"] for report in reports)
    lines = {
        f"{total} messages in {took_s:.0f} s": took_s > 0,
        f"processes that ended badly: {[p.exitcode for p in everybody]}": all(
            p.exitcode == 0 for p in everybody
        ),
        f"lost: {total - len(set(read))}": len(set(read)) == total,
        f"twice: {len(read) - len(set(read))}": len(read) == len(set(read)),
        f"files left: {len(left)}": not left,
        f"junk thrown {thrown}, set aside {refused}": thrown == refused,
        f"most that a process grew: {growth:.1f} MiB": growth < GROWTH_MIB,
    }
    for line, good in lines.items():
        print(f"{'ok  ' if good else 'FAIL'} {line}")
    return 0 if all(lines.values()) else 1


def connect(folder: Path) -> Connection:
    return Connection(
        "file://localhost",
        transport="oo.lib.file_broker:Transport",
        transport_options={"folder": str(folder), "polling_interval": 0.05},
    )


def write(folder: Path, start: int, count: int, results: Any) -> None:
    memory = Memory(count)
    with connect(folder) as connection:
        channel: Any = connection.channel()
        QUEUE(channel).declare()
        producer = Producer(channel, exchange=QUEUE.exchange, routing_key="soak")
        for n in range(start, start + count):
            producer.publish({"n": n, "filling": "x" * 400})
            memory.look()
            if n % 500 == 0:
                while channel._size("soak") > BACKLOG:
                    time.sleep(0.01)
    results.put({"growth_mib": memory.growth_mib})


def read(folder: Path, total: int, done: Event, results: Any) -> None:
    found: list[int] = []
    memory = Memory(total // READERS)
    with connect(folder) as connection:
        channel: Any = connection.channel()
        QUEUE(channel).declare()
        while True:
            ended = done.is_set()  # asked before looking: what is there then is all there will be
            message = channel.basic_get("soak")
            if message is not None:
                found.append(message.payload["n"])
                message.ack()
                memory.look(kept=found)
            elif ended:
                break
            else:
                time.sleep(0.005)
    results.put({"read": found, "growth_mib": memory.growth_mib})


def throw_junk(folder: Path, done: Event, results: Any) -> None:
    queue = folder / "queues" / "soak"
    dice, thrown = random.Random(7), 0
    while not done.is_set():
        if queue.is_dir():
            (queue / f"{time.time_ns():020}-junk{thrown}").write_text(dice.choice(JUNK))
            thrown += 1
        time.sleep(0.05)
    results.put({"junk": thrown, "growth_mib": 0.0})


class Memory:
    """How much a process grew after its first tenth, less what this very test keeps."""

    def __init__(self, expected: int) -> None:
        self.warm, self.seen = max(1, expected // 10), 0
        self.at_first = self.growth_mib = 0.0

    def look(self, kept: list[int] | None = None) -> None:
        self.seen += 1
        if self.seen % self.warm == 0:
            own = 40 * len(kept or ()) / 2**20  # an int and its place in a list
            now = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - own
            self.at_first = self.at_first or now
            self.growth_mib = now - self.at_first


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Empty:
        sys.exit("a process gave no report: it ended badly")
