"""What a member of staff wrote, while they are away to show a passkey.

It may have somebody's address in it: so it lies sealed in the cache, which forgets it by itself,
and not in a session, where the eraser could not find it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from django.core.cache import cache

from accounts.models import User
from adminconsole.audit.marks import mark_of
from oo.lib.crypto import CryptoError, default_keyring

KEPT_S = 600


def put_by(staff: User, written: Mapping[str, str]) -> None:
    key = _key(staff)
    cache.set(key, default_keyring().encrypt(json.dumps(dict(written)), context=key), KEPT_S)


def take_back(staff: User) -> dict[str, str]:
    """Once; empty where nothing waits."""
    key = _key(staff)
    if (sealed := cache.get(key)) is None:
        return {}
    cache.delete(key)
    try:
        written: dict[str, str] = json.loads(default_keyring().decrypt(sealed, context=key))
    except CryptoError:  # the keys have changed
        return {}
    return written


def _key(staff: User) -> str:
    return f"sql-waiting:{mark_of(staff.pk)}"
