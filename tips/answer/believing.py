"""An answer to what oO believes of the person is their word about it."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from agents.inferring import beliefs
from agents.models import Belief
from tips.decide.insights import belief_in
from tips.models import Tip


def heed(tip: Tip, *, at: datetime) -> bool:
    """ "That is so" keeps the belief, a no denies it. True for a tip about anything else.

    False: the belief is another one by now, or gone, or the person has said something of it in the
    settings meanwhile, which stands.
    """
    key = belief_in(tip.candidate)
    if not key:
        return True
    same = Belief.objects.filter(
        user_id=tip.user_id,
        inference=key,
        said__isnull=True,
        is_denied=False,
        value__isnull=False,
        made_at__lte=tip.made_at,
    )
    if not same.exists():
        return False
    change = beliefs.keep if tip.reaction == Tip.Reaction.DONE else beliefs.deny
    change(tip.user_id, key, at=at)
    return True


def take_back(tip: Tip, *, at: datetime) -> None:
    """What the answer to this tip said of a belief: it is asked about again."""
    if key := belief_in(tip.candidate):
        with suppress(beliefs.NoSuchBelief):
            beliefs.take_back(tip.user_id, key, at=at)
