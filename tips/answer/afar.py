"""Answers from a notification: an address that says by itself which tip is answered, and how.

Whoever has it can give this one answer for a day, as long as the device that it was made for is
their person's: signing out everywhere removes that. It does nothing else, and opens no page.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.core import signing

from notifier.models import Device
from tips.models import Tip

SALT = "tips.answer.afar"
GOOD_FOR = timedelta(days=1)


class NoSuchAnswer(Exception):
    """Not signed by us, too old, or of a device that is gone."""


class Afar(NamedTuple):
    tip_id: UUID
    reaction: str
    device_id: UUID


def token_of(tip: Tip, reaction: str, device: Device) -> str:
    return signing.dumps([str(tip.pk), reaction, str(device.pk)], salt=SALT)


def read_token(token: str) -> Afar:
    """What is answered to which tip, and where. Raises NoSuchAnswer."""
    try:
        tip_id, reaction, device_id = signing.loads(token, salt=SALT, max_age=GOOD_FOR)
    except (signing.BadSignature, ValueError):  # of another length: before it named a device
        raise NoSuchAnswer from None
    return Afar(UUID(tip_id), str(reaction), UUID(device_id))


def find_tip(told: Afar) -> Tip:
    """Raises NoSuchAnswer: the tip is gone, or the device is, or has become somebody else's."""
    tip = Tip.objects.filter(pk=told.tip_id).first()
    if tip and Device.objects.filter(pk=told.device_id, user_id=tip.user_id).exists():
        return tip
    raise NoSuchAnswer
