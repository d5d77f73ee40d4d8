"""How late is normal for a person: who lives with late tasks is not hurried by one."""

from __future__ import annotations

from datetime import timedelta
from statistics import median

from agents.base import Inference, InferenceManifest, Inferred, UserView
from agents.beliefs import Lateness
from agents.timing.needs import is_past
from oo.lib.words import gettext_lazy, ngettext

ENOUGH = 5  # tasks that are late


class NormalLateness(Inference):
    manifest = InferenceManifest(
        key="overdue-task",
        title=gettext_lazy("How late you usually are"),
        version=1,
        value=Lateness,
        consents=("tasks",),
        ttl=timedelta(days=7),
    )

    def infer(self, view: UserView) -> Inferred | None:
        late = [(view.today - t.due_on).days for t in view.tasks if t.due_on and is_past(t, view)]
        if len(late) < ENOUGH:
            return None
        days = min(365, round(median(late)))
        return Inferred(Lateness(days=days), min(0.9, 0.5 + len(late) / 50), len(late))

    def say(self, value: Lateness) -> str:
        return ngettext(
            "A task of yours is often a day late.", "A task of yours is often %(n)s days late.",
            value.days,
        ) % {"n": value.days}  # fmt: skip
