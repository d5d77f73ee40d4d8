"""Says what a thoughtful friend would say: something that can be done now and cannot wait.

Gates rule out what cannot be done now, a sum of points ranks the rest, and the best has to reach
a bar that depends on the moment; else oO is silent. Where no traits were read, dates alone count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from random import Random

from agents.base import UserView
from oo.lib.words import gettext_lazy as _
from tips.base import Candidate, Choice, Kind, Policy, PolicyManifest, Scored
from tips.policies.good_sense import insights, silence, words
from tips.policies.good_sense import weights as w
from tips.policies.good_sense.prefs import KEY, GoodSensePrefs
from tips.policies.good_sense.score import score_all

SURE = 100.0  # points from which the confidence of a choice is 1


class GoodSense(Policy):
    manifest = PolicyManifest(
        key=KEY,
        title=_("Good sense"),
        version=11,
        reasons={**words.REASONS, **insights.REASONS},
        penalties=words.PENALTIES,
        silences=words.SILENCES,
        prefs=GoodSensePrefs,
        about=_("In quiet hours only what would be lost by the morning is said."),
    )

    def decide(self, view: UserView, candidates: Sequence[Candidate], rng: Random) -> Choice:
        others = [c for c in candidates if c.kind is not Kind.INSIGHT]
        ranking = _ranked(score_all(others, view))
        best = ranking[0] if ranking else None
        code = silence.silence_now(view, best) or _too_little(ranking, silence.bar(view, best))
        told = insights.score_insights(candidates, view, silence=code)
        chosen = insights.find_said(told) if code else ranking[0]
        code = "" if chosen else code
        return Choice(
            _ranked([*ranking, *told]),
            chosen,
            propensity=1.0,
            confidence=min(1.0, chosen.score / SURE) if chosen else 1.0,
            silence=code,
            until=silence.quiet_until(view)
            or min(
                [
                    *silence.next_changes(view),
                    *_score_changes(ranking),
                    *insights.next_changes(told, view),
                ]
            ),
        )


def _ranked(scored: Iterable[Scored]) -> tuple[Scored, ...]:
    return tuple(sorted(scored, key=lambda s: (-s.score, s.candidate.key)))


def _too_little(ranking: Sequence[Scored], bar: silence.Bar) -> str:
    """Why the best candidate is not said, or "" when it reaches the bar.

    The code of the bar ("free_day") is for what would be said at a usual moment.
    """
    if not ranking:
        return "nothing_open"
    score = ranking[0].score
    if score >= bar.points:
        return ""
    if score >= w.SPEAK or bar.code == "quiet_hours":
        return bar.code
    return "nothing_possible" if score < w.GATED / 2 else "nothing_urgent"


def _score_changes(ranking: Sequence[Scored]) -> list[datetime]:
    """When the clock alone changes a score: what is gated opens, or what can be done closes.

    What can be done and has no points is left out: the clock gives it none.
    """
    return [moment for s in ranking if s.is_gated or s.score > 0 for moment in s.changes]
