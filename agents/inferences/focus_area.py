"""The areas of a person's life: the projects to which most of what is open belongs."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from agents.base import Inference, InferenceManifest, Inferred, UserView
from agents.beliefs import Areas
from agents.phrases import some
from oo.lib.words import gettext as _
from oo.lib.words import gettext_lazy

ENOUGH, MOST, SMALLEST = 5, 3, 0.15  # tasks with a project; areas; share of the open tasks


class AreasOfLife(Inference):
    manifest = InferenceManifest(
        key="focus-area",
        title=gettext_lazy("Your areas of life"),
        version=1,
        value=Areas,
        consents=("tasks",),
        ttl=timedelta(days=7),
    )

    def infer(self, view: UserView) -> Inferred | None:
        counts = Counter(t.project for t in view.tasks if t.project)
        total = counts.total()
        if total < ENOUGH:
            return None
        names = tuple(n for n, count in counts.most_common(MOST) if count >= SMALLEST * total)
        if not names:
            return None
        covered = sum(counts[n] for n in names) / total
        return Inferred(Areas(names=names), round(min(0.9, covered), 2), total)

    def say(self, value: Areas) -> str:
        if not value.names:
            return _("You have no areas that stand out.")
        return _("Most of what you do belongs to %(areas)s.") % {"areas": some(value.names)}
