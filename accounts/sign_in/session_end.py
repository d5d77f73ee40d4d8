from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accounts.models import ApiToken, Session


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
