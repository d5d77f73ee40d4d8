"""Whose words a member of staff may read for the next minutes: one person's, in one session."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.dateparse import parse_datetime

from adminconsole.audit.marks import mark_of
from adminconsole.base import Asked, Permission

FOR = timedelta(minutes=10)
KEY = "adminconsole.revealed"
MASK = "\N{BULLET}" * 3


def revealed_until(asked: Asked, person: UUID) -> datetime | None:
    """None: what they wrote is masked."""
    kept = asked.request.session.get(KEY)
    if not kept or kept["person"] != mark_of(person) or not asked.may(Permission.REVEAL):
        return None
    until = parse_datetime(kept["until"])
    return until if until and asked.at < until else None
