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
# The same answer to the same candidate within this time is a repetition: nothing that was put off
# or refused comes back so soon (tips.decide.effects).
AT_ONCE = timedelta(hours=1)
SUBJECTS = (TipReacted.subject, TipDismissalExplained.subject, TipReactionUndone.subject)


def load_answers(user_ids: Collection[UUID], *, at: datetime) -> dict[UUID, tuple[Answer, ...]]:
    """By person, the latest first; one query. Whoever answered nothing is not in it."""
    rows = EventRecord.objects.filter(
        Among("user_id", user_ids), subject__in=SUBJECTS, at__gt=at - REMEMBERED, at__lte=at
    ).order_by("pk")
    told: dict[UUID, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
    for user_id, subject, body in rows.values_list("user_id", "subject", "body"):
        told[user_id].append((subject, body))
    return {user_id: _once(_standing(events))[:MOST_ANSWERS] for user_id, events in told.items()}


def _standing(events: Iterable[tuple[str, dict[str, Any]]]) -> Iterable[Answer]:
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
    return by_tip.values()


def _once(answers: Iterable[Answer]) -> tuple[Answer, ...]:
    """Each answer once, the latest first: the same one within AT_ONCE counts as one.

    Several tips can be about one candidate, on a page that was left open and on another device, and
    the person may answer each. Of "done" the first is kept, since it was done by then; of the
    others the last, since a no holds from then on.
    """
    kept: list[Answer] = []
    last: dict[tuple[str, str, str], int] = {}  # where each stands in `kept`
    for answer in sorted(answers, key=lambda each: each.at):
        same = (answer.candidate, answer.reaction, answer.reason)
        if same in last and answer.at - kept[last[same]].at < AT_ONCE:
            if not answer.is_done:
                kept[last[same]] = answer
            continue
        last[same] = len(kept)
        kept.append(answer)
    return tuple(sorted(kept, key=lambda each: each.at, reverse=True))


def _answer(body: dict[str, Any]) -> Answer:
    return Answer(
        candidate=body["candidate"],
        reaction=body["reaction"],
        at=datetime.fromisoformat(body["answered_at"]),
        dwell_s=body["dwell_s"],
    )
