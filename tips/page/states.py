"""What the black page shows, as one frozen value per state. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from accounts.models import Consent
from agents.models import Belief
from agents.registry import AGENTS, INFERENCES
from agents.understanding.correcting import understanding_of
from integrations.models import CalendarEvent, Completion, Connection, Task
from integrations.registry import SOURCES
from oo.lib.compiled import Compiled, Given
from tips.base import BETWEEN_REASONS, Kind, says_done
from tips.decide.kinds import PUT_OFF, REASONS, offers_at, way_of
from tips.make import words
from tips.models import Tip, TipDecision, TipSchedule
from tips.page.again import said_again
from tips.registry import POLICIES

# The tip that may be on the page, and whether one of the person's sources must be reconnected.
CURRENT: Compiled[Any] = Compiled(
    lambda: Tip.objects.current(
        Given("user_id", Tip._meta.get_field("id")),
        at=Given("at", Tip._meta.get_field("expires_at")),
    ).annotate(
        has_broken_source=Exists(
            Connection.objects.filter(user_id=OuterRef("user_id"), state=Connection.State.RECONNECT)
        )
    )
)

# What is read to decide, by consent: the model of the rows, and the words of the privacy receipt.
READ = {
    "tasks": (
        "task",
        _(
            "titles, notes, projects, sections, labels, dates, lengths and priorities of your "
            "tasks, and what they are part of"
        ),
    ),
    "calendar": (
        "event",
        _(
            "titles, places and times of your calendar, how many people meet, and whether you "
            "organise it"
        ),
    ),
}
READ_ANSWERS = _("what you answered in the last four weeks")
MOST_SEEN = 2  # snippets that "Why this?" shows


@dataclass(frozen=True, slots=True)
class Page:
    """`state` names the partial; `context` is what it reads (see templates/tips/now.html).

    `ask_at` of the context: when a page that was left open asks again, as JavaScript reads dates.
    """

    state: str
    context: Mapping[str, Any]


def build_page(user_id: UUID, *, at: datetime, waited: int = 0) -> Page:
    """One query when a tip is ready: the case that has to be instant. At most four otherwise."""
    if found := CURRENT.rows(user_id=user_id, at=at):  # at most one: Tip's one_live_tip
        return current(found[0], at=at, reconnect=found[0].has_broken_source)
    schedule = TipSchedule.objects.filter(pk=user_id).select_related("last_answered").first()
    if schedule and schedule.last_answered and schedule.rest_until and schedule.rest_until > at:
        return answered(schedule.last_answered, at=at)
    if waiting := _before_the_first_tip(user_id):
        return waiting
    if schedule and schedule.silence and schedule.next_look_at > at and schedule.fingerprint:
        return _resting(schedule, user_id)
    return Page("wait", {"waited": waited})


def current(tip: Tip, *, at: datetime, reconnect: bool = False) -> Page:
    return Page(
        "tip",
        {
            "tip": tip,
            "task_url": tip.url,
            "offers": offers_at(tip.kind, tip.later_until, at),
            "ask_at": tip.expires_at.isoformat(),
            "reconnect": reconnect,  # one of the person's sources
        },
    )


def answered(tip: Tip, *, at: datetime, said_elsewhere: bool = False) -> Page:
    until = tip.undo_until or at
    left_ms = max(0, int((until - at).total_seconds() * 1000))
    way = way_of(tip.kind)
    is_done = says_done(tip.reaction, tip.reason)
    offer = way.offer(Tip.Reaction.DONE if is_done else tip.reaction)
    is_no = tip.reaction == Tip.Reaction.DISMISS and not tip.reason
    return Page(
        "answered",
        {
            "tip": tip,
            "undo_ms": 0 if said_elsewhere else left_ms,
            "said": offer.said if offer else "",
            "reasons": [(r, REASONS[r]) for r in way.reasons] if is_no else [],
            "noted": "" if offer and offer.implies else tip.get_reason_display(),
            "again": said_again(tip, at=at),
            # What begins soon is still told of when it has been acknowledged.
            "starts_at": tip.starts_at if is_done else None,
            "ask_at": _asks_at(tip),
        },
    )


def _asks_at(tip: Tip) -> str:
    """When a page that was left open asks again: what begins soon is put off for minutes."""
    if tip.kind != Kind.REMINDER or tip.reaction != Tip.Reaction.SNOOZE or tip.ended_at is None:
        return ""
    return (tip.ended_at + PUT_OFF).isoformat()


def _before_the_first_tip(user_id: UUID) -> Page | None:
    """Nothing is connected, or what is connected has not been read yet."""
    states = list(
        Connection.objects.known()
        .filter(user_id=user_id)
        .values_list("source", "state", "synced_at")
    )
    if not states:
        return Page("connect", {})
    unread = [
        s for s, state, synced_at in states if synced_at is None and state == Connection.State.NEW
    ]
    if unread and len(unread) == len(states):
        return Page("reading", {"reading": [SOURCES.title(key) for key in unread]})
    return None


def _resting(schedule: TipSchedule, user_id: UUID) -> Page:
    broken = Connection.objects.filter(user_id=user_id, state=Connection.State.RECONNECT).exists()
    policy = POLICIES.get(schedule.policy)
    rest = {
        "code": schedule.silence,
        "sentence": words.silence(schedule.silence, policy.manifest if policy else None),
        "next_look": schedule.next_look_at,
    }
    ask_at = schedule.next_look_at.isoformat()
    return Page("rest", {"rest": rest, "reconnect": broken, "ask_at": ask_at})


def build_why(tip: Tip) -> dict[str, Any]:
    """The rows that a tip came from, how fresh they are, and what else could have been said."""
    tasks, events = rows_of(tip)
    decision = TipDecision.objects.filter(tip=tip).first()
    ranking = decision.candidates if decision else []
    rows: list[tuple[str, Task | CalendarEvent, str]] = [
        *(("task", task, task.project) for task in tasks),
        *(("event", event, event.location) for event in events),
    ]
    evidence = [
        {
            "title": row.title,
            "note": note,
            "fresh": row.connection.synced_at,
            "url": row.url,
            "source": SOURCES.title(row.connection.source),
            "kind": kind,
            "words": row.words_digest,
            "understood": understanding_of(tip.user_id, kind, row.words_digest),
        }
        for kind, row, note in rows
    ]
    return {
        "evidence": evidence,
        "beliefs": _beliefs_of(tip),
        "seen": _seen(decision, tip.candidate) if decision else [],
        "reasons": _unsaid(tip, ranking),
        "runners_up": [
            {"title": c["content"], "reasons": BETWEEN_REASONS.join(c["words"][:2])}
            for c in ranking
            if c["key"] != tip.candidate
        ][:3],
        "policy": POLICIES.title(tip.policy),
        "confidence": tip.confidence,
        "made_at": tip.made_at,
        "model": tip.model,
        "chooser": decision.chooser if decision else "",
        "prompt": tip.prompt_version,
        "plain": tip.plain,
        "left_host": tip.left_host,
        "read": [*_read_for(tip), str(READ_ANSWERS)],
    }


def rows_of(tip: Tip) -> tuple[list[Task], list[CalendarEvent]]:
    """The rows that a tip came from, as far as they still exist. Two queries."""
    ids: dict[str, list[int]] = {"task": [], "event": []}
    for item in tip.evidence:
        ids.setdefault(item["model"], []).append(item["id"])
    tasks = Task.objects.filter(user_id=tip.user_id, pk__in=ids["task"])
    events = CalendarEvent.objects.filter(user_id=tip.user_id, pk__in=ids["event"])
    return (
        list(tasks.select_related("connection")),
        list(events.select_related("connection")),
    )


def _unsaid(tip: Tip, ranking: list[dict[str, Any]]) -> list[str]:
    """The reasons but those that stand under the tip already, unless there are no others."""
    reasons: list[str] = next((c["words"] for c in ranking if c["key"] == tip.candidate), [])
    said = tip.quiet_line.split(BETWEEN_REASONS)
    return [words for words in reasons if words not in said] or reasons


def _beliefs_of(tip: Tip) -> list[dict[str, Any]]:
    """What an insight says, as far as it is still believed or was said to be so."""
    ids = [item["id"] for item in tip.evidence if item["model"] == "belief"]
    if not ids:
        return []
    return [
        {
            "title": INFERENCES.title(belief.inference),
            "evidence": belief.evidence,
            "anchor": f"belief-{belief.inference}",
        }
        for belief in Belief.objects.filter(user_id=tip.user_id, pk__in=ids)
    ]


def _read_for(tip: Tip) -> list[str]:
    """What a decision reads of a person: all that they allow, and what this one came from."""
    allowed = Consent.objects.open(tip.user_id).values_list("key", flat=True)
    cited = {item["model"] for item in tip.evidence}
    return [str(words) for key, (model, words) in READ.items() if key in allowed or model in cited]


def _seen(decision: TipDecision, candidate: str) -> list[dict[str, str]]:
    """What agents saw that speaks of this row: first those that would have chosen it."""
    nominated = {c["key"]: c.get("nominated_by", []) for c in decision.candidates}
    by = nominated.get(candidate, [])
    about = [s for s in decision.seen if s["agent"] in by or candidate in s["rows"]]
    about.sort(key=lambda s: s["agent"] not in by)
    return [{"title": AGENTS.title(s["agent"]), "text": s["text"]} for s in about[:MOST_SEEN]]


def failed_completions(user_id: UUID) -> list[dict[str, str]]:
    """Answers that a source never confirmed, for the notice. One query."""
    return [
        {
            "title": completion.task.title,
            "source": SOURCES.title(completion.task.connection.source),
            "url": completion.task.url,
            "key": str(completion.key),
        }
        for completion in Completion.objects.unconfirmed(user_id).select_related("task__connection")
    ]
