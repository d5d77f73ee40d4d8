"""What the process of the relay's bench is asked to do, by tests.bench.jobs: it mirrors events as
`manage.py relay` does, or sends what was mirrored again by nats-py alone."""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import nats
from django.core.management import call_command
from django.utils import timezone
from nats.js.api import StreamConfig

from events.mirror.relaying import Relaying
from events.mirror.streams import SAME_ID, Streams
from events.mirror.wire import build_envelope
from events.models import EventRecord

KEPT = timedelta(days=30)
AT_ONCE = 1_000
SUBJECT, BARE = "feedback.tip.reacted", "bare"


def prepare(count: int) -> None:
    """So many events wait."""
    call_command("migrate", verbosity=0)
    now, person = timezone.now(), uuid4()
    body = {
        "tip_id": str(uuid4()),
        "candidate": "task:1",
        "reaction": "done",
        "answered_at": now.isoformat(),
        "dwell_s": 30.0,
        "reward": 1.0,
    }
    for _ in range(0, count, AT_ONCE):
        EventRecord.objects.bulk_create(
            EventRecord(subject=SUBJECT, version=2, user_id=person, at=now, body=body)
            for _ in range(AT_ONCE)
        )


def relay(url: str) -> dict[str, float]:
    """Until nothing waits: how many, in how many seconds, and this process' memory at its peak,
    when it began and at the end, in MiB."""
    before = _peak_mib()
    relaying = Relaying(Streams(url, kept=KEPT))
    relaying.round(at=timezone.now())  # it connects, and makes the streams
    count = EventRecord.objects.waiting().count()
    began, cpu = time.perf_counter(), time.process_time()
    while relaying.round(at=timezone.now()):
        pass
    seconds, cpu_s = time.perf_counter() - began, time.process_time() - cpu
    relaying.stop()
    relaying.run()  # it lets go of its claim, and ends
    if EventRecord.objects.waiting().exists():
        raise RuntimeError("some still wait")
    return {
        "count": count,
        "s": seconds,
        "cpu_s": cpu_s,
        "before_mib": before,
        "peak_mib": _peak_mib(),
    }


def send_bare(url: str, count: int) -> float:
    """The newest so many events, made messages beforehand, one once the one before is on disk, as
    the relay does. Seconds."""
    newest = EventRecord.objects.order_by("-pk")[:count]
    return asyncio.run(_send([build_envelope(row).SerializeToString() for row in newest], url))


async def _send(payloads: list[bytes], url: str) -> float:
    async with await nats.connect(url) as client:
        jetstream = client.jetstream()
        config: dict[str, Any] = {"duplicate_window": SAME_ID.total_seconds()}
        await jetstream.add_stream(
            StreamConfig(name=BARE, subjects=[f"{BARE}.>"], max_age=KEPT.total_seconds(), **config)
        )
        began = time.perf_counter()
        for payload in payloads:
            await jetstream.publish(
                f"{BARE}.tip.reacted", payload, stream=BARE, headers={"Nats-Msg-Id": str(uuid4())}
            )
        return time.perf_counter() - began


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


JOBS: dict[str, Callable[..., Any]] = {job.__name__: job for job in (prepare, relay, send_bare)}
