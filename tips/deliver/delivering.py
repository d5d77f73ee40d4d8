"""From tips that are ready to notifications, or to silence on record.

What may be on a page that somebody looks at need not be worth an interruption. Nobody is spoken to
in a meeting or in their quiet hours, whatever the policy would show; and nothing that is private is
sent to where it could come up while others look on.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from random import Random
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from notifier.base import Action, Message, Urgency
from notifier.models import Delivery, Device
from notifier.sending import queueing
from tips.answer.afar import token_of
from tips.base import Kind, Reaction
from tips.decide.interrupting import SPEAKS, weigh
from tips.decide.kinds import way_of
from tips.deliver.knowing import LEAST, Known, load
from tips.models import Interruption, Tip

# Tips whose people are known at a time.
CHUNK = 1_000
YES = (Reaction.DONE, Reaction.SNOOZE)


def topic_of(tip_id: UUID) -> str:
    return tip_id.hex


def _tip_of(topic: str) -> UUID | None:
    """None where it is no tip's, such as that of a trial."""
    return UUID(topic) if len(topic) == 32 else None


def deliver(*, at: datetime) -> list[UUID]:
    """Decide about every tip that is ready, and that somebody with a device has not seen.

    Returns the keys of the deliveries that are to be sent. As many queries for a thousand people as
    for one, but for those who are spoken to.
    """
    _take_back_what_is_over()
    sent: list[UUID] = []
    for tips in _chunks(at):
        known = load([tip.user_id for tip in tips], tips, at=at)
        decided = {tip: _decide(tip, known, at=at) for tip in tips}
        # What is the same as a minute ago is on record.
        new = {tip: row for tip, row in decided.items() if (tip.pk, row.why) not in known.noted}
        silent = [row for row in new.values() if not row.spoken]
        Interruption.objects.bulk_create(silent, ignore_conflicts=True)
        for tip, row in new.items():
            if row.spoken:
                sent += _speak(row, tip, known, at=at)
    return sent


def _chunks(at: datetime) -> Iterator[list[Tip]]:
    """All of them, in the order of their keys, from somewhere among them: of a run that does not
    come to its end, the next begins elsewhere.
    """
    ready = Tip.objects.filter(
        Exists(Device.objects.filter(user_id=OuterRef("user_id"))),
        state=Tip.State.READY,
        expires_at__gt=at + LEAST,
        user__is_active=True,
    )
    # A tip has one notification, be it one that reached nobody.
    waiting = ready.exclude(interruption__why__in=SPEAKS).order_by("pk")
    middle = uuid4()
    for part in (Q(pk__gte=middle), Q(pk__lt=middle)):
        rest = waiting.filter(part)
        while tips := list(rest[:CHUNK]):
            yield tips
            rest = waiting.filter(part, pk__gt=tips[-1].pk)


def _decide(tip: Tip, known: Known, *, at: datetime) -> Interruption:
    """What is to be on record of one tip."""
    # One draw for a tip: asked about every minute, one of ten would soon be all of them.
    rng = Random(str(tip.pk)) if tip.user_id in known.curious else None
    moment, user_id = known.moment(tip, at), tip.user_id
    verdict = weigh(
        moment,
        known.dial(user_id),
        held=known.held(tip, at),
        model=known.model,
        rng=rng,
    )
    return Interruption(
        user_id=user_id,
        tip=tip,
        at=at,
        spoken=verdict.speaks,
        why=verdict.why,
        probability=verdict.probability,
        needed=verdict.needed,
        propensity=verdict.propensity,
        features=moment.features(),
    )


def _speak(row: Interruption, tip: Tip, known: Known, *, at: datetime) -> list[UUID]:
    """Put on record together with what is to be sent, unless a run beside this one has said it."""
    try:
        with transaction.atomic():
            row.save()
            return _send(tip, known, at=at)
    except IntegrityError:
        return []


def take_back(user_id: UUID, tip_id: UUID) -> int:
    taken = queueing.take_back(user_id, topic_of(tip_id))
    if taken:
        note_unheard(user_id, topic_of(tip_id))
    return taken


def note_unheard(user_id: UUID, topic: str) -> None:
    """Once none of its deliveries has arrived or may yet, the tip was not spoken of.

    So it uses up no budget, keeps back nothing that says the same, and teaches nothing. Heard again
    when its deliveries are forgotten, it does no harm.
    """
    if (tip_id := _tip_of(topic)) is None:
        return
    deliveries = Delivery.objects.filter(user_id=user_id, topic=topic)
    spoken = Interruption.objects.filter(user_id=user_id, tip_id=tip_id, spoken=True)
    unheard = spoken.filter(Exists(deliveries), ~Exists(deliveries.perhaps_heard()))
    unheard.update(spoken=False)


def _take_back_what_is_over() -> None:
    """What waits for a service that is busy, of tips that are answered, withdrawn or expired."""
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING)
    keys = dict.fromkeys(waiting.values_list("user_id", "topic")[:CHUNK])
    tips = {tip_id: user_id for user_id, topic in keys if (tip_id := _tip_of(topic))}
    ready = Tip.objects.filter(pk__in=tips, state=Tip.State.READY)
    for tip_id in tips.keys() - set(ready.values_list("pk", flat=True)) if tips else ():
        take_back(tips[tip_id], tip_id)


def _send(tip: Tip, known: Known, *, at: datetime) -> list[UUID]:
    profile, around = known.profiles[tip.user_id], known.around[tip.user_id]
    with translation.override(profile.locale):
        messages = {
            device: _message(tip, device, shows_tip=not around.has_company and device.shows_tip)
            for device in known.with_room(tip.user_id, at)
        }
    return queueing.queue(messages, at=at, not_after=known.until(tip, at))


def _message(tip: Tip, device: Device, *, shows_tip: bool) -> Message:
    """On a locked screen stands what its person wants to stand there."""
    return Message(
        title=tip.content if shows_tip else _("oO has a suggestion for you."),
        body=tip.quiet_line if shows_tip else "",
        topic=topic_of(tip.pk),
        path=reverse("tips:now"),
        urgency=Urgency.HIGH if tip.kind == Kind.REMINDER else Urgency.NORMAL,
        actions=tuple(_actions(tip, device)) if shows_tip else (),
    )


def _actions(tip: Tip, device: Device) -> Iterator[Action]:
    for offer in way_of(tip.kind).offers:
        if offer.reaction in YES:
            path = reverse("tips:afar", args=[token_of(tip, offer.reaction, device)])
            yield Action(offer.reaction, str(offer.words), path)
