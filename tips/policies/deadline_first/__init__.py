"""The rule that a sensible person would agree with; what every cleverer policy has to beat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from agents.base import UserView
from agents.timing.meetings import SOON, find_meeting
from oo.lib.words import gettext_lazy as _
from tips.base import Candidate, Choice, Facts, Kind, Policy, PolicyManifest, Scored
from tips.policies.deadline_first import words

# Below this, nothing needs the person: an undated task of ordinary priority scores 0.
WORTH_SAYING = 15.0
PRIORITY = {1: 0.0, 2: 8.0, 3: 16.0, 4: 26.0}
# Points by local days left. Overdue is urgent for two weeks and then more likely dead than urgent.
DUE_TODAY, DUE_TOMORROW, DUE_THIS_WEEK = 50.0, 24.0, 6.0
OVERDUE, STALE_AFTER_DAYS, STALE = 60.0, 14, 18.0
# Due at a moment of today: the nearer, the more urgent, in the steps of SOON.
DUE_WITHIN = dict(zip(SOON, (96.0, 90.0, 82.0, 72.0), strict=True))
DEADLINE = {0: 75.0, 1: 45.0, 2: 28.0, 3: 25.0}
DEADLINE_MISSED, DEADLINE_THIS_WEEK = 62.0, 10.0
FITS, DOES_NOT_FIT = 4.0, -45.0
# A gap shorter than this is no time to begin something whose length nobody knows.
SHORTEST_GAP = timedelta(minutes=10)
REMINDER = 55.0


class DeadlineFirst(Policy):
    manifest = PolicyManifest(
        key="deadline_first",
        title=_("Deadline first"),
        version=1,
        reasons=words.REASONS,
        penalties=words.PENALTIES,
        silences=words.SILENCES,
    )

    def decide(self, view: UserView, candidates: Sequence[Candidate], rng: Random) -> Choice:
        ranking = tuple(
            sorted(
                (score(c) for c in candidates if c.kind is not Kind.INSIGHT),
                key=lambda s: (-s.score, s.candidate.key),
            )
        )
        silence = ""
        if find_meeting(view):
            silence = "in_meeting"
        elif not ranking:
            silence = "nothing_open"
        elif ranking[0].score < WORTH_SAYING:
            silence = "nothing_urgent"
        chosen = None if silence else ranking[0]
        # A score of 100 is a task that is due now at the highest priority.
        confidence = min(1.0, chosen.score / 100) if chosen else 1.0
        return Choice(ranking, chosen, propensity=1.0, confidence=confidence, silence=silence)


def score(candidate: Candidate) -> Scored:
    """Points of one candidate, and the codes of what earned and of what cost them."""
    if candidate.kind is Kind.REMINDER:
        return Scored(candidate, REMINDER, reasons=("starts_soon",))
    facts = candidate.facts
    parts = [
        _due(facts),
        _deadline(facts),
        (PRIORITY[facts.priority], "urgent" if facts.priority == 4 else "important"),
        _fit(facts),
    ]
    earned = sorted((p for p in parts if p[0] > 0), key=lambda p: -p[0])
    return Scored(
        candidate,
        score=sum(points for points, _code in parts),
        reasons=tuple(code for _points, code in earned),
        penalties=tuple(code for points, code in parts if points < 0),
    )


def _due(facts: Facts) -> tuple[float, str]:
    days = facts.due_in_days
    if days is None or days > 7:
        return 0.0, ""
    if days == 0:
        return _due_today(facts)
    if days == 1:
        return DUE_TOMORROW, "due_tomorrow"
    if days > 1:
        return DUE_THIS_WEEK, "due_in_days"
    return (STALE, "long_overdue") if -days > STALE_AFTER_DAYS else (OVERDUE - days, "overdue")


def _due_today(facts: Facts) -> tuple[float, str]:
    if facts.due_at is None:
        return DUE_TODAY, "due_today"
    if facts.is_past_due:
        return OVERDUE, "past_time"
    if facts.due_within is not None:
        return DUE_WITHIN[facts.due_within], "due_soon"
    return DUE_TODAY, "due_at"


def _deadline(facts: Facts) -> tuple[float, str]:
    days = facts.deadline_in_days
    if days is None or days > 7:
        return 0.0, ""
    if days < 0:
        return DEADLINE_MISSED, "deadline_missed"
    return DEADLINE.get(days, DEADLINE_THIS_WEEK), "deadline"


def _fit(facts: Facts) -> tuple[float, str]:
    if facts.gap is None:
        return 0.0, ""
    if facts.duration is None:
        return (DOES_NOT_FIT, "gap_too_short") if facts.gap.length < SHORTEST_GAP else (0.0, "")
    fits = facts.duration <= facts.gap.length
    return (FITS, "fits_gap") if fits else (DOES_NOT_FIT, "too_long")
