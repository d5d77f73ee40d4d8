"""Whoever looks around with sample data finds it connected."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.utils import timezone

from integrations.access import connections
from integrations.connect.page import is_first

SAMPLE = "sample"


def connect_sample(user_id: UUID) -> None:
    """Unless something is connected already: they may have put another source in its place."""
    if is_first(user_id):
        with suppress(connections.AccountClosed):
            connections.connect(user_id, SAMPLE, {}, "", at=timezone.now())
