"""Answers from a notification: an address that says by itself which tip is answered, and how.

Whoever has it can give this one answer for a day, and do nothing else: it opens no page.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.core import signing

from tips.models import Tip

SALT = "tips.answer.afar"
GOOD_FOR = timedelta(days=1)


class NoSuchAnswer(Exception):
    """Not signed by us, or too old."""


def token_of(tip: Tip, reaction: str) -> str:
    return signing.dumps([str(tip.pk), reaction], salt=SALT)


def read_token(token: str) -> tuple[UUID, str]:
    """The tip, and what is answered. Raises NoSuchAnswer."""
    try:
        tip_id, reaction = signing.loads(token, salt=SALT, max_age=GOOD_FOR)
    except signing.BadSignature:
        raise NoSuchAnswer from None
    return UUID(tip_id), str(reaction)
