"""What the cache keeps under a person's id. Every key with one in it is named here.

accounts/tests/test_deletion.py looks through a whole cache for others.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accounts.ratelimits import OF_PEOPLE


def keys_of(user_id: UUID, *, at: datetime) -> list[str]:
    counts = [key for limit in OF_PEOPLE for key in limit.keys(str(user_id), at=at)]
    return [api_calls(user_id), running_export(user_id), refused_words(user_id), *counts]


def api_calls(user_id: UUID) -> str:
    """Written by UserRateThrottle of Django REST framework."""
    return f"throttle_user_{user_id}"


def running_export(user_id: UUID) -> str:
    return f"export-running:{user_id}"


def refused_words(user_id: UUID) -> str:
    """Digests of tasks' words that a model was asked about in vain, written by agents."""
    return f"refused-words:{user_id}"
