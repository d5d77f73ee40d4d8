"""What oO has newly learnt of the person, as something that could be said: so it is confirmed or
denied in one tap, and not believed behind their back. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from agents.base import UserView
from tips.base import Candidate, Evidence, Kind

OF_BELIEFS = "belief:"
AT_MOST_EVERY = timedelta(days=7)
UNANSWERED = timedelta(days=30)  # how long one rests that was shown and not answered


def build_insights(view: UserView) -> list[Candidate]:
    """Beliefs that the person has neither confirmed nor denied; none in the week after an answer.

    Insights that were shown and not answered are held back elsewhere, as mutes: see held_until.
    """
    since = view.now - AT_MOST_EVERY
    if any(a.candidate.startswith(OF_BELIEFS) and a.at > since for a in view.answers):
        return []
    return [
        Candidate(
            key=f"{OF_BELIEFS}{key}",
            kind=Kind.INSIGHT,
            content=belief.say(),
            source="",
            evidence=(Evidence("belief", belief.id, "inferred"),),
        )
        for key, belief in sorted(view.fresh_beliefs.items())
    ]


def held_until(candidate: str, shown: str, shown_at: datetime) -> datetime:
    """Until when an insight is not said, after `shown` was not answered: 30 days for the same one,
    7 days for others. To pass one over is an answer of a kind; and since numbers are worked out
    anew each week, an insight would otherwise always be new.
    """
    return shown_at + (UNANSWERED if candidate == shown else AT_MOST_EVERY)


def belief_in(candidate: str) -> str:
    """The key of the inference, or "" for a candidate that is about something else."""
    return candidate.removeprefix(OF_BELIEFS) if candidate.startswith(OF_BELIEFS) else ""
