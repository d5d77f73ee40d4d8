"""What kind of suggestion a person acts on: things to do, or reminders of what begins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from agents.base import Answer, Inference, InferenceManifest, Inferred, UserView, is_event
from agents.beliefs import Reminders
from oo.lib.words import gettext as _
from oo.lib.words import gettext_lazy

ENOUGH = 8  # answers to reminders
RARELY = 0.25


class KindsActedOn(Inference):
    manifest = InferenceManifest(
        key="recent-patterns",
        title=gettext_lazy("What you act on"),
        version=1,
        value=Reminders,
        consents=("calendar",),
        ttl=timedelta(days=7),
    )

    def infer(self, view: UserView) -> Inferred | None:
        answers = [a for a in view.answers if is_event(a.candidate)]
        if len(answers) < ENOUGH:
            return None
        share = _taken(answers)
        sure = min(0.9, 0.5 + abs(share - 0.5))
        return Inferred(Reminders(wanted=share > RARELY), round(sure, 2), len(answers))

    def say(self, value: Reminders) -> str:
        if value.wanted:
            return _("You like to be reminded of meetings.")
        return _("You do not need to be reminded of meetings.")


def _taken(answers: Sequence[Answer]) -> float:
    """The share that was not put off or waved away: "got it" is all that a reminder asks for."""
    return sum(a.reaction == "done" for a in answers) / len(answers)
