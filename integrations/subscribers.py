"""What integrations hears: work that was asked for, and changes in what a person allows."""

from __future__ import annotations

from django.utils import timezone

from events.bus import subscribe
from events.catalog import (
    CompletionRequested,
    ConnectionChanged,
    ConsentWithdrawn,
    ProfileChanged,
)
from integrations import tasks
from integrations.sync import due
from oo.lib.queue import look_now


def read_at_once(event: ConnectionChanged) -> None:
    if event.state == "connected":
        look_now(tasks.sync_one, str(event.connection_id), expires_s=60)


def complete_in_time(event: CompletionRequested) -> None:
    # Half a second late: a message that comes early finds nothing to do, and beat is far apart.
    wait_s = max(0.0, (event.not_before - timezone.now()).total_seconds()) + 0.5
    look_now(tasks.close_one, str(event.key), countdown_s=wait_s, expires_s=60)


def end_consent(event: ConsentWithdrawn) -> None:
    look_now(tasks.end_consent, str(event.user_id), event.key)


def read_calendars_anew(event: ProfileChanged) -> None:
    """The rows are made due here, since beat would not find out; a lost message costs a minute."""
    if "time_zone" not in event.fields:
        return
    for connection_id in due.read_calendars_anew(event.user_id, at=event.at):
        look_now(tasks.sync_one, str(connection_id), expires_s=60)


def listen() -> None:
    subscribe(ConnectionChanged, read_at_once)
    subscribe(CompletionRequested, complete_in_time)
    subscribe(ConsentWithdrawn, end_consent)
    subscribe(ProfileChanged, read_calendars_anew)
