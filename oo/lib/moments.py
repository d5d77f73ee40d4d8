"""Moments out of PostgreSQL, read by datetime.fromisoformat.

Django's own loader is written in Python and takes more than ten times as long: rows with several
moments each are most of what a sweep loads (docs/performance.md).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.backends.signals import connection_created


def read_moments_fast() -> None:
    """On every connection that is opened from now on."""
    connection_created.connect(_register, dispatch_uid="oo.lib.moments", weak=False)


def _register(connection: Any, **_kwargs: Any) -> None:
    if connection.vendor != "postgresql":
        return
    from psycopg.postgres import types
    from psycopg.pq import Format

    adapters, oid = connection.connection.adapters, types["timestamptz"].oid
    slow: Any = adapters.get_loader(oid, Format.TEXT)
    if slow.timezone is not UTC:
        return

    class Loader(slow):  # type: ignore[misc]  # a class that Django makes for each zone
        def load(self, data: Any) -> datetime:
            try:
                return datetime.fromisoformat(bytes(data).decode())
            except ValueError:  # infinite, before Christ: as Django says
                found: datetime = super().load(data)
                return found

    adapters.register_loader(oid, Loader)
