"""What each app that keeps personal data promises: to say what, to hand it over, to forget it.

accounts.privacy (deletion, export) walks the installed apps for a module `eraser` with one Eraser
in it, so that an app above accounts need not be named there.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any
from uuid import UUID

from oo.lib.types import JSON

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class Revocation:
    """The end of one permission at somebody else's: what was asked, and what they said."""

    provider: str
    revoked: bool
    note: str = ""  # what the person can do by hand when it was not revoked


class Eraser(ABC):
    """One app's part in export and deletion. Found in `<app>/eraser.py`."""

    title: str | _StrPromise  # in words that a person understands, translated lazily
    models: tuple[str, ...]  # "app_label.Model" of every table claimed

    @abstractmethod
    def export(self, user_id: UUID) -> Mapping[str, JSON]:
        """File name (without .json) to content, readable by a person. No secrets."""

    @abstractmethod
    def erase(self, user_id: UUID) -> Mapping[str, int]:
        """Delete everything; returns rows deleted by "app_label.Model". Runs in a transaction."""

    def revoke(self, user_id: UUID) -> Iterator[Revocation]:
        """End the permissions that others gave us. Runs before erase, outside a transaction."""
        yield from ()


def told(rows: QuerySet[Any], columns: Mapping[str, str]) -> list[JSON]:
    """Each row as a person reads it: `columns` are the names that it has there, with those here.

    Named one by one: a column that is added is not exported before somebody thought of it, which
    tests/privacy/test_export_tables.py demands.
    """
    found = rows.values_list(*columns.values()).iterator(chunk_size=2_000)
    return [dict(zip(columns, map(plain, row), strict=True)) for row in found]


def plain(value: Any) -> JSON:
    """Moments, days, times and keys as JSON has them."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
