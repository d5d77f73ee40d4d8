"""What Todoist tells by itself ("Webhooks" of its API v1, read in November 2026). Pure.

It may come late, twice, out of order or never, so that only whom it is about is read.
"""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Mapping
from hashlib import blake2b, sha256

from integrations.base import Heard

SIGNATURE = "X-Todoist-Hmac-SHA256"
DELIVERY = "X-Todoist-Delivery-ID"


def is_signed(headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    """Over the bytes as they came, in constant time."""
    right = b64encode(hmac.digest(secret.encode(), body, sha256))
    return hmac.compare_digest(right, headers.get(SIGNATURE, "").encode(errors="replace"))


def read(headers: Mapping[str, str], body: bytes) -> Heard:
    """Without an id, a delivery is known by what it says."""
    delivery = headers.get(DELIVERY) or blake2b(body, digest_size=16).hexdigest()
    return Heard(account=_account(body), delivery=delivery)


def _account(body: bytes) -> str:
    """Ids were numbers once."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    user_id = told.get("user_id") if isinstance(told, dict) else None
    return str(user_id) if isinstance(user_id, str) or type(user_id) is int else ""
