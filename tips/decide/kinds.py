"""How each kind of tip is answered, and in which words. Pure; docs/answers.md has it as a table.

Every kind stores the same three reactions, so that a log of years can be read in one way; the kind
beside it says what each meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from oo.lib.words import Words
from oo.lib.words import gettext_lazy as _
from tips.base import Facts, Kind, Reaction, Reason
from tips.decide.candidates import REMIND_UNTIL

# For how long a reminder is put off: once, and while one can still get there.
PUT_OFF = timedelta(minutes=5)
KEYS = {Reaction.DONE: "d", Reaction.SNOOZE: "s", Reaction.DISMISS: "x"}


@dataclass(frozen=True, slots=True)
class Offer:
    """One answer. `implies` is the reason that it gives by itself."""

    reaction: Reaction
    words: Words
    said: Words  # when it has been given
    implies: str = ""

    @property
    def key(self) -> str:
        """Of the keyboard."""
        return KEYS[self.reaction]


@dataclass(frozen=True, slots=True)
class Way:
    """How a kind is answered: the offers in their order, and the reasons that a no may have."""

    offers: tuple[Offer, ...]
    reasons: tuple[Reason, ...] = ()
    completes: bool = False  # "done" reaches its source

    def offer(self, reaction: str) -> Offer | None:
        return next((o for o in self.offers if o.reaction == reaction), None)

    def takes(self, reason: str) -> bool:
        return reason in self.reasons or any(o.implies == reason for o in self.offers)


DONE = Offer(Reaction.DONE, _("Done"), _("Done."))
GOT_IT = Offer(Reaction.DONE, _("Got it"), _("Noted."))
SO_IT_IS = Offer(Reaction.DONE, _("That is so"), _("Noted."))
LATER = Offer(Reaction.SNOOZE, _("Later"), _("Later, then."))
NOT_THIS = Offer(Reaction.DISMISS, _("Not this"), _("Not this, then."))
NOT_SO = Offer(Reaction.DISMISS, _("Not so"), _("Not so, then."), implies=Reason.WRONG)

WAYS: Mapping[Kind, Way] = {
    Kind.TASK: Way((DONE, LATER, NOT_THIS), tuple(Reason), completes=True),
    # Good advice may come at a bad hour.
    Kind.ADVICE: Way(
        (GOT_IT, LATER, NOT_THIS), (Reason.NOT_NOW, Reason.NOT_RELEVANT, Reason.WRONG)
    ),
    # No later: it asks for nothing, and is as true in two hours. A no to it says that it is untrue.
    Kind.INSIGHT: Way((SO_IT_IS, NOT_SO)),
    # "On my way" would be said of a call at one's own desk, too. What is about to begin is never
    # "not now", nor already done.
    Kind.REMINDER: Way((GOT_IT, LATER, NOT_THIS), (Reason.NOT_RELEVANT, Reason.WRONG)),
}
REASONS: Mapping[str, Words] = {
    Reason.NOT_NOW: _("Not now"),
    Reason.NOT_RELEVANT: _("Not relevant"),
    Reason.WRONG: _("It is wrong"),
    Reason.ALREADY_DONE: _("Already done"),
}


def way_of(kind: str) -> Way:
    """Raises ValueError for a kind that does not exist."""
    return WAYS[Kind(kind)]


def later_until(kind: str, facts: Facts) -> datetime | None:
    """Until when it can be put off; None: for as long as it is said."""
    if kind != Kind.REMINDER or facts.leaves_at is None:
        return None
    return facts.leaves_at - REMIND_UNTIL - PUT_OFF


def offers_at(kind: str, until: datetime | None, at: datetime) -> tuple[Offer, ...]:
    """The answers that are offered at `at`; until: as later_until has it.

    A reminder that does not say until when it can be put off cannot be.
    """
    offers = way_of(kind).offers
    if kind != Kind.REMINDER or (until and at <= until):
        return offers
    return tuple(o for o in offers if o.reaction != Reaction.SNOOZE)
