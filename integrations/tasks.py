from __future__ import annotations

from datetime import datetime
from uuid import UUID

from celery import shared_task
from django.db.models import QuerySet
from django.utils import timezone

from integrations.access import channels, checking, connections
from integrations.access.forgetting import forget_closed
from integrations.complete import completing
from integrations.models import Completion, Connection
from integrations.sync import hints, syncing
from oo.lib.queue import look_now

# As many as all workers together can do before beat asks again.
MOST_SYNCS = 1_000
MOST_COMPLETIONS = 1_000


@shared_task(soft_time_limit=50, time_limit=55)
def sync_due() -> int:
    """Every minute, from oo/schedule.py: queue the connections whose period is over."""
    return _sync(Connection.objects.due(at=timezone.now()))


@shared_task(soft_time_limit=50, time_limit=55)
def sync_told(since: str) -> int:
    """Queue those that sources told of at about that moment, in ISO 8601, and soon after it."""
    told = hints.about(datetime.fromisoformat(since))
    return _sync(Connection.objects.due(at=timezone.now()).filter(next_sync_at__range=told))


def _sync(due: QuerySet[Connection]) -> int:
    ids = list(due.order_by("next_sync_at").values_list("pk", flat=True)[:MOST_SYNCS])
    for connection_id in ids:
        look_now(sync_one, str(connection_id), expires_s=60)
    return len(ids)


@shared_task(soft_time_limit=240, time_limit=270)
def sync_one(connection_id: str) -> str:
    """Bring one connection up to date, if it is due. Ends before its claim runs out."""
    outcome = syncing.sync(UUID(connection_id), at=timezone.now())
    if outcome == syncing.Outcome.SYNCED:
        channels.keep(UUID(connection_id), at=timezone.now())
    return outcome


@shared_task(soft_time_limit=25, time_limit=30)
def close_due() -> int:
    """Every 30 seconds, from oo/schedule.py: queue the completions whose moment has come."""
    due = Completion.objects.due(at=timezone.now()).order_by("next_at")
    keys = list(due.values_list("key", flat=True)[:MOST_COMPLETIONS])
    for key in keys:
        look_now(close_one, str(key), expires_s=30)
    return len(keys)


@shared_task(soft_time_limit=90, time_limit=100)
def close_one(key: str) -> bool:
    """Complete one task at its source, then read what became of it. Ends before the claim does."""
    connection_id = completing.complete_one(UUID(key), at=timezone.now())
    if connection_id is not None:
        look_now(sync_one, str(connection_id), expires_s=60)
    return connection_id is not None


@shared_task(soft_time_limit=240, time_limit=270)
def end_consent(user_id: str, key: str) -> int:
    """Disconnect what may not be read any more. Lost, it is done by the next sync instead."""
    return connections.end_consent(UUID(user_id), key, at=timezone.now())


@shared_task(soft_time_limit=50, time_limit=55)
def purge() -> int:
    """Daily: what a source refused and nobody tried again, what was told long ago, and what was
    closed long ago."""
    at = timezone.now()
    return checking.forget_refused(at=at) + hints.forget(at=at) + forget_closed(at=at)
