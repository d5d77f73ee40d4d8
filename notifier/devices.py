"""A person's devices: switched on and off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts.locks import lock_person
from notifier.models import Device
from notifier.registry import CHANNELS
from oo.lib.text import one_line

MOST_DEVICES = 10
LONGEST_NAME = 80


class TooManyDevices(Exception):
    """The person has as many devices as there may be. Nothing was written."""


class AccountClosed(Exception):
    """The account was closed meanwhile. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A device as it introduces itself."""

    channel: str
    address: str
    name: str


def add_device(user_id: UUID, offered: Offered, *, at: datetime, instead: str = "") -> Device:
    """Switch it on. The same again is the same row, added now; of somebody else, it is now this
    person's.

    instead: the key, as somebody wrote it, of what it was before and cannot be reached as any
    more. That row is then its own, with the name it has and all that was chosen for it.

    Raises KeyError for no such channel, BadAddress, TooManyDevices, AccountClosed.
    """
    address = CHANNELS[offered.channel].read_address(offered.address)
    digest = sha256(address.encode()).hexdigest()
    with transaction.atomic():
        if not lock_person(user_id):
            raise AccountClosed
        known = Device.objects.filter(channel=offered.channel, digest=digest)
        mine = known.filter(user_id=user_id).first()
        before = _find(user_id, instead).filter(channel=offered.channel).first()
        if mine is not None:
            # What its service says of the time before that does not count: see Gone.
            mine.added_at = at
            mine.save(update_fields=["added_at"])
            if before is not None and before != mine:
                before.delete()
            return mine
        if before is not None:
            known.delete()
            before.address, before.digest, before.added_at = address, digest, at
            before.save(update_fields=["address", "digest", "added_at"])
            return before
        if Device.objects.filter(user_id=user_id).count() >= MOST_DEVICES:
            raise TooManyDevices
        known.delete()
        return Device.objects.create(
            user_id=user_id,
            channel=offered.channel,
            address=address,
            digest=digest,
            name=one_line(offered.name, LONGEST_NAME) or CHANNELS.title(offered.channel),
            added_at=at,
        )


def remove_devices(user_id: UUID, key: str | None = None) -> int:
    """All of theirs, or the one with this key, which need not be one; returns how many."""
    mine = Device.objects.filter(user_id=user_id) if key is None else _find(user_id, key)
    _rows, by_model = mine.delete()
    return by_model.get(Device._meta.label, 0)


def _find(user_id: UUID, key: str) -> QuerySet[Device]:
    """The one of theirs with this key, which need not be one."""
    try:
        return Device.objects.filter(user_id=user_id, pk=UUID(key))
    except ValueError:
        return Device.objects.none()
