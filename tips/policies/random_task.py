"""The baseline: any open task, each with the same chance. A policy has to beat at least this."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from agents.base import UserView
from oo.lib.words import gettext_lazy as _
from tips.base import Candidate, Choice, Kind, Policy, PolicyManifest, Scored


class RandomTask(Policy):
    manifest = PolicyManifest(key="random_task", title=_("Any task"), version=1)

    def decide(self, view: UserView, candidates: Sequence[Candidate], rng: Random) -> Choice:
        ranking = tuple(Scored(c, 1.0) for c in candidates if c.kind is Kind.TASK)
        if not ranking:
            return Choice((), None, propensity=1.0, confidence=1.0, silence="nothing_open")
        chance = 1 / len(ranking)
        return Choice(ranking, rng.choice(ranking), propensity=chance, confidence=chance)
