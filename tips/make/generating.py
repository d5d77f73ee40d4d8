"""What could be said to a person now, without saying it: for programs of their own, and the lab."""

from __future__ import annotations

from datetime import datetime
from random import Random
from uuid import UUID

from agents.looking.outputs import load_current
from agents.understanding.keeping import read_new_words
from agents.view import load_view
from tips.base import TipCandidate
from tips.make.deciding import as_candidates, decide, mutes_in_force

MOST = 8


def generate(
    user_id: UUID, most: int, *, at: datetime, rng: Random | None = None
) -> list[TipCandidate]:
    """The best candidates of the ranking that can be done now, worded by templates.

    Nothing is stored but what is understood of new words, no model is asked, and what is shown on
    the page stays. Raises Profile.DoesNotExist for who has left.
    """
    read_new_words([user_id], at=at)
    view = load_view(user_id, at=at)
    views = {user_id: view}
    kept = load_current([user_id], at=at).get(user_id, {})
    decided = decide(view, mutes_in_force(views).get(user_id, ()), kept, rng or Random())
    possible = [scored for scored in decided.choice.ranking if not scored.is_gated]
    return as_candidates(possible[:most], decided)
