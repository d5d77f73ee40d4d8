from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from accounts.models import ApiToken, Session

_devices: dict[str, Callable[[UUID, str | None], int]] = {}


def register_devices(name: str, end: Callable[[UUID, str | None], int]) -> None:
    """Whoever keeps devices says how they are removed, without being named here: see end_devices.
    From AppConfig.ready; the same name again is once."""
    _devices[name] = end


def end_sessions(user_id: UUID, except_key: str | None = None) -> int:
    """Sign the person out wherever they are signed in, at once; returns how many sessions ended.

    A request that runs meanwhile cannot bring its session back: the session engine only updates
    rows that are still there.
    """
    ended, _by_model = (
        Session.objects.filter(user_id=user_id).exclude(session_key=except_key or "").delete()
    )
    return ended


def end_tokens(user_id: UUID, *, at: datetime) -> int:
    """No program of theirs gets in any more; returns how many tokens worked until now."""
    return ApiToken.objects.usable(at=at).filter(user_id=user_id).update(revoked_at=at)


def end_devices(user_id: UUID, key: str | None = None) -> int:
    """Nothing of theirs comes up there any more; returns how many devices these were.

    key: of one of them, as somebody wrote it; None for all
    """
    return sum(end(user_id, key) for end in _devices.values())
