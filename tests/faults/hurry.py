"""Time in a hurry: every period, lease and pause of oO at a small part of its length.

What is a minute is about two seconds here, with leases still shorter than the periods that they are
shorter than. How long work takes is as ever, so that a lease is more often over before its work is:
the harder case.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

from celery.signals import before_task_publish
from django.apps import AppConfig

MINUTE_S, QUARTER_S, DAY_S = 2.0, 8.0, 40.0
# A message may be as old as this, whatever it says: as with its period, what is said again must not
# pile up behind what nobody has begun.
FRESH_S = 4.0


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


SOONER: dict[str, Any] = {
    "integrations.sync.syncing.CLAIM": seconds(4),
    "integrations.sync.syncing.SOON": seconds(1),
    "integrations.complete.completing.CALL_LIMIT": seconds(4),
    "integrations.access.backoff.FIRST_WAIT_S": 0.5,
    "integrations.access.backoff.LONGEST_WAIT_S": 2.0,
    "agents.looking.sweeping.LEASE": seconds(3),
    "tips.conf.KEEP_READY_LEASE": seconds(3),
    "tips.conf.REST_AFTER_ANSWER": seconds(2),
    "tips.conf.UNDO_WINDOW": seconds(1),
    "tips.conf.UNDO_GRACE": seconds(0.5),
    "tips.conf.SHOWN_STAYS": seconds(5),
    "tips.decide.interrupting.HERE": seconds(0.5),
    "events.mirror.relaying.LEASE": seconds(2),
    "events.mirror.relaying.LONGEST_PAUSE_S": 2.0,
    "notifier.sending.sending.PAUSE": seconds(1),
    "notifier.sending.sending.LONGEST_PAUSE": seconds(2),
}


class Hurry(AppConfig):
    name = "tests.faults"

    def ready(self) -> None:
        for path, value in SOONER.items():
            module, _, name = path.rpartition(".")
            place = import_module(module)
            assert isinstance(value, type(getattr(place, name))), path
            setattr(place, name, value)
        _speak_often()
        _read_often()
        _turn_often()


def _speak_often() -> None:
    """Every tip is worth a notification, so that there is something to send twice."""
    from tips.decide import interrupting

    for dial, manners in interrupting.MANNERS.items():
        often = replace(manners, needed=0.0, most=1_000, apart=seconds(0.5))
        interrupting.MANNERS[dial] = often  # type: ignore[index]


def _read_often() -> None:
    from integrations.registry import SOURCES

    source = SOURCES["todoist"]
    source.manifest = replace(source.manifest, sync_every=seconds(30))


def _turn_often() -> None:
    from oo.celery import app
    from oo.schedule import JOBS

    periods = {name: _period_s(period_s) for name, (period_s, _why) in JOBS.items()}
    app.conf.beat_schedule = {
        name: {"task": name, "schedule": period_s, "options": {"expires": period_s}}
        for name, period_s in periods.items()
    }
    app.conf.beat_max_loop_interval = MINUTE_S / 2
    before_task_publish.connect(_expire_soon, weak=False)


def _expire_soon(headers: dict[str, Any], **_more: Any) -> None:
    eta = headers.get("eta")
    begins = datetime.fromisoformat(eta) if eta else datetime.now(UTC)
    headers["expires"] = (begins + seconds(FRESH_S)).isoformat()


def _period_s(period_s: int) -> float:
    if period_s <= 60:
        return MINUTE_S
    return QUARTER_S if period_s <= 900 else DAY_S
