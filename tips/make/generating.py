"""What could be said to a person now, without saying it: for programs of their own, and the lab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from uuid import UUID

from agents.base import Snippet, UserView
from agents.looking.outputs import load_current
from agents.understanding.keeping import read_new_words
from agents.view import load_view
from tips.base import TipCandidate
from tips.make.deciding import as_candidates, decide, mutes_in_force
from tips.make.in_force import load_in_force
from tips.models import Mute
from tips.registry import POLICIES

MOST = 8  # candidates that may be asked for


def generate(
    user_id: UUID, most: int, *, at: datetime, rng: Random | None = None
) -> list[TipCandidate]:
    """The best candidates of the ranking that can be done now, worded by templates.

    New words are read, and what they mean is stored; nothing else is. No model is asked, and the
    page stays as it is. Raises Profile.DoesNotExist for somebody who has left.
    """
    read_new_words([user_id], at=at)
    view, mutes, kept = _known(user_id, at)
    decided = decide(view, load_in_force().policy, mutes, kept, rng or Random())
    possible = [scored for scored in decided.choice.ranking if not scored.is_gated]
    return as_candidates(possible[:most], decided)


@dataclass(frozen=True, slots=True)
class Said:
    """What a policy would say now: a candidate, or the code of its silence."""

    policy: str
    candidate: TipCandidate | None
    silence: str


def compare_policies(user_id: UUID, *, at: datetime) -> list[Said]:
    """Ask each policy about the same moment, with the same random numbers. Nothing is stored.

    Raises Profile.DoesNotExist for somebody who has left.
    """
    view, mutes, kept = _known(user_id, at)
    found = []
    for key, policy in POLICIES.load().items():
        decided = decide(view, policy, mutes, kept, Random(0))
        chosen = decided.choice.chosen
        candidate = as_candidates([chosen], decided)[0] if chosen else None
        found.append(Said(key, candidate, decided.choice.silence))
    return found


def _known(user_id: UUID, at: datetime) -> tuple[UserView, Sequence[Mute], Mapping[str, Snippet]]:
    view = load_view(user_id, at=at)
    mutes = mutes_in_force({user_id: view}).get(user_id, ())
    return view, mutes, load_current([user_id], at=at).get(user_id, {})
