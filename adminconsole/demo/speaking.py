"""Whether a tip was worth a notification, decided by the product's own rule, and what was sent."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from datetime import time
from random import Random

from adminconsole.demo.base import DAY_S, Rows, dashed, new_id, stamp
from adminconsole.demo.people import Person, kept_since_s
from adminconsole.demo.telling import Said
from events.catalog import PushSent, PushSuppressed
from notifier.models import Delivery, Wish
from tips.base import Kind
from tips.decide.interrupting import weigh
from tips.decide.usefulness import Moment, counts_for
from tips.deliver.knowing import GOOD_FOR, SAID_ONCE_IN
from tips.deliver.learning import HEARD_OUT
from tips.models import Interruption

State = Delivery.State
WISH = Wish()  # quiet hours are those that nobody changed
FEATURES = tuple(f.name for f in fields(Moment))
IN_A_MEETING = 0.06
# Of a thousand deliveries: how they end, and the code of why.
ENDS = ((State.SENT, "", 962), (State.FAILED, "refused", 14), (State.FAILED, "unknown", 8),
        (State.LATE, "late", 16))  # fmt: skip


@dataclass(slots=True)
class Told:
    """What is remembered of one person's notifications."""

    last: float | None = None
    day: int = -1
    today: int = 0
    helped: float = 0.0  # as of `last`, older ones counting less
    missed: float = 0.0
    candidates: dict[str, float] = field(default_factory=dict)  # when each was told last

    def note(self, key: str, day: int, at: float, *, helped: bool) -> None:
        faded = 1.0 if self.last is None else counts_for(at - self.last)
        self.helped, self.missed = self.helped * faded + helped, self.missed * faded + (not helped)
        self.today = self.today + 1 if self.day == day else 1
        self.last, self.day = at, day
        self.candidates[key] = at


@dataclass(frozen=True, slots=True)
class Spoken:
    at: float
    helped: bool


def consider(
    person: Person, told: Told, said: Said, tip_id: str, at: float, local_s: float,
    here: float | None, rows: Rows, rng: Random,
) -> Spoken | None:  # fmt: skip
    """Put on record whether this tip is spoken of.

    local_s  the moment by the clocks where the person is
    here     when they looked last
    What follows is drawn with the very probability that was worked out: it is calibrated.
    """
    day, clock_s = divmod(int(local_s), DAY_S)
    moment = _moment(told, said, at, local_s, here, rng)
    verdict = weigh(
        moment,
        person.dial,
        held=_held(told, said, at, clock_s, rng),
        rng=rng if person.is_curious else None,
    )
    rows.add_keyed(
        Interruption,
        user_id=person.id,
        tip_id=tip_id,
        at=stamp(at),
        spoken=int(verdict.speaks),
        why=verdict.why,
        probability=verdict.probability,
        needed=verdict.needed,
        propensity=verdict.propensity,
        features=json.dumps({name: getattr(moment, name) for name in FEATURES}),
    )
    if not verdict.speaks:
        return None
    spoken = Spoken(at, rng.random() < verdict.probability)
    told.note(said.key, day, at, helped=spoken.helped)
    if at >= kept_since_s(rows.plan):
        _deliver(person, tip_id, at, rows, rng)
    return spoken


def _moment(
    told: Told, said: Said, at: float, local_s: float, here: float | None, rng: Random
) -> Moment:
    day, clock_s = divmod(local_s, DAY_S)
    faded = 1.0 if told.last is None else counts_for(at - told.last)
    return Moment(
        score=said.score,
        presses=said.presses,
        leads_somewhere=said.kind is Kind.REMINDER,
        unasked=said.kind is Kind.INSIGHT,
        hour=round(clock_s / 3_600, 4),
        is_weekend=is_weekend(int(day)),
        here_s=None if here is None else at - here,
        told_s=None if told.last is None else at - told.last,
        told_today=told.today if told.day == int(day) else 0,
        helped=told.helped * faded,
        missed=told.missed * faded,
        free_min=round(rng.uniform(5, 600), 1) if rng.random() < 0.7 else None,
    )


def is_weekend(day: int) -> bool:
    """Of a day since 1970, which began on a Thursday."""
    return (day + 3) % 7 >= 5


def _held(told: Told, said: Said, at: float, clock_s: int, rng: Random) -> str:
    if rng.random() < IN_A_MEETING:
        return "meeting"
    if WISH.is_quiet(time(clock_s // 3_600, clock_s // 60 % 60)):
        return "quiet"
    before = told.candidates.get(said.key)
    if before is not None and at - before < SAID_ONCE_IN.total_seconds():
        return "said_before"
    return ""


def heard_out(spoken: Spoken) -> float:
    """Until when an answer counts as one to the notification."""
    return spoken.at + HEARD_OUT.total_seconds()


def _deliver(person: Person, tip_id: str, at: float, rows: Rows, rng: Random) -> None:
    for device, row in person.devices.items():
        state, why, _ = rng.choices(ENDS, [share for *_rest, share in ENDS])[0]
        key, sent_at = new_id(rng), at + rng.uniform(0.2, 3)
        rows.add(
            Delivery,
            id=key,
            user_id=person.id,
            device_id=device,
            topic=tip_id,
            state=state,
            created_at=stamp(at),
            next_at=stamp(at),
            not_after=stamp(at + GOOD_FOR.total_seconds()),
            sending_at=stamp(sent_at),
            last_error=why,
        )
        told = {"delivery_id": dashed(key), "topic": tip_id}
        if state is State.SENT:
            row["sent_at"] = stamp(sent_at)
            rows.event(PushSent, person.id, sent_at, new_id(rng), **told)
        else:
            rows.event(PushSuppressed, person.id, sent_at, new_id(rng), **told, why=why)
