"""From tips that are ready to notifications, or to silence on record.

A tip is there only where the policy speaks: not in a meeting, a quiet hour or a situation in which
nothing is said. What is asked here is whether it is worth more than a page that is looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max, Min
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Profile
from integrations.models import CalendarEvent
from notifier.base import Action, Message, Urgency
from notifier.models import Delivery, Device, Wish
from notifier.sending import queueing
from tips.answer.afar import token_of
from tips.base import Kind, Reaction
from tips.decide.interrupting import Dial, Moment, Verdict, weigh
from tips.decide.kinds import way_of
from tips.models import Interruption, Tip, TipDecision, TipView

REMEMBERED = timedelta(days=28)
# What is sent is of use for so long at most, and nothing is sent that ends sooner than that.
GOOD_FOR, LEAST = timedelta(minutes=30), timedelta(minutes=2)
# After so long a notification without an answer was not heeded.
HEARD_OUT = timedelta(hours=2)
# As many as one run decides about; the next run has the rest.
MOST_TIPS = 1_000
YES = (Reaction.DONE, Reaction.SNOOZE)


def topic_of(tip_id: UUID) -> str:
    return tip_id.hex


def deliver(*, at: datetime) -> list[UUID]:
    """Decide about every tip that is ready, and that somebody with a device has not seen.

    Returns the keys of the deliveries that are to be sent. As many queries for a thousand people as
    for one, but for those who are spoken to.
    """
    _take_back_what_is_over()
    ready = Tip.objects.filter(
        state=Tip.State.READY, expires_at__gt=at + LEAST, user__is_active=True
    )
    reachable = ready.filter(user__device__isnull=False).exclude(interruption__spoken=True)
    tips = list(reachable.order_by("made_at").distinct()[:MOST_TIPS])
    if not tips:
        return []
    known = _load([tip.user_id for tip in tips], tips, at=at)
    sent: list[UUID] = []
    for tip in tips:
        verdict = weigh(moment := known.moment(tip, at), known.dial(tip.user_id))
        is_new = (tip.pk, verdict.why) not in known.noted
        if is_new and _note(tip, verdict, moment, at=at) and verdict.speaks:
            sent += _send(tip, known, at=at)
    return sent


def take_back(user_id: UUID, tip_id: UUID) -> int:
    return queueing.take_back(user_id, topic_of(tip_id))


def _take_back_what_is_over() -> None:
    """What waits for a service that is busy, of tips that are answered, withdrawn or expired."""
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING)
    keys = dict.fromkeys(waiting.values_list("user_id", "topic")[:MOST_TIPS])
    tips = {UUID(topic): user_id for user_id, topic in keys if len(topic) == 32}
    ready = Tip.objects.filter(pk__in=tips, state=Tip.State.READY)
    for tip_id in tips.keys() - set(ready.values_list("pk", flat=True)) if tips else ():
        take_back(tips[tip_id], tip_id)


@dataclass(frozen=True, slots=True)
class _Known:
    """By person, unless it is said otherwise."""

    profiles: Mapping[UUID, Profile]
    devices: Mapping[UUID, list[Device]]
    dials: Mapping[UUID, str]
    here: Mapping[UUID, datetime]
    told: Mapping[UUID, list[tuple[datetime, bool]]]  # when, and whether it was heeded
    meetings: Mapping[UUID, datetime]  # when the next begins
    scores: Mapping[UUID, tuple[float, bool]]  # by tip: points, and whether it presses
    noted: frozenset[tuple[UUID, str]]  # tip, and what its decisions said

    def dial(self, user_id: UUID) -> Dial:
        return Dial(self.dials.get(user_id, Dial.SOMETIMES))

    def moment(self, tip: Tip, at: datetime) -> Moment:
        told = self.told.get(tip.user_id, [])
        last, here = max((when for when, _heeded in told), default=None), self.here.get(tip.user_id)
        zone = self.profiles[tip.user_id].zone
        today = at.astimezone(zone).date()
        heeded = sum(yes for _when, yes in told)
        # Of what was sent just now nobody knows yet.
        unheeded = sum(not yes and at - when > HEARD_OUT for when, yes in told)
        meeting = self.meetings.get(tip.user_id)
        score, presses = self.scores.get(tip.pk, (0.0, False))
        return Moment(
            score=score,
            presses=presses,
            leads_somewhere=tip.kind == Kind.REMINDER,
            here_s=(at - here).total_seconds() if here else None,
            told_s=(at - last).total_seconds() if last else None,
            told_today=sum(when.astimezone(zone).date() == today for when, _heeded in told),
            heeded=heeded,
            unheeded=unheeded,
            free_min=(meeting - at).total_seconds() / 60 if meeting else None,
        )


def _load(user_ids: Collection[UUID], tips: Collection[Tip], *, at: datetime) -> _Known:
    since = at - REMEMBERED
    devices: dict[UUID, list[Device]] = {}
    for device in Device.objects.filter(user_id__in=user_ids).order_by("added_at", "pk"):
        devices.setdefault(device.user_id, []).append(device)
    told: dict[UUID, list[tuple[datetime, bool]]] = {}
    spoken = Interruption.objects.filter(user_id__in=user_ids, spoken=True, at__gt=since)
    for user_id, when, reaction in spoken.values_list("user_id", "at", "tip__reaction"):
        told.setdefault(user_id, []).append((when, reaction in YES))
    views = TipView.objects.filter(user_id__in=user_ids, at__gt=since)
    ahead = CalendarEvent.objects.filter(
        user_id__in=user_ids, starts_at__gt=at, starts_at__lt=at + REMEMBERED, is_busy=True,
        starts_on=None,
    )  # fmt: skip
    decisions = TipDecision.objects.filter(tip__in=tips)
    noted = Interruption.objects.filter(tip__in=tips).values_list("tip_id", "why")
    return _Known(
        profiles={p.pk: p for p in Profile.objects.filter(pk__in=user_ids)},
        devices=devices,
        dials=dict(Wish.objects.filter(pk__in=user_ids).values_list("pk", "often")),
        here=dict(views.values("user_id").annotate(at=Max("at")).values_list("user_id", "at")),
        told=told,
        meetings=dict(
            ahead.values("user_id").annotate(at=Min("starts_at")).values_list("user_id", "at")
        ),
        scores={tip_id: _score(chosen, logged) for tip_id, chosen, logged in
                decisions.values_list("tip_id", "chosen", "candidates")},
        noted=frozenset(noted),
    )  # fmt: skip


def _score(chosen: str, logged: list[dict[str, object]]) -> tuple[float, bool]:
    found = next((each for each in logged if each["key"] == chosen), None)
    if found is None:
        return 0.0, False
    return float(str(found["score"])), bool(found.get("presses"))


def _note(tip: Tip, verdict: Verdict, moment: Moment, *, at: datetime) -> bool:
    """False: it was noted before, by this run or by one beside it."""
    try:
        with transaction.atomic():
            Interruption.objects.create(
                user_id=tip.user_id,
                tip=tip,
                at=at,
                spoken=verdict.speaks,
                why=verdict.why,
                probability=verdict.probability,
                needed=verdict.needed,
                features=moment.features(),
            )
    except IntegrityError:
        return False
    return True


def _send(tip: Tip, known: _Known, *, at: datetime) -> list[UUID]:
    profile = known.profiles[tip.user_id]
    with translation.override(profile.locale):
        messages = {device: _message(tip, device) for device in known.devices.get(tip.user_id, [])}
    return queueing.queue(messages, at=at, not_after=min(tip.expires_at, at + GOOD_FOR))


def _message(tip: Tip, device: Device) -> Message:
    """On a locked screen stands what its person wants to stand there."""
    shows_tip = device.shows == Device.Shows.TIP
    return Message(
        title=tip.content if shows_tip else _("oO has a suggestion for you."),
        body=tip.quiet_line if shows_tip else "",
        topic=topic_of(tip.pk),
        path=reverse("tips:now"),
        urgency=Urgency.HIGH if tip.kind == Kind.REMINDER else Urgency.NORMAL,
        actions=tuple(_actions(tip)) if shows_tip else (),
    )


def _actions(tip: Tip) -> Iterator[Action]:
    for offer in way_of(tip.kind).offers:
        if offer.reaction in YES:
            path = reverse("tips:afar", args=[token_of(tip, offer.reaction)])
            yield Action(offer.reaction, str(offer.words), path)
