"""What is known of people when their tips are ready: all that a decision to speak rests on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max

from accounts.models import Profile
from notifier.models import Delivery, Device, Wish
from tips.base import Kind
from tips.decide.interrupting import Dial
from tips.decide.usefulness import Model, Moment, counts_for
from tips.deliver.calendars import Around, load_around
from tips.deliver.learning import HEARD_OUT, HELPED, REMEMBERED, current_model
from tips.deliver.trying import who_agreed
from tips.models import Interruption, Tip, TipDecision, TipView

# A new tip may say the same; who has heard it once has heard it.
SAID_ONCE_IN = timedelta(hours=20)
# What is sent is of use for so long at most, and nothing is sent that ends sooner than that.
GOOD_FOR, LEAST = timedelta(minutes=30), timedelta(minutes=2)
MINUTE = timedelta(minutes=1)
# The longest that a day is, where clocks are put back.
A_DAY = timedelta(hours=25)


@dataclass(frozen=True, slots=True)
class Known:
    """By person, unless it is said otherwise."""

    profiles: Mapping[UUID, Profile]
    devices: Mapping[UUID, list[Device]]
    sent: Mapping[UUID, list[datetime]]  # by device with a limit: the last day's
    wishes: Mapping[UUID, Wish]
    here: Mapping[UUID, datetime]
    told: Mapping[UUID, list[tuple[datetime, bool]]]  # when, and whether it helped
    around: Mapping[UUID, Around]
    curious: frozenset[UUID]  # who lets oO try moments
    said: frozenset[tuple[UUID, str]]  # person, and candidate that they were told of lately
    model: Model
    scores: Mapping[UUID, tuple[float, bool]]  # by tip: points, and whether it presses
    noted: frozenset[tuple[UUID, str]]  # tip, and what its decisions said

    def dial(self, user_id: UUID) -> Dial:
        return Dial(self.wish(user_id).often)

    def wish(self, user_id: UUID) -> Wish:
        return self.wishes.get(user_id) or Wish()

    def moment(self, tip: Tip, at: datetime) -> Moment:
        told = self.told.get(tip.user_id, [])
        last, here = max((when for when, _helped in told), default=None), self.here.get(tip.user_id)
        local = at.astimezone(self.profiles[tip.user_id].zone)
        score, presses = self.scores.get(tip.pk, (0.0, False))
        # Of what was sent just now nobody knows yet.
        known = [
            (counts_for((at - when).total_seconds()), yes)
            for when, yes in told
            if yes or at - when > HEARD_OUT
        ]
        next_at = self.around[tip.user_id].next_at
        return Moment(
            score=score,
            presses=presses,
            leads_somewhere=tip.kind == Kind.REMINDER,
            unasked=tip.kind in (Kind.ADVICE, Kind.INSIGHT),
            hour=local.hour + local.minute / 60,
            is_weekend=local.weekday() >= 5,
            here_s=(at - here).total_seconds() if here else None,
            told_s=(at - last).total_seconds() if last else None,
            told_today=sum(
                when.astimezone(local.tzinfo).date() == local.date() for when, _ in told
            ),
            helped=sum(count for count, yes in known if yes),
            missed=sum(count for count, yes in known if not yes),
            free_min=(next_at - at).total_seconds() / 60 if next_at else None,
        )

    def held(self, tip: Tip, at: datetime) -> str:
        """What keeps it back whatever it is worth, "" for nothing."""
        around = self.around[tip.user_id]
        if around.is_busy or (around.next_at and around.next_at < at + LEAST):
            return "meeting"
        if self.quiet_by(tip.user_id, at, at + LEAST) < at + LEAST:
            return "quiet"
        if (tip.user_id, tip.candidate) in self.said:
            return "said_before"
        return "" if self.with_room(tip.user_id, at) else "enough_today"

    def until(self, tip: Tip, at: datetime) -> datetime:
        """When what is sent now is of no use any more: in the next meeting others may look on, and
        in quiet hours nothing is to arrive, however late a service hands it over."""
        last = min(
            tip.expires_at, at + GOOD_FOR, self.around[tip.user_id].next_at or tip.expires_at
        )
        return self.quiet_by(tip.user_id, at, last)

    def quiet_by(self, user_id: UUID, at: datetime, last: datetime) -> datetime:
        """When the person's quiet hours begin, where they do before `last`; else `last`.

        Asked minute by minute: clocks may be put forward into them, or back out of them.
        """
        wish, zone = self.wish(user_id), self.profiles[user_id].zone
        moment = at
        while moment < last and not wish.is_quiet(moment.astimezone(zone).time()):
            moment = moment.replace(second=0, microsecond=0) + MINUTE
        return min(moment, last)

    def with_room(self, user_id: UUID, at: datetime) -> list[Device]:
        """The person's devices that have not had all that they may have today."""
        zone = self.profiles[user_id].zone
        today = at.astimezone(zone).date()
        return [
            device
            for device in self.devices.get(user_id, [])
            if device.has_room(
                sum(when.astimezone(zone).date() == today for when in self.sent.get(device.pk, ()))
            )
        ]


def load(user_ids: Collection[UUID], tips: Collection[Tip], *, at: datetime) -> Known:
    since = at - REMEMBERED
    devices: dict[UUID, list[Device]] = {}
    for device in Device.objects.filter(user_id__in=user_ids).order_by("added_at", "pk"):
        devices.setdefault(device.user_id, []).append(device)
    sent: dict[UUID, list[datetime]] = {}
    lately = Delivery.objects.perhaps_heard().filter(
        user_id__in=user_ids, created_at__gt=at - A_DAY, device__most_a_day__gt=0
    )
    for device_id, when in lately.values_list("device_id", "created_at"):
        sent.setdefault(device_id, []).append(when)
    told: dict[UUID, list[tuple[datetime, bool]]] = {}
    said: set[tuple[UUID, str]] = set()
    spoken = Interruption.objects.filter(user_id__in=user_ids, spoken=True, at__gt=since)
    known = spoken.annotate(has_helped=HELPED).values_list(
        "user_id", "at", "has_helped", "tip__candidate"
    )
    for user_id, when, has_helped, candidate in known:
        told.setdefault(user_id, []).append((when, bool(has_helped)))
        if at - when < SAID_ONCE_IN:
            said.add((user_id, candidate))
    views = TipView.objects.filter(user_id__in=user_ids, at__gt=since)
    decisions = TipDecision.objects.filter(tip__in=tips)
    noted = Interruption.objects.filter(tip__in=tips).values_list("tip_id", "why")
    return Known(
        profiles={p.pk: p for p in Profile.objects.filter(pk__in=user_ids)},
        devices=devices,
        sent=sent,
        wishes=Wish.objects.in_bulk(user_ids),
        here=dict(views.values("user_id").annotate(at=Max("at")).values_list("user_id", "at")),
        told=told,
        around=load_around(user_ids, at=at),
        said=frozenset(said),
        curious=who_agreed(user_ids),
        model=current_model(),
        scores={tip_id: _score(chosen, logged) for tip_id, chosen, logged in
                decisions.values_list("tip_id", "chosen", "candidates")},
        noted=frozenset(noted),
    )  # fmt: skip


def _score(chosen: str, logged: list[dict[str, object]]) -> tuple[float, bool]:
    found = next((each for each in logged if each["key"] == chosen), None)
    if found is None:
        return 0.0, False
    return float(str(found["score"])), bool(found.get("presses"))
