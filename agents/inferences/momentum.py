"""How much a person gets done with oO on an ordinary day."""

from __future__ import annotations

from datetime import timedelta

from agents.base import Inference, InferenceManifest, Inferred, UserView
from agents.beliefs import Cadence
from oo.lib.words import gettext_lazy, ngettext

ENOUGH, ENOUGH_DAYS = 7, 5  # things done, and days since the first of them


class UsualCadence(Inference):
    manifest = InferenceManifest(
        key="momentum",
        title=gettext_lazy("Your usual pace"),
        version=2,
        value=Cadence,
        consents=("tasks",),
        ttl=timedelta(days=3),
    )

    def infer(self, view: UserView) -> Inferred | None:
        done = [a.at.astimezone(view.zone).date() for a in view.answers if a.is_done]
        earlier = [day for day in done if day < view.today]
        days = (view.today - min(earlier)).days if earlier else 0
        if len(earlier) < ENOUGH or days < ENOUGH_DAYS:
            return None
        a_day = max(1, round(len(earlier) / days))
        return Inferred(Cadence(a_day=a_day), min(0.9, 0.5 + days / 60), len(earlier))

    def say(self, value: Cadence) -> str:
        return ngettext(
            "You get about one thing done a day.", "You get about %(n)s things done a day.",
            value.a_day,
        ) % {"n": value.a_day}  # fmt: skip
