"""Writing down what staff does, in the same transaction."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accounts.models import User
from adminconsole.audit.marks import mark_of
from adminconsole.models import AuditEntry
from oo.lib.text import one_line
from oo.lib.tracing import traceparent

LONGEST_WHY, LONGEST_TARGET = 200, 80


def record(
    staff: User,
    action: str,
    *,
    at: datetime,
    person: UUID | None = None,
    target: str = "",
    why: str = "",
) -> AuditEntry:
    """One query. `target` must name no person: they are `person`."""
    return AuditEntry.objects.create(
        at=at,
        staff=mark_of(staff.pk),
        action=action,
        person=mark_of(person) if person else "",
        target=target[:LONGEST_TARGET],
        why=one_line(why, LONGEST_WHY),
        trace=traceparent(),
    )
