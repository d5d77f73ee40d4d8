"""What oO has newly learnt of the person, as something that could be said: so it is confirmed or
denied in one tap, and not believed behind their back. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from agents.base import UserView
from tips.base import Candidate, Evidence, Kind

OF_BELIEFS = "belief:"
AT_MOST_EVERY = timedelta(days=7)
UNANSWERED = timedelta(days=30)  # one that was looked at and left is no news: as after "That is so"


def build_insights(view: UserView) -> list[Candidate]:
    """Beliefs of which the person has said nothing yet; none in the week after an answer to one.

    Nor in the week after one was shown that nobody answered, and that one itself not before 30 days
    are over, whether or not it is inferred anew meanwhile: see held_until. What a person passes
    over is an answer of a kind, and numbers that are worked out each week would never be old.
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
    """Until when an insight is not said, since `shown`, it or another one, was not answered."""
    return shown_at + (UNANSWERED if candidate == shown else AT_MOST_EVERY)


def belief_in(candidate: str) -> str:
    """The key of the inference, or "" for a candidate that is about something else."""
    return candidate.removeprefix(OF_BELIEFS) if candidate.startswith(OF_BELIEFS) else ""
