"""Words that a model was asked about in vain: for a day, they are left alone and keep no others
waiting.

Only the cache knows of them, and what it forgets is asked once more.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.core.cache import cache

from accounts.privacy.cached import refused_words

FORGOTTEN = timedelta(days=1)
# After a model has refused whatever it was asked.
REST = timedelta(hours=1)
_REST = ""  # among the words, none of which are empty


def refused(user_id: UUID, *, at: datetime) -> set[str]:
    return {*_until(user_id, at)} - {_REST}


def is_resting(user_id: UUID, *, at: datetime) -> bool:
    return _REST in _until(user_id, at)


def remember(user_id: UUID, words: str, *, at: datetime) -> None:
    _remember(user_id, words, at, at + FORGOTTEN)


def rest(user_id: UUID, *, at: datetime) -> None:
    _remember(user_id, _REST, at, at + REST)


def _remember(user_id: UUID, words: str, at: datetime, until: datetime) -> None:
    """Of two workers at once, one may forget what the other has seen."""
    known = _until(user_id, at) | {words: until.timestamp()}
    cache.set(refused_words(user_id), known, timeout=int(FORGOTTEN.total_seconds()))


def _until(user_id: UUID, at: datetime) -> dict[str, float]:
    known: dict[str, float] = cache.get(refused_words(user_id)) or {}
    return {words: until for words, until in known.items() if until > at.timestamp()}
