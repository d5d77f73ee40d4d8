"""From a person's rows to the one ready tip, or to silence on record."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from random import Random
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.locks import lock_person
from accounts.models import Profile
from agents.base import UserView
from agents.understanding.keeping import catch_up
from agents.view import load_view
from integrations.models import CalendarEvent, Task
from tips import conf
from tips.make.deciding import (
    Decided,
    as_seen,
    decide,
    evidence_of,
    mark_of,
    mutes_in_force,
    rendered,
    worth_logging,
)
from tips.models import Tip, TipDecision, TipSchedule


class Overtaken(Exception):
    """Something changed while the decision was made: it is about yesterday's rows."""


def make_tip(user_id: UUID, *, at: datetime, rng: Random | None = None) -> Tip | None:
    """See that the person has a ready tip, or silence on record. Returns the live tip, if any.

    Nothing changed: nothing is decided. Safe to run twice and at once: the schedule's row is locked
    to store, and who finds its revision changed decides anew, twice at most: whatever changed it
    has made the person due again. Nobody who has left is made a tip, and nobody who rests.
    """
    for _attempt in range(3):
        try:
            return _make(user_id, at, rng or Random())
        except Overtaken:
            continue
    return Tip.objects.current(user_id, at=at).first()


def _make(user_id: UUID, at: datetime, rng: Random) -> Tip | None:
    profile = Profile.objects.filter(user_id=user_id, user__is_active=True).first()
    if profile is None:
        return None
    try:
        schedule, _created = TipSchedule.objects.get_or_create(
            user_id=user_id, defaults={"next_look_at": at}
        )
        if schedule.rest_until and _rests(schedule, at):
            _put_off(schedule, schedule.rest_until)
            return None
        catch_up({user_id: profile.zone}, at=at)
        view = load_view(user_id, at=at)
    except (IntegrityError, Profile.DoesNotExist):  # they have left just now
        return None
    return _decide(schedule, view, rng, at=at)


def _put_off(seen: TipSchedule, until: datetime) -> None:
    """Look again at `until`, unless something has changed since: then the person stays due."""
    TipSchedule.objects.filter(pk=seen.pk, revision=seen.revision).update(next_look_at=until)


def _decide(schedule: TipSchedule, view: UserView, rng: Random, *, at: datetime) -> Tip | None:
    mutes = mutes_in_force(view)
    mark = mark_of(view, mutes)
    live = Tip.objects.current(view.user_id, at=at).first()
    if live and schedule.fingerprint == mark:
        _put_off(schedule, live.expires_at)
        return live
    return _store(decide(view, mutes, rng, mark=mark), schedule, at=at)


def _rests(schedule: TipSchedule, at: datetime) -> bool:
    return schedule.rest_until is not None and schedule.rest_until > at


def _store(decided: Decided, seen: TipSchedule, *, at: datetime) -> Tip | None:
    user_id = decided.view.user_id
    with transaction.atomic():
        if not lock_person(user_id):
            return None
        schedule = TipSchedule.objects.select_for_update().get(pk=user_id)
        Tip.objects.live().filter(user_id=user_id, expires_at__lte=at).update(
            state=Tip.State.EXPIRED, ended_at=at
        )
        live = Tip.objects.current(user_id, at=at).first()
        if schedule.revision != seen.revision:
            raise Overtaken
        if _rests(schedule, at):
            return live
        schedule.revision += 1
        schedule.fingerprint = decided.mark
        schedule.looked_at = at
        schedule.policy = decided.policy.manifest.key
        schedule.silence = decided.choice.silence
        schedule.next_look_at = decided.boundary
        if live and _stays(live, decided, at):
            _keep(live, schedule, decided)
            return live
        schedule.save()
        if live:
            Tip.objects.filter(pk=live.pk).update(state=Tip.State.WITHDRAWN, ended_at=at)
        tip = _write_tip(decided, at) if decided.choice.chosen else None
        _log_decision(decided, tip, at)
        return tip


def _stays(live: Tip, decided: Decided, at: datetime) -> bool:
    """Whether the tip under the person's eyes may stay: while it is the best, and a while longer.

    Only as it is: its row still says what the tip says, in this language and on this clock.
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
    # Of a rewording, what it says otherwise has to be the same.
    return rendered(same, decided) == (live.plain or live.content, live.detail)


def _keep(live: Tip, schedule: TipSchedule, decided: Decided) -> None:
    """It is true until the new boundary. What is better takes its turn in due time."""
    assert live.shown_at is not None
    assert decided.choice.chosen is not None
    live.expires_at = decided.boundary
    if decided.choice.chosen.candidate.key != live.candidate:
        # Without a fingerprint the next look decides, although nothing will have changed.
        schedule.fingerprint = ""
        live.expires_at = min(decided.boundary, live.shown_at + conf.SHOWN_STAYS)
        schedule.next_look_at = live.expires_at
    schedule.save()
    live.save(update_fields=["expires_at"])


def _write_tip(decided: Decided, at: datetime) -> Tip:
    chosen = decided.choice.chosen
    assert chosen is not None
    content, detail = rendered(chosen, decided)
    return Tip.objects.create(
        user_id=decided.view.user_id,
        content=content,
        detail=detail,
        kind=chosen.candidate.kind,
        url=chosen.candidate.url,
        source=chosen.candidate.source,
        model=chosen.candidate.model,
        prompt_version=chosen.candidate.prompt_version,
        policy=decided.policy.manifest.key,
        confidence=decided.choice.confidence,
        evidence=[asdict(row) for row in evidence_of(chosen)],
        candidate=chosen.candidate.key,
        fingerprint=decided.mark,
        made_at=at,
        expires_at=decided.boundary,
    )


def _log_decision(decided: Decided, tip: Tip | None, at: datetime) -> None:
    choice = decided.choice
    TipDecision.objects.create(
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
        fingerprint=decided.mark,
    )


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
