"""Stores decisions: of many people in one transaction, each only if nothing changed since."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.locks import lock_people
from oo.lib.bulk import upsert
from tips import conf
from tips.decide.kinds import later_until
from tips.make.deciding import Decided, as_seen, evidence_of, rendered, worth_logging
from tips.models import Tip, TipDecision, TipSchedule


@dataclass(frozen=True, slots=True)
class Stands:
    """Nothing is to be decided about this person before `until`, unless something changes."""

    schedule: TipSchedule  # as it was before anything was loaded
    until: datetime


@dataclass(frozen=True, slots=True)
class Anew:
    """A new decision about this person."""

    schedule: TipSchedule  # as it was before anything was loaded
    mark: str  # of what it depends on: see deciding.mark_of
    decided: Decided


@dataclass(slots=True)
class Stored:
    """live       the tips that may be on the page, by person
    made       those of them that are new
    overtaken  people about whom something changed before it could be stored
    failures   what was raised while deciding, by person
    """

    live: dict[UUID, Tip] = field(default_factory=dict)
    made: list[Tip] = field(default_factory=list)
    overtaken: set[UUID] = field(default_factory=set)
    failures: dict[UUID, Exception] = field(default_factory=dict)

    def add(self, later: Stored) -> None:
        self.live |= later.live
        self.made += later.made
        self.failures |= later.failures


@dataclass(slots=True)
class _Writing:
    """What one transaction writes."""

    at: datetime
    stored: Stored = field(default_factory=Stored)
    withdrawn: list[UUID] = field(default_factory=list)
    kept: list[Tip] = field(default_factory=list)
    decisions: list[TipDecision] = field(default_factory=list)
    schedules: list[TipSchedule] = field(default_factory=list)


def store(found: Collection[Anew | Stands], *, at: datetime) -> Stored:
    """Write what was decided about people who have not left, and for whom nothing has changed."""
    if not found:
        return Stored()
    writing = _Writing(at)
    with transaction.atomic():
        here = lock_people([one.schedule.pk for one in found])
        locked = TipSchedule.objects.of_people(here, locked=True)
        _expire(here, at)
        live = {tip.user_id: tip for tip in Tip.objects.current_of(here, at=at)}
        for one in found:
            if schedule := locked.get(one.schedule.pk):
                _take(one, schedule, live.get(schedule.pk), writing)
        _write(writing)
    return writing.stored


def expire(user_id: UUID, *, at: datetime) -> Tip | None:
    """End the person's live tip before its time, and return it. The next look decides anew.

    None: there is no live tip, or the person has left.
    """
    with transaction.atomic():
        if not lock_people([user_id]):
            return None
        TipSchedule.objects.of_people([user_id], locked=True)
        live = Tip.objects.current(user_id, at=at).first()
        if live is None:
            return None
        Tip.objects.live().filter(pk=live.pk).update(
            state=Tip.State.EXPIRED, expires_at=at, ended_at=at
        )
        TipSchedule.objects.look_again(user_id, at=at)
    return live


def _expire(user_ids: Collection[UUID], at: datetime) -> None:
    over = Tip.objects.live().filter(user_id__in=user_ids, expires_at__lte=at)
    over.update(state=Tip.State.EXPIRED, ended_at=at)


def _take(one: Anew | Stands, schedule: TipSchedule, live: Tip | None, writing: _Writing) -> None:
    """Add to `writing` what one decision changes. schedule, live: as they are now, locked."""
    user_id = schedule.pk
    if live:
        writing.stored.live[user_id] = live
    if schedule.revision != one.schedule.revision:
        writing.stored.overtaken.add(user_id)
        return
    writing.schedules.append(schedule)
    if isinstance(one, Stands):
        schedule.next_look_at = one.until
        return
    decided = one.decided
    schedule.revision += 1
    schedule.fingerprint = one.mark
    schedule.looked_at = writing.at
    schedule.policy = decided.policy.manifest.key
    schedule.silence = decided.choice.silence
    schedule.next_look_at = decided.boundary
    if live and _stays(live, decided, writing.at):
        _keep(live, schedule, decided)
        writing.kept.append(live)
        return
    if live:
        writing.withdrawn.append(live.pk)
        del writing.stored.live[user_id]
    tip = _tip(one, writing.at) if decided.choice.chosen else None
    if tip:
        writing.stored.live[user_id] = tip
        writing.stored.made.append(tip)
    writing.decisions.append(_decision(one, tip, writing.at))


def _write(writing: _Writing) -> None:
    """Withdrawn tips go first, since a person may have only one live tip."""
    if writing.withdrawn:
        Tip.objects.filter(pk__in=writing.withdrawn).update(
            state=Tip.State.WITHDRAWN, ended_at=writing.at
        )
    if writing.kept:
        Tip.objects.bulk_update(writing.kept, ["expires_at"])
    Tip.objects.bulk_create(writing.stored.made)
    TipDecision.objects.bulk_create(writing.decisions)
    upsert(
        writing.schedules,
        known_by=("user",),
        change=("fingerprint", "revision", "looked_at", "next_look_at", "policy", "silence"),
    )


def _stays(live: Tip, decided: Decided, at: datetime) -> bool:
    """Whether a tip that was seen may stay: while it is the best, and for SHOWN_STAYS if it is not.

    In both cases only if it would be rendered the same now, in the person's language and zone.
    """
    chosen = decided.choice.chosen
    if chosen is None or live.shown_at is None:
        return False
    is_best = chosen.candidate.key == live.candidate
    if not is_best and at - live.shown_at >= conf.SHOWN_STAYS:
        return False
    same = next((s for s in decided.choice.ranking if s.candidate.key == live.candidate), None)
    if same is None or same.candidate.url != live.url:
        return False
    if later_until(same.candidate.kind, same.candidate.facts) != live.later_until:
        return False
    # If a model reworded it, the words that it replaced are compared.
    return rendered(same, decided) == (live.plain or live.content, live.detail)


def _keep(live: Tip, schedule: TipSchedule, decided: Decided) -> None:
    """Let it live until the new boundary or, if another is better, until SHOWN_STAYS is over."""
    assert live.shown_at is not None
    assert decided.choice.chosen is not None
    live.expires_at = decided.boundary
    if decided.choice.chosen.candidate.key != live.candidate:
        # An empty fingerprint makes the next look decide, even if nothing changes until then.
        schedule.fingerprint = ""
        live.expires_at = min(decided.boundary, live.shown_at + conf.SHOWN_STAYS)
        schedule.next_look_at = live.expires_at


def _tip(one: Anew, at: datetime) -> Tip:
    decided = one.decided
    chosen = decided.choice.chosen
    assert chosen is not None
    content, detail = rendered(chosen, decided)
    return Tip(
        user_id=decided.view.user_id,
        content=content,
        detail=detail,
        kind=chosen.candidate.kind,
        url=chosen.candidate.url,
        source=chosen.candidate.source,
        policy=decided.policy.manifest.key,
        confidence=decided.choice.confidence,
        evidence=[asdict(row) for row in evidence_of(chosen)],
        candidate=chosen.candidate.key,
        fingerprint=one.mark,
        made_at=at,
        expires_at=decided.boundary,
        starts_at=chosen.candidate.facts.starts_at,
        later_until=later_until(chosen.candidate.kind, chosen.candidate.facts),
    )


def _decision(one: Anew, tip: Tip | None, at: datetime) -> TipDecision:
    decided = one.decided
    choice = decided.choice
    return TipDecision(
        user_id=decided.view.user_id,
        tip=tip,
        at=at,
        policy=decided.policy.manifest.key,
        policy_version=decided.policy.manifest.version,
        candidates=[asdict(candidate) for candidate in worth_logging(decided)],
        seen=[as_seen(key, snippet) for key, snippet in decided.seen.items()],
        candidate_count=len(choice.ranking),
        chosen=choice.chosen.candidate.key if choice.chosen else "",
        propensity=choice.propensity,
        silence=choice.silence,
        fingerprint=one.mark,
    )
