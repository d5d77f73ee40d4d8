"""A consent that is withdrawn takes with it what was derived from what it allowed."""

from __future__ import annotations

from uuid import UUID

from agents.models import AgentOutput, Belief, CountedDay
from agents.profile.features import COUNTED_CONSENTS
from agents.registry import AGENTS, INFERENCES


def forget_derived(user_id: UUID, consent: str) -> int:
    """What agents saw, what was inferred, what was counted; how many rows.

    What the person said stays theirs.
    """
    agents = [key for key, a in AGENTS.load().items() if consent in a.manifest.consents]
    inferences = [key for key, i in INFERENCES.load().items() if consent in i.manifest.consents]
    seen = AgentOutput.objects.filter(user_id=user_id, agent__in=agents).delete()[0]
    believed = Belief.objects.filter(user_id=user_id, inference__in=inferences, said__isnull=True)
    counted = 0
    if consent in COUNTED_CONSENTS:
        counted = CountedDay.objects.filter(user_id=user_id).delete()[0]
    return seen + counted + believed.filter(is_denied=False).delete()[0]
