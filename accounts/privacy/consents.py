"""Agreeing and withdrawing: what every consent goes through, from whichever page it comes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.locks import lock_person
from accounts.models import Consent
from accounts.privacy import catalogue
from events.bus import publish
from events.catalog import ConsentGranted, ConsentWithdrawn


def grant(user_id: UUID, key: str, *, by: str, at: datetime) -> bool:
    """Record that the person agreed to the words of `key` as they are now.

    by       sign-in, connect, settings or api
    returns  False when this very wording was in force already, or the person has left: nothing
             changes then
    raises   UnknownConsent

    A consent to older words is closed at `at` and stays in the history.
    """
    kind = catalogue.get_kind(key)
    with transaction.atomic():
        if not lock_person(user_id):
            return False
        older = Consent.objects.exclude(wording=kind.version)
        older.withdraw(user_id, key, at=at)
        _consent, is_new = Consent.objects.get_or_create(
            user_id=user_id,
            key=key,
            withdrawn_at=None,
            defaults={"wording": kind.version, "granted_at": at, "granted_by": by},
        )
        if is_new:
            publish(ConsentGranted(user_id=user_id, at=at, key=key, wording=kind.version))
    return is_new


def withdraw(user_id: UUID, key: str, *, at: datetime) -> bool:
    """End the consent `key`. False when it was not in force.

    raises  UnknownConsent, NotWithdrawable
    """
    if not catalogue.get_kind(key).withdrawable:
        raise catalogue.NotWithdrawable(key)
    with transaction.atomic():
        if not lock_person(user_id):
            return False
        was_open = bool(Consent.objects.withdraw(user_id, key, at=at))
        if was_open:
            publish(ConsentWithdrawn(user_id=user_id, at=at, key=key))
    return was_open
