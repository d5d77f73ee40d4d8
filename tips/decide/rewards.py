"""What an answer is worth as a lesson. Pure, documented, and the same for every policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from tips.base import Kind, Reaction, Reason

MAGIC_FROM_S, MAGIC_UNTIL_S = 15.0, 120.0
SOON_S = 30 * 60.0
HARDLY_READ_S = 2.0
# A task that is closed at its source at most so long after a tip suggested it: less than a "done",
# since nobody said that the tip was why.
DELAYED, DELAYED_WITHIN = 0.4, timedelta(hours=24)

DISMISSED: dict[str, float] = {
    "": -0.4,
    Reason.NOT_NOW: -0.2,  # right thing, wrong moment
    Reason.NOT_RELEVANT: -0.7,  # wrong thing
    Reason.WRONG: -1.0,  # untrue: the worst that a tip can be
    Reason.ALREADY_DONE: 0.1,  # right thing, too late
}


@dataclass(frozen=True, slots=True)
class Taken:
    """How a tip was taken up: "done", or "got it".

    dwell_s  seconds from shown to answered, None when nobody saw it being shown
    left_s   seconds from the answer to what a reminder leads to, below 0 when it had begun
    """

    dwell_s: float | None
    left_s: float | None = None


def _done(taken: Taken) -> float:
    dwell_s = taken.dwell_s
    if dwell_s is None:
        return 0.7
    if dwell_s < MAGIC_FROM_S:
        return 0.6
    if dwell_s <= MAGIC_UNTIL_S:
        return 1.0
    return 0.8 if dwell_s <= SOON_S else 0.5


def _read(taken: Taken) -> float:
    if taken.dwell_s is None:
        return 0.3
    return 0.1 if taken.dwell_s < HARDLY_READ_S else 0.5


def _in_time(taken: Taken) -> float:
    return 0.8 if taken.left_s is None or taken.left_s > 0 else 0.0


TAKEN: Mapping[Kind, Callable[[Taken], float]] = {
    Kind.TASK: _done,
    Kind.ADVICE: _read,
    Kind.INSIGHT: _read,
    Kind.REMINDER: _in_time,
}


def infer_reward(
    kind: str,
    reaction: str,
    dwell_s: float | None,
    reason: str = "",
    *,
    left_s: float | None = None,
) -> float:
    """Reward of an answer, -1..1.

    done     of a task: 1.0 in the magic zone: answered 15 s to 2 min after it was shown, long
             enough to have done something, short enough that the tip was why. Faster (0.6) it was
             likely done before; later it fades, 0.8 up to half an hour and 0.5 after. Unseen
             showing: 0.7.
             Of advice and of an insight: 0.5, since to read is less than to do; 0.1 within 2 s,
             which is hardly reading; 0.3 when nobody saw it shown.
             Of a reminder: 0.8 before what it leads to begins, however fast, since a glance is
             enough; 0.0 after: it came too late.
    snooze   0.0: right enough to keep, wrong now.
    dismiss  by reason, see DISMISSED, whatever the kind.
    dwell_s, left_s  see Taken
    raises   KeyError for a reaction or reason that does not exist, ValueError for such a kind
    source   our own scale; no publication claims these figures
    """
    if reaction == Reaction.DISMISS:
        return DISMISSED[reason]
    if reaction == Reaction.SNOOZE:
        return 0.0
    if reaction != Reaction.DONE:
        raise KeyError(reaction)
    return TAKEN[Kind(kind)](Taken(dwell_s, left_s))


def is_undecided(reaction: str, reason: str) -> bool:
    """Whether the tip may still have led to something: no answer, later, or not now."""
    if reaction == Reaction.DISMISS:
        return reason == Reason.NOT_NOW
    return reaction in ("", Reaction.SNOOZE)


def beside_delayed(reward: float, delayed: float | None) -> float:
    """The reward of an answer that comes after a delayed one: no deed is praised twice."""
    return reward if delayed is None else min(reward, 0.0)
