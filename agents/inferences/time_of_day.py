"""The hours in which a person acts on what they are shown."""

from __future__ import annotations

from collections import Counter
from datetime import time, timedelta

from agents.base import Inference, InferenceManifest, Inferred, UserView
from agents.beliefs import GoodHours
from agents.timing.meetings import PART_HOURS, part_of_day
from oo.lib.words import clock_of, first_clock_of, gettext_lazy
from oo.lib.words import gettext as _

ENOUGH, ENOUGH_HERE = 15, 5  # answers in all, and in one part of the day
DIFFERS = 0.15  # by how much the share of acting has to be above that of the whole day


class BestHours(Inference):
    manifest = InferenceManifest(
        key="time-of-day",
        title=gettext_lazy("Your best hours"),
        version=2,
        value=GoodHours,
        consents=("tasks",),
        ttl=timedelta(days=7),
    )

    def infer(self, view: UserView) -> Inferred | None:
        if len(view.answers) < ENOUGH:
            return None
        asked = Counter(part_of_day(a.at, view) for a in view.answers)
        acted = Counter(part_of_day(a.at, view) for a in view.answers if a.is_done)
        usual = acted.total() / len(view.answers)
        shares = {p: acted[p] / n for p, n in asked.items() if n >= ENOUGH_HERE}
        best = max(shares, key=lambda p: (shares[p], asked[p]), default=None)
        if best is None or shares[best] - usual < DIFFERS:
            return None
        start = best * PART_HOURS
        hours = GoodHours(start=time(start), end=time((start + PART_HOURS) % 24))
        confidence = min(0.95, 0.5 + (shares[best] - usual) + asked[best] / 100)
        return Inferred(hours, round(confidence, 2), asked[best])

    def say(self, value: GoodHours) -> str:
        return _("Between %(start)s and %(end)s you act most.") % {
            "start": first_clock_of(value.start),
            "end": clock_of(value.end),
        }
