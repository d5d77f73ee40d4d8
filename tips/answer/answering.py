"""What a person does with a tip. Each is one transaction; each may come twice, late, or from two
devices at once, and then one wins and the other is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.locks import lock_person
from accounts.models import Profile
from events.bus import publish
from events.catalog import TipDismissalExplained, TipReacted, TipReactionUndone, TipServed
from integrations.complete import completions
from tips import conf
from tips.answer import believing
from tips.decide.effects import UNTIL_CHANGED_AT_MOST, Effect, effect_of
from tips.decide.kinds import way_of
from tips.decide.rewards import beside_delayed, infer_reward
from tips.models import Mute, Tip, TipSchedule, TipView


@dataclass(frozen=True, slots=True)
class Outcome:
    tip: Tip
    won: bool  # False: it had been answered before, and `tip` says how


class NotOffered(Exception):
    """No tip of this kind is answered so. `what`: reaction or reason."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def mark_shown(tip: Tip, *, surface: str, at: datetime) -> bool:
    """Note that the tip was really on a screen. True the first time, which alone is published."""
    with transaction.atomic():
        if not lock_person(tip.user_id):
            return False
        first = Tip.objects.filter(pk=tip.pk, state=Tip.State.READY).update(
            state=Tip.State.SHOWN, shown_at=at
        )
        TipView.objects.create(tip=tip, user_id=tip.user_id, at=at, surface=surface)
        if first:
            _publish_served(tip, at)
    return bool(first)


def react(tip: Tip, reaction: str, *, at: datetime, answered_at: datetime | None = None) -> Outcome:
    """Record the person's first answer, with all that follows from it.

    answered_at  when the person tapped, by their device: an answer given offline comes late. It is
                 believed only between the showing and now.
    An expired or withdrawn tip can still be answered: what somebody said is never lost. So can a
    reminder be put off when it is too late to: then it is not said again.
    Raises NotOffered for what no tip of its kind is answered.
    """
    offer = way_of(tip.kind).offer(reaction)
    if offer is None:
        raise NotOffered("reaction")
    with transaction.atomic():
        _lock(tip.user_id, at)
        tip = Tip.objects.select_for_update().get(pk=tip.pk)
        if tip.state == Tip.State.ANSWERED:
            return Outcome(tip, won=False)
        tip.state, tip.reaction, tip.ended_at = Tip.State.ANSWERED, reaction, at
        tip.answered_at = min(max(answered_at or at, tip.shown_at or at), at)
        tip.dwell_s = (tip.answered_at - tip.shown_at).total_seconds() if tip.shown_at else None
        reward = infer_reward(tip.kind, reaction, tip.dwell_s, left_s=_left_s(tip))
        tip.reward = beside_delayed(reward, tip.delayed_reward)
        tip.undo_until = at + conf.UNDO_WINDOW if believing.heed(tip, at=at) else None
        effect = _effect(tip)
        _apply(tip, effect, at=at)
        if tip.shown_at is None:  # read where nobody tells us: in a notification
            tip.shown_at = tip.answered_at
            _publish_served(tip, at)
        tip.save()
        # The answer is about the candidate: what was said of it since has been answered, too.
        live = Tip.objects.live().filter(user_id=tip.user_id, candidate=tip.candidate)
        live.update(state=Tip.State.WITHDRAWN, ended_at=at)
        TipSchedule.objects.rest(tip.user_id, tip, until=_rests_until(tip, effect, at))
        publish(
            TipReacted(
                user_id=tip.user_id,
                at=at,
                tip_id=tip.pk,
                candidate=tip.candidate,
                reaction=reaction,
                answered_at=tip.answered_at,
                dwell_s=tip.dwell_s,
                reward=tip.reward,
            )
        )
        if offer.implies:
            return explain(tip, offer.implies, at=at)
    return Outcome(tip, won=True)


def explain(tip: Tip, reason: str, *, at: datetime) -> Outcome:
    """Say why not. The first reason counts; its effect replaces that of the bare "not this".

    One that completes the task can be taken back for as long as the answer itself could.
    Raises NotOffered for a reason that tips of its kind are not refused for.
    """
    if not way_of(tip.kind).takes(reason):
        raise NotOffered("reason")
    with transaction.atomic():
        _lock(tip.user_id, at)
        tip = Tip.objects.get(pk=tip.pk)
        reward = infer_reward(tip.kind, Tip.Reaction.DISMISS, None, reason)
        reward = beside_delayed(reward, tip.delayed_reward)
        won = Tip.objects.filter(
            pk=tip.pk, state=Tip.State.ANSWERED, reaction=Tip.Reaction.DISMISS, reason=""
        ).update(reason=reason, reward=reward)
        if won:
            tip.reason, tip.reward = reason, reward
            effect = _effect(tip)
            _apply(tip, effect, at=at)
            if effect.completes:
                tip.undo_until = at + conf.UNDO_WINDOW
            tip.save(update_fields=["undo_until", "completion_key"])
            publish(
                TipDismissalExplained(
                    user_id=tip.user_id, at=at, tip_id=tip.pk, reason=reason, reward=reward
                )
            )
    return Outcome(tip, won=bool(won))


