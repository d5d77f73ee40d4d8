"""What an answer is worth as a lesson. Pure, documented, and the same for every policy."""

from __future__ import annotations

from tips.base import Reaction, Reason

MAGIC_FROM_S, MAGIC_UNTIL_S = 15.0, 120.0
SOON_S = 30 * 60.0

DISMISSED: dict[str, float] = {
    "": -0.4,
    Reason.NOT_NOW: -0.2,  # right thing, wrong moment
    Reason.NOT_RELEVANT: -0.7,  # wrong thing
    Reason.WRONG: -1.0,  # untrue: the worst that a tip can be
    Reason.ALREADY_DONE: 0.1,  # right thing, too late
}


def infer_reward(reaction: str, dwell_s: float | None, reason: str = "") -> float:
    """Reward of an answer, -1..1.

    done     1.0 in the magic zone: answered 15 s to 2 min after it was shown, long enough to have
             done something, short enough that the tip was why. Faster (0.6) it was likely done
             before; later it fades, 0.8 up to half an hour and 0.5 after. Unseen showing: 0.7.
    snooze   0.0: right enough to keep, wrong now.
    dismiss  by reason, see DISMISSED.
    dwell_s  seconds from shown to answered, None when nobody saw it being shown
    raises   KeyError for a reaction or reason that does not exist
    source   our own scale; no publication claims these figures
    """
    if reaction == Reaction.DISMISS:
        return DISMISSED[reason]
    if reaction == Reaction.SNOOZE:
        return 0.0
    if reaction != Reaction.DONE:
        raise KeyError(reaction)
    if dwell_s is None:
        return 0.7
    if dwell_s < MAGIC_FROM_S:
        return 0.6
    if dwell_s <= MAGIC_UNTIL_S:
        return 1.0
    return 0.8 if dwell_s <= SOON_S else 0.5
