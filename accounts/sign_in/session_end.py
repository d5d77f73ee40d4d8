from __future__ import annotations

from uuid import UUID

from accounts.models import Session


def end_sessions(user_id: UUID, except_key: str | None = None) -> int:
    """Sign the person out wherever they are signed in, at once; returns how many sessions ended.

    A request that runs meanwhile cannot bring its session back: the session engine only updates
    rows that are still there.
    """
    ended, _by_model = (
        Session.objects.filter(user_id=user_id).exclude(session_key=except_key or "").delete()
    )
    return ended
