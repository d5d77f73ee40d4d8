"""What a thoughtful friend would say: what can be done now, and cannot wait.

Gates say "not now", a readable score ranks what is left, and silence is a candidate whose bar
depends on the moment. Works on traits; where nothing was read, on dates alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from random import Random

from agents.base import UserView
from oo.lib.words import gettext_lazy as _
from tips.base import Candidate, Choice, Policy, PolicyManifest, Scored
from tips.policies.good_sense import silence, words
from tips.policies.good_sense.prefs import KEY, GoodSensePrefs
from tips.policies.good_sense.score import score_all
from tips.policies.good_sense.weights import GATED

SURE = 100.0  # points at which there is no doubt


class GoodSense(Policy):
    manifest = PolicyManifest(
        key=KEY,
        title=_("Good sense"),
        version=1,
        reasons=words.REASONS,
        penalties=words.PENALTIES,
        silences=words.SILENCES,
        prefs=GoodSensePrefs,
    )

    def decide(self, view: UserView, candidates: Sequence[Candidate], rng: Random) -> Choice:
        ranking = tuple(
            sorted(score_all(candidates, view), key=lambda s: (-s.score, s.candidate.key))
        )
        needed = silence.threshold(view, ranking[0] if ranking else None)
        code = silence.silence_now(view) or _too_little(ranking, needed)
        chosen = None if code else ranking[0]
        return Choice(
            ranking,
            chosen,
            propensity=1.0,
            confidence=min(1.0, chosen.score / SURE) if chosen else 1.0,
            silence=code,
            until=min([silence.next_change(view), *_openings(ranking, view)]),
        )


def _too_little(ranking: Sequence[Scored], needed: float) -> str:
    if not ranking:
        return "nothing_open"
    if ranking[0].score >= needed:
        return ""
    return "nothing_possible" if ranking[0].score < GATED / 2 else "nothing_urgent"


def _openings(ranking: Sequence[Scored], view: UserView) -> list[datetime]:
    """When something that cannot be done now can be, or what can be done closes."""
    moments = [
        m for s in ranking for m in (s.candidate.facts.opens_at, s.candidate.facts.closes_at)
    ]
    return [m for m in moments if m and m > view.now]
