"""The words of tips that were: those of policies, asked once for each thing that they say."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from random import Random
from typing import Any

from django.utils import timezone, translation

from adminconsole.demo.base import DAY_S, KEYS_A_PERSON
from adminconsole.demo.belongings import Belongings, Todo, url_of
from adminconsole.demo.words import MEETINGS
from agents.beliefs import Cadence
from agents.inferences.momentum import UsualCadence
from tips.base import Candidate, Evidence, Facts, Kind, Scored
from tips.decide.candidates import REMIND_FROM
from tips.decide.insights import OF_BELIEFS
from tips.make import words
from tips.policies.deadline_first import DeadlineFirst
from tips.policies.good_sense import GoodSense
from tips.registry import POLICIES

OLDER, NEWER = DeadlineFirst.manifest.key, GoodSense.manifest.key
BELIEF = UsualCadence.manifest.key
LOGGED = 3  # candidates of a decision, where the product keeps up to tips.conf.LOGGED_CANDIDATES
POINTS = {"overdue": 48.0, "due_today": 58.0, "due_tomorrow": 42.0, "urgent": 50.0, "": 30.0}


@dataclass(slots=True, eq=False)
class Said:
    """What could be said at a moment, and how it scored. Not frozen: three are made for a tip, and
    that takes twice as long."""

    key: str  # Candidate.key
    kind: Kind
    content: str
    detail: str
    url: str
    source: str
    evidence: tuple[Evidence, ...]
    score: float
    reasons: tuple[str, ...]
    presses: bool = False
    starts: float | None = None
    todo: Todo | None = None

    def logged(self) -> dict[str, Any]:
        """As tips.base.TipCandidate, which the log of decisions keeps."""
        return {
            "key": self.key, "kind": self.kind, "content": self.content, "detail": self.detail,
            "url": self.url, "source": self.source, "model": "", "prompt_version": "",
            "confidence": 1.0, "score": self.score, "is_gated": False, "presses": self.presses,
            "reasons": self.reasons, "penalties": (),
            "words": (self.detail,) if self.reasons and self.detail else (), "nominated_by": (),
            "evidence": [_row(e) for e in self.evidence],
        }  # fmt: skip

    def evidence_json(self) -> str:
        return json.dumps([_row(e) for e in self.evidence])


def _row(evidence: Evidence) -> dict[str, str | int]:
    return {"model": evidence.model, "id": evidence.id, "fact": evidence.fact}


def rank_tasks(mine: Belongings, policy: str, at: float, rng: Random) -> list[Said]:
    """A few of the open tasks that may be said, the best first."""
    today, muted = int(at // DAY_S), mine.muted
    free = [todo for todo in mine.open if muted.get(todo.key, 0) <= at]
    found = [_of_task(todo, policy, today, mine.person.locale, rng)
             for todo in rng.sample(free, min(LOGGED, len(free)))]  # fmt: skip
    return sorted(found, key=lambda s: (-s.score, s.key))


def _of_task(todo: Todo, policy: str, today: int, locale: str, rng: Random) -> Said:
    days = None if todo.due is None else todo.due - today
    code = _code(days, todo.chore.priority)
    return Said(
        key=f"task:{todo.key}",
        kind=Kind.TASK,
        content=todo.chore.titles[locale],
        detail=_why(policy, code, days if code == "overdue" else None, locale),
        url=url_of(todo.key),
        source="todoist",
        evidence=(Evidence("task", todo.key, code or "open"),),
        score=round(POINTS[code] + 3 * todo.chore.priority + rng.uniform(-9, 9), 2),
        reasons=(code,) if code else (),
        presses=code == "due_today" and rng.random() < 0.3,
        todo=todo,
    )


def _code(days: int | None, priority: int) -> str:
    if days is not None and days < 2:
        return "overdue" if days < 0 else ("due_today", "due_tomorrow")[days]
    return "urgent" if priority == 4 else ""


@cache
def _why(policy: str, code: str, days: int | None, locale: str) -> str:
    if not code:
        return ""
    with translation.override(locale):
        return words.reason(code, Facts(due_in_days=days), POLICIES[policy].manifest)


def of_meeting(mine: Belongings, number: int, policy: str, at: float, rng: Random) -> Said:
    """A reminder of one that is over by now, and no row any more."""
    person = mine.person
    starts = (at + REMIND_FROM.total_seconds()) // 900 * 900
    key = person.number * KEYS_A_PERSON + number
    local = datetime.fromtimestamp(starts, person.zone)
    name, detail = _reminder(
        policy, rng.choice(MEETINGS).titles[person.locale], local.hour, local.minute, person.locale
    )
    return Said(
        key=f"event:{key}",
        kind=Kind.REMINDER,
        content=name,
        detail=detail,
        url="",
        source="google-calendar",
        evidence=(Evidence("event", key, "starts_soon"),),
        score=round(60 + rng.uniform(-10, 10), 2),
        reasons=("starts_soon",),
        presses=True,
        starts=starts,
    )


@cache
def _reminder(policy: str, title: str, hour: int, minute: int, locale: str) -> tuple[str, str]:
    at = datetime(2026, 1, 1, hour, minute, tzinfo=UTC)
    candidate = Candidate("", Kind.REMINDER, title, "", (), Facts(starts_at=at))
    with timezone.override(UTC), translation.override(locale):
        return words.render(Scored(candidate, 0.0), POLICIES[policy].manifest)


def of_belief(belief_id: int, a_day: int, locale: str) -> Said:
    return Said(
        key=f"{OF_BELIEFS}{BELIEF}",
        kind=Kind.INSIGHT,
        content=_believed(a_day, locale),
        detail="",
        url="",
        source="",
        evidence=(Evidence("belief", belief_id, "inferred"),),
        score=25.0,
        reasons=(),
    )


@cache
def _believed(a_day: int, locale: str) -> str:
    with translation.override(locale):
        return UsualCadence().say(Cadence(a_day=a_day))
