"""Events into a JetStream by the relay, against nats-py that sends the same messages alone."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

from tests import servers
from tests.bench.jobs import Worker, worker

EVENTS, ROUNDS = 5_000, 5
# Goal: at least this share of what nats-py sends, each message once the one before is on disk.
SHARE = 0.5
RELAYER = "tests.bench.relayer"


def run(env: Mapping[str, str]) -> bool:
    """False when the ratio is missed."""
    # The relay has a process of its own, so that its memory is its own.
    with worker(env, RELAYER) as other, worker(env, RELAYER) as relay:
        rounds = [measure(other, relay) for _ in range(ROUNDS)]
    bare, ours = (median(r[name] for r in rounds) for name in ("bare", "relay"))
    share = median(r["relay"] / r["bare"] for r in rounds)
    print(f"nats-py alone {bare:7.0f} events/s")
    print(
        f"relay         {ours:7.0f} events/s   {share:.0%} of it   goal {SHARE:.0%}"
        f"   CPU {median(r['cpu'] for r in rounds):.0%} of the time"
        f"   {'ok' if share >= SHARE else 'MISSED'}"
    )
    first, last = rounds[0], rounds[-1]
    print(
        f"memory at its peak {last['peak_mib']:.0f} MiB ({first['before_mib']:.0f} before,"
        f" {first['peak_mib']:.0f} after the first {EVENTS} of {EVENTS * ROUNDS} events)"
    )
    return share >= SHARE


def measure(other: Worker, relay: Worker) -> dict[str, float]:
    """Both with a server that is empty, one right after the other."""
    other.ask("prepare", EVENTS)
    with servers.nats() as nats:
        ours: dict[str, float] = relay.ask("relay", nats.url)
    with servers.nats() as nats:
        bare_s = other.ask("send_bare", nats.url, EVENTS)
    return {
        "relay": ours["count"] / ours["s"],
        "bare": EVENTS / bare_s,
        "cpu": ours["cpu_s"] / ours["s"],
        "peak_mib": ours["peak_mib"],
        "before_mib": ours["before_mib"],
    }
