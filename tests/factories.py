"""Rows for the tests: people, and what a sync would have written about them at NOON."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.test import Client

from accounts.models import Profile, User
from integrations.models import CalendarEvent, Completion, Connection, Task
from tests.canaries import plant
from tests.clock import BERLIN, NOON, TODAY
from tips.make.making import make_tip
from tips.models import Tip


def make_person(name: str, **fields: Any) -> User:
    """Lives in Berlin, has agreed to nothing and connected nothing."""
    user = User.objects.create_user(plant(f"{name}@example.com"), name=name.title(), **fields)
    profile, _ = Profile.objects.get_or_create(user=user)
    profile.time_zone, profile.zone_is_known = BERLIN.key, True
    profile.save()
    return User.objects.select_related("profile").get(pk=user.pk)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="accounts.backend.PersonBackend")
    return client


def make_connection(user: User, *, at: datetime = NOON, **fields: Any) -> Connection:
    """Read at that moment, and not due again before the next day."""
    values: dict[str, Any] = {
        "source": "sample",
        "account": str(user.pk),
        "state": Connection.State.OK,
        "connected_at": at,
        "synced_at": at,
        "next_sync_at": at + timedelta(days=1),
    }
    return Connection.objects.create(user=user, **{**values, **fields})


def make_task(
    user: User, title: str = "Pay the rent", *, due_in: int | None = 0, **fields: Any
) -> Task:
    """`due_in` counts days from TODAY; None has no due date."""
    values: dict[str, Any] = {
        "connection": fields.pop("connection", None) or _connection(user),
        "external_id": f"{title[:200]} {Task.objects.count()}",
        "due_on": TODAY + timedelta(days=due_in) if due_in is not None else None,
        "changed_at": NOON - timedelta(hours=1),
    }
    return Task.objects.create(user=user, title=plant(title), **{**values, **fields})


def make_event(
    user: User, *, starts_in_min: int = 0, lasts_min: int = 60, **fields: Any
) -> CalendarEvent:
    """An entry of a calendar; `starts_in_min` counts from NOON."""
    starts_at = NOON + timedelta(minutes=starts_in_min)
    values: dict[str, Any] = {
        "connection": fields.pop("connection", None) or _connection(user),
        "external_id": f"meeting {CalendarEvent.objects.count()}",
        "title": "Design review",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=lasts_min),
        "changed_at": NOON - timedelta(hours=1),
    }
    values |= fields
    plant(values["title"])
    return CalendarEvent.objects.create(user=user, **values)


def make_completion(task: Task, **fields: Any) -> Completion:
    """Asked for at NOON, and to be tried from then on."""
    values: dict[str, Any] = {
        "key": uuid4(),
        "not_before": NOON,
        "next_at": NOON,
        "created_at": NOON,
    }
    return Completion.objects.create(user=task.user, task=task, **{**values, **fields})


def give_tip(user: User, title: str = "Pay the rent", *, at: datetime = NOON, **fields: Any) -> Tip:
    """One more task, due TODAY, and the tip that is ready then; the fields are the task's."""
    make_task(user, title, **{"url": "https://app.todoist.com/app/task/1", **fields})
    return the_tip(user, at=at)


def the_tip(user: User, *, at: datetime = NOON) -> Tip:
    tip = make_tip(user.pk, at=at)
    assert tip is not None
    return tip


def _connection(user: User) -> Connection:
    return Connection.objects.filter(user=user).first() or make_connection(user)
