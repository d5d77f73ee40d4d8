"""What the processes of the webhooks' bench are asked to do, by tests.bench.jobs: one knows the
rows, one sends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.management import call_command
from django.utils import timezone

from accounts.models import Profile, User
from integrations.access import connections
from integrations.models import Task
from integrations.sync import syncing
from tests.bench import load


def connect(tokens: list[str]) -> None:
    """A person for each token, whose tasks have been read."""
    call_command("migrate", verbosity=0)
    for number, token in enumerate(tokens):
        user = User.objects.create_user(f"hook{number}@example.com", name="Hook")
        Profile.objects.get_or_create(user=user)
        connection = connections.connect(
            user.pk, "todoist", {"token": token}, "", at=timezone.now()
        )
        if (outcome := syncing.sync(connection.pk, at=timezone.now())) != syncing.Outcome.SYNCED:
            raise RuntimeError(f"person {number}: {outcome}")


def missing(titles: list[str]) -> int:
    """How many of these no row has."""
    return len(titles) - Task.objects.filter(title__in=titles).count()


def burst(port: int, requests: list[str], connections: int) -> tuple[list[float], int]:
    return load.burst(port, [text.encode() for text in requests], connections=connections)


JOBS: dict[str, Callable[..., Any]] = {job.__name__: job for job in (connect, missing, burst)}
