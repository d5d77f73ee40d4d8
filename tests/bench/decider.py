"""What the process of the bench of decisions is asked to do, by tests.bench.jobs."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from notifier.models import Delivery, Device
from tests.bench import crowd
from tests.clock import NOON
from tips.decide.interrupting import Dial, weigh
from tips.decide.usefulness import PRIOR, Moment
from tips.deliver.delivering import deliver
from tips.models import Interruption, Tip, TipDecision


def weigh_all(count: int) -> dict[str, float]:
    """Made-up moments, made beforehand; of every second person moments are tried."""
    rng = Random(7)
    moments = [_moment(rng) for _ in range(count)]
    dials = [rng.choice(list(Dial)) for _ in moments]
    curious = [rng if number % 2 else None for number in range(count)]
    began = time.process_time()
    verdicts = [
        weigh(moment, dial, model=PRIOR, rng=each)
        for moment, dial, each in zip(moments, dials, curious, strict=True)
    ]
    seconds = time.process_time() - began
    return {"cpu_s": seconds, "spoken": sum(verdict.speaks for verdict in verdicts)}


def _moment(rng: Random) -> Moment:
    told_s = rng.choice([None, rng.uniform(0, 86_400)])
    return Moment(
        score=rng.uniform(0, 120),
        presses=rng.random() < 0.3,
        leads_somewhere=rng.random() < 0.1,
        unasked=rng.random() < 0.2,
        hour=rng.uniform(0, 24),
        is_weekend=rng.random() < 2 / 7,
        here_s=rng.choice([None, rng.uniform(0, 86_400)]),
        told_s=told_s,
        told_today=rng.randrange(3) if told_s is not None else 0,
        helped=rng.uniform(0, 5),
        missed=rng.uniform(0, 9),
        free_min=rng.choice([None, rng.uniform(0, 600)]),
    )


def settle(people: int) -> None:
    """Each with a device and with a ready tip: half of them are worth an interruption."""
    call_command("migrate", verbosity=0)
    crowd.settle(1, people, now=NOON, reader=1)
    users = list(User.objects.order_by("email"))
    Device.objects.bulk_create(
        Device(
            user=user, channel="web-push", address="{}", digest=user.email, name="", added_at=NOON
        )
        for user in users
    )
    tips = Tip.objects.bulk_create(
        Tip(
            user=user, content="Pay the rent", detail="Due today", kind="task", source="sample",
            policy="good_sense", confidence=1.0, evidence=[], candidate="task:1",
            fingerprint="", made_at=NOON, expires_at=NOON + timedelta(hours=2),
        )
        for user in users
    )  # fmt: skip
    TipDecision.objects.bulk_create(
        TipDecision(
            user_id=tip.user_id, tip=tip, at=NOON, policy="good_sense", policy_version=1,
            candidates=[{"key": "task:1", "score": score, "presses": score > 50}],
            candidate_count=1, chosen="task:1", propensity=1.0, fingerprint="",
        )
        for tip, score in zip(tips, [95.0, 10.0] * len(tips), strict=False)
    )  # fmt: skip


def deliver_all(minute: int) -> dict[str, float]:
    """One run of tips.tasks.deliver at NOON and so many minutes, and what it has written in all."""
    at = NOON + timedelta(minutes=minute)
    began, cpu = time.perf_counter(), time.process_time()
    deliver(at=at)
    seconds, cpu_s = time.perf_counter() - began, time.process_time() - cpu
    return {
        "s": seconds,
        "cpu_s": cpu_s,
        "noted": Interruption.objects.count(),
        "spoken": Delivery.objects.count(),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def forget_all() -> None:
    """As if nobody had been spoken to."""
    Delivery.objects.all().delete()
    Interruption.objects.all().delete()


def count_queries() -> int:
    """Of one run that is asked for the first time."""
    with CaptureQueriesContext(connection) as captured:
        deliver(at=NOON)
    return len(captured)


JOBS: dict[str, Callable[..., Any]] = {
    job.__name__: job for job in (weigh_all, settle, deliver_all, forget_all, count_queries)
}