def undo(tip: Tip, *, at: datetime) -> Outcome:
    """Take the answer back. Won until `tip.undo_until` only, and before the source was told.

    The tip is back on the page; whatever had come up meanwhile is withdrawn for it. It may not be
    true any more: tips.subscribers has it looked at again at once.
    """
    with transaction.atomic():
        _lock(tip.user_id, at)
        tip = Tip.objects.select_for_update().get(pk=tip.pk)
        if not _may_undo(tip, at):
            return Outcome(tip, won=False)
        Tip.objects.live().filter(user_id=tip.user_id).update(
            state=Tip.State.WITHDRAWN, ended_at=at
        )
        Mute.objects.filter(tip=tip).delete()
        believing.take_back(tip, at=at)
        tip.state, tip.reaction, tip.reason = Tip.State.SHOWN, "", ""
        tip.shown_at = tip.shown_at or at
        tip.expires_at = _back_until(tip, at)
        tip.answered_at = tip.ended_at = tip.dwell_s = tip.reward = None
        tip.undo_until = tip.completion_key = None
        tip.save()
        TipSchedule.objects.filter(pk=tip.user_id).update(last_answered=None, rest_until=None)
        publish(TipReactionUndone(user_id=tip.user_id, at=at, tip_id=tip.pk))
    return Outcome(tip, won=True)


def _back_until(tip: Tip, at: datetime) -> datetime:
    soon = at + conf.LOOKED_AT_WITHIN
    return min(soon, tip.expires_at) if tip.expires_at > at else soon


def end_rest(user_id: UUID, *, at: datetime) -> None:
    """One more: the person asks for the next tip now."""
    TipSchedule.objects.filter(pk=user_id).update(rest_until=None)
    TipSchedule.objects.look_again(user_id, at=at)


def let_come_again(mute: Mute, *, at: datetime) -> None:
    """What was put off may be said again from now on. The answers stay what they were."""
    with transaction.atomic():
        _lock(mute.user_id, at)
        Mute.objects.filter(user_id=mute.user_id, candidate=mute.candidate).delete()
        TipSchedule.objects.look_again(mute.user_id, at=at)


def _publish_served(tip: Tip, at: datetime) -> None:
    publish(TipServed(user_id=tip.user_id, at=at, tip_id=tip.pk, policy=tip.policy, kind=tip.kind))


def _lock(user_id: UUID, at: datetime) -> None:
    """Answers, undo and the making of tips take turns on the person's schedule.

    The person's row comes first, as wherever rows of a person are written: see lock_person.
    Raises PermissionDenied for somebody who has left.
    """
    if not lock_person(user_id):
        raise PermissionDenied
    TipSchedule.objects.get_or_create(user_id=user_id, defaults={"next_look_at": at})
    TipSchedule.objects.select_for_update().get(pk=user_id)


def _effect(tip: Tip) -> Effect:
    zone = Profile.objects.only("time_zone").get(user_id=tip.user_id).zone
    assert tip.ended_at is not None
    return effect_of(
        tip.reaction,
        tip.reason,
        kind=tip.kind,
        at=tip.ended_at,
        zone=zone,
        starts_at=tip.starts_at,
    )


def _left_s(tip: Tip) -> float | None:
    """Seconds from the answer to what a reminder leads to."""
    assert tip.answered_at is not None
    return (tip.starts_at - tip.answered_at).total_seconds() if tip.starts_at else None


def _rests_until(tip: Tip, effect: Effect, at: datetime) -> datetime:
    """What was put off for less than the rest is said when it was to be."""
    until = at + conf.REST_AFTER_ANSWER
    if tip.reaction == Tip.Reaction.SNOOZE and effect.mute_until:
        return min(until, effect.mute_until)
    return until


def _apply(tip: Tip, effect: Effect, *, at: datetime) -> None:
    Mute.objects.filter(tip=tip).delete()
    until, until_changed = effect.mute_until, effect.until_changed
    if effect.completes and not _complete(tip, at):
        until, until_changed = at + UNTIL_CHANGED_AT_MOST, True
    if until:
        Mute.objects.create(
            user_id=tip.user_id,
            tip=tip,
            candidate=tip.candidate,
            until=until,
            until_changed=until_changed,
            since=at,
        )


def _complete(tip: Tip, at: datetime) -> bool:
    """Have the task completed at its source. False: it is gone, or its source completes nothing.

    Whoever answers two tips about one task has done it once: another time would close the next
    date of one that recurs.
    """
    tip.completion_key = None
    task_id = next((item["id"] for item in tip.evidence if item["model"] == "task"), None)
    if task_id is None:
        return False
    key = completions.asked_since(tip.user_id, task_id, tip.made_at) or uuid4()
    not_before = at + conf.UNDO_WINDOW + conf.UNDO_GRACE
    if completions.complete(tip.user_id, task_id, key=key, not_before=not_before, at=at):
        tip.completion_key = key
    return tip.completion_key is not None


def _may_undo(tip: Tip, at: datetime) -> bool:
    if tip.state != Tip.State.ANSWERED or tip.undo_until is None:
        return False
    if at > tip.undo_until + conf.UNDO_GRACE:
        return False
    if tip.completion_key is None:
        return True  # nothing leaves the house
    return completions.cancel_completion(tip.user_id, tip.completion_key, at=at)
