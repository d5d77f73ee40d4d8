"""What oO has newly learnt of the person, as something that could be said: so it is confirmed or
denied in one tap, and not believed behind their back. Pure."""

from __future__ import annotations

from datetime import timedelta

from agents.base import UserView
from tips.base import Candidate, Evidence, Kind

OF_BELIEFS = "belief:"
AT_MOST_EVERY = timedelta(days=7)


def build_insights(view: UserView) -> list[Candidate]:
    """Beliefs of which the person has said nothing yet; none in the week after an answer to one."""
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


def belief_in(candidate: str) -> str:
    """The key of the inference, or "" for a candidate that is about something else."""
    return candidate.removeprefix(OF_BELIEFS) if candidate.startswith(OF_BELIEFS) else ""
