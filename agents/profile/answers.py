"""What people answered of late, out of the log of events: no other app has to be asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from agents.base import Answer
from events.catalog import TipDismissalExplained, TipReacted, TipReactionUndone
from events.models import EventRecord
from oo.lib.among import Among

# How far back answers teach, and how many of them at most. The log keeps events a little longer.
REMEMBERED = timedelta(days=28)
MOST_ANSWERS = 200
SUBJECTS = (TipReacted.subject, TipDismissalExplained.subject, TipReactionUndone.subject)


def load_answers(user_ids: Collection[UUID], *, at: datetime) -> dict[UUID, tuple[Answer, ...]]:
    """By person, the latest first; one query. Whoever answered nothing is not in it."""
    rows = EventRecord.objects.filter(
        Among("user_id", user_ids), subject__in=SUBJECTS, at__gt=at - REMEMBERED, at__lte=at
    ).order_by("pk")
    told: dict[UUID, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
    for user_id, subject, body in rows.values_list("user_id", "subject", "body"):
        told[user_id].append((subject, body))
    return {user_id: _standing(events) for user_id, events in told.items()}


def _standing(events: Iterable[tuple[str, dict[str, Any]]]) -> tuple[Answer, ...]:
    """The answers that were not taken back, each with the reason that was given for it later."""
    by_tip: dict[str, Answer] = {}
    for subject, body in events:
        tip = body["tip_id"]
        if subject == TipReactionUndone.subject:
            by_tip.pop(tip, None)
        elif subject == TipReacted.subject:
            if "candidate" in body:  # version 1 did not say what was answered
                by_tip[tip] = _answer(body)
        elif tip in by_tip:
            by_tip[tip] = replace(by_tip[tip], reason=body["reason"])
    latest = sorted(by_tip.values(), key=lambda answer: answer.at, reverse=True)
    return tuple(latest[:MOST_ANSWERS])


def _answer(body: dict[str, Any]) -> Answer:
    return Answer(
        candidate=body["candidate"],
        reaction=body["reaction"],
        at=datetime.fromisoformat(body["answered_at"]),
        dwell_s=body["dwell_s"],
    )
