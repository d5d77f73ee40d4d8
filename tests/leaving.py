"""An account that is deleted, all at once: the button and the worker."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accounts.models import DeletionReceipt, User
from accounts.privacy import departures


def delete_account(user: User, *, receipt_id: UUID, at: datetime) -> DeletionReceipt | None:
    """None: somebody else does it, or did."""
    leaving = departures.ask(user.pk, receipt_id=receipt_id, locale="en", at=at)
    return departures.work_off(leaving, at=at) if leaving else None


def work_off_departures(*, at: datetime) -> None:
    for departure_id in departures.due(at=at):
        departures.work_off(departure_id, at=at)
