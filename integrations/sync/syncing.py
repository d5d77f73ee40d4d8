"""Brings one connection up to date: its row is claimed, then pulled, and stored or put off."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import DataError, IntegrityError, transaction
from django.db.models import F

from events.bus import publish
from events.catalog import CalendarSynced, ConnectionChanged, TaskCompleted, TasksSynced
from integrations.access import checking, connections
from integrations.access.backoff import next_period, retry_at, trouble_of
from integrations.access.calling import call
from integrations.base import LOST, Pull, SignalSource
from integrations.models import Connection
from integrations.registry import SOURCES
from integrations.sync.rows import Changes, store_events, store_tasks
from oo.lib.http import ApiError, Unexpected

log = logging.getLogger(__name__)

# Longer than a Celery task may run: when a claim is over, the worker that held it is dead.
CLAIM = timedelta(minutes=5)
SOON = timedelta(seconds=30)


class Outcome(StrEnum):
    SYNCED = "synced"
    NOT_DUE = "not due"  # or held by another worker
    FAILED = "failed"  # and put off
    DISCARDED = "discarded"  # another worker or a request changed the connection meanwhile
    CONNECTED = "connected"  # it was checked, and is read next
    GONE = "gone"  # the connection, the person or the consent is not there any more


def sync(connection_id: UUID, *, at: datetime) -> Outcome:
    """Read a due connection and write down what changed, all of it or nothing.

    Safe to run twice or at once, and after the person has left.
    """
    until = at + CLAIM
    if not Connection.objects.claim(connection_id, at=at, until=until):
        return Outcome.NOT_DUE
    people = Connection.objects.select_related("user__profile")
    mine = people.filter(pk=connection_id, claimed_until=until, user__is_active=True)
    connection = mine.first()
    if connection is None:
        return Outcome.GONE
    source = SOURCES.get(connection.source)
    if connection.state == Connection.State.LEAVING:
        connections.finish_leaving(connection, at=at)
        return Outcome.GONE
    if connection.state == Connection.State.CHECKING:
        return _check(connection, source, at=at)
    if not connections.may_read(connection):
        connections.disconnect(connection_id, at=at)
        return Outcome.GONE
    if source is None:
        return _put_off(connection, Unexpected(connection.source, "no such source"), at=at)
    try:
        pull = call(connection, source, lambda link: source.pull(link, at=at))
    except ApiError as error:
        return _put_off(connection, error, at=at)
    return _store(connection, source, pull, at=at)


def _check(connection: Connection, source: SignalSource | None, *, at: datetime) -> Outcome:
    """Check a new connection. If it is good, it is read later, by the message that says so."""
    connected = checking.check(connection, source, at=at) if source else None
    return Outcome.CONNECTED if connected else Outcome.FAILED


def _store(connection: Connection, source: SignalSource, pull: Pull, *, at: datetime) -> Outcome:
    try:
        with transaction.atomic():
            locked = Connection.objects.lock(connection.pk)
            if locked is None or locked.state == Connection.State.LEAVING:
                return Outcome.GONE
            if locked.claimed_until != connection.claimed_until:
                return Outcome.DISCARDED
            if locked.cursor != connection.cursor:
                _change(locked, claimed_until=None, next_sync_at=at + SOON)
                return Outcome.DISCARDED
            _write(connection, locked, source, pull, at=at)
    except (IntegrityError, DataError, OverflowError, TypeError, ValueError) as error:
        # The person has left (on a database without row locks), or a value fits no column.
        log.warning("%s: pull not stored: %s", connection.source, type(error).__name__)
        return _put_off(connection, Unexpected(connection.source, "not storable"), at=at)
    return Outcome.SYNCED


def _write(
    pulled: Connection, locked: Connection, source: SignalSource, pull: Pull, *, at: datetime
) -> None:
    """Rows, cursor, state and events, in the caller's transaction."""
    tasks, events = Changes(), Changes()
    if not pull.not_modified:
        tasks, events = store_tasks(locked, pull, at=at), store_events(locked, pull, at=at)
    planned = next_period(source.manifest.sync_every, at=at)
    was_moved = locked.next_sync_at != pulled.next_sync_at  # it was requested again meanwhile
    _change(
        locked,
        cursor=dict(pull.cursor),
        state=Connection.State.OK,
        synced_at=at,
        next_sync_at=locked.next_sync_at if was_moved else planned,
        claimed_until=None,
        attempts=0,
        last_error="",
    )
    _publish_changes(locked, tasks, events, at)


def _publish_changes(locked: Connection, tasks: Changes, events: Changes, at: datetime) -> None:
    for kind, found in ((TasksSynced, tasks), (CalendarSynced, events)):
        if found:
            publish(
                kind(
                    user_id=locked.user_id,
                    at=at,
                    connection_id=locked.pk,
                    changed=found.changed,
                    removed=found.removed,
                )
            )
    for task_id in tasks.completed:
        publish(TaskCompleted(user_id=locked.user_id, at=at, task_id=task_id, by="source"))


def _put_off(connection: Connection, error: ApiError, *, at: datetime) -> Outcome:
    trouble = trouble_of(error)
    lost = trouble in LOST
    with transaction.atomic():
        locked = Connection.objects.lock(connection.pk)
        if locked is None or locked.state == Connection.State.LEAVING:
            return Outcome.GONE
        if locked.claimed_until != connection.claimed_until:
            return Outcome.DISCARDED
        _change(
            locked,
            state=Connection.State.RECONNECT if lost else Connection.State.RETRYING,
            last_error=trouble,
            next_sync_at=retry_at(error, connection.attempts, at=at),
            claimed_until=None,
            attempts=F("attempts") + 1,
        )
        if lost:
            publish(
                ConnectionChanged(
                    user_id=locked.user_id, at=at, connection_id=locked.pk, state="reconnect"
                )
            )
    log.info("%s: put off: %s", connection.source, trouble)
    return Outcome.FAILED


def _change(locked: Connection, **fields: Any) -> None:
    Connection.objects.filter(pk=locked.pk).update(**fields)
