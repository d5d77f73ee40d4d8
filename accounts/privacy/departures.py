"""Leaving, as work of a row: asked for, revoked, erased, checked. No page waits for any of it.

From the first moment on nobody can sign in to the account and nothing is read for it. Whatever
dies in between, the next worker goes on where it was: every step is one transaction, or can be
repeated.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import translation

from accounts.models import DeletionReceipt, Departure, Session, User
from accounts.privacy import deletion
from accounts.privacy.leftovers import Trace
from events.bus import publish
from events.catalog import DepartureAsked
from oo.lib.personal_data import Revocation
from oo.lib.sqlite_files import empty_log

# Longer than a worker may take: services that do not answer, and a look into every table.
LEASE = timedelta(minutes=10)


def ask(user_id: UUID, *, receipt_id: UUID, locale: str, at: datetime) -> UUID | None:
    """Begin. The key of the receipt to come: of two at once, that of the first.

    None: the person is gone already.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().filter(pk=user_id).first()
        if user is None:
            return None
        under_way = Departure.objects.filter(user=user).first()
        if under_way:
            return under_way.pk
        Departure.objects.create(pk=receipt_id, user=user, locale=locale, asked_at=at)
        user.is_active = False
        user.save(update_fields=["is_active"])
        Session.objects.filter(user_id=user_id).delete()
        publish(DepartureAsked(user_id=user_id, at=at))
    return receipt_id


def work_off(departure_id: UUID, *, at: datetime) -> DeletionReceipt | None:
    """Go on until the receipt is complete. None: another worker has it, or it is done."""
    if not Departure.objects.claim(departure_id, at=at, until=at + LEASE):
        return None
    departure = Departure.objects.get(pk=departure_id)
    with translation.override(departure.locale):
        while departure.state != Departure.State.ERASED:
            STEPS[departure.state](departure, at)
        return _check(departure, at)


def _revoke(departure: Departure, at: datetime) -> None:
    assert departure.user_id
    revocations = deletion.revoke_everything(departure.user_id)
    departure.revocations = [{**asdict(r), "provider": str(r.provider), "note": str(r.note)}
                             for r in revocations]  # fmt: skip
    departure.state = Departure.State.REVOKED
    departure.save(update_fields=["revocations", "state"])


def _erase(departure: Departure, at: datetime) -> None:
    user = departure.user
    assert user
    trace = Trace.of(user)
    revocations = [Revocation(**told) for told in departure.revocations]
    with transaction.atomic():
        deletion.erase_everything(trace, revocations, receipt_id=departure.pk, at=at)
        departure.user = None
        departure.state = Departure.State.ERASED
        departure.trace = json.dumps([str(trace.user_id), sorted(trace.emails)])
        departure.save(update_fields=["user", "state", "trace"])


def _check(departure: Departure, at: datetime) -> DeletionReceipt:
    user_id, emails = json.loads(departure.trace)
    trace = Trace(UUID(user_id), frozenset(emails))
    receipt = DeletionReceipt.objects.get(pk=departure.pk)
    deletion.complete(receipt, trace, at=at)
    departure.delete()
    # Robust: whatever the disk says, the account is gone and the receipt is to be shown.
    transaction.on_commit(empty_log, robust=True)
    return receipt


STEPS: Mapping[str, Callable[[Departure, datetime], None]] = {
    Departure.State.REQUESTED: _revoke,
    Departure.State.REVOKED: _erase,
}


def due(*, at: datetime, most: int = 100) -> list[UUID]:
    """Those that nobody works on, the oldest first."""
    waiting = Departure.objects.due(at=at).order_by("asked_at")
    return list(waiting.values_list("pk", flat=True)[:most])
