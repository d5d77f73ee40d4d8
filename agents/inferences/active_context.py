"""Whether a person is away: by an entry of theirs that lasts whole days."""

from __future__ import annotations

from datetime import timedelta

from agents.base import Inference, InferenceManifest, Inferred, UserView
from agents.beliefs import Away
from agents.traits import EventKind
from oo.lib.words import day, gettext_lazy
from oo.lib.words import gettext as _


class WhereNow(Inference):
    manifest = InferenceManifest(
        key="active-context",
        title=gettext_lazy("Whether you are away"),
        version=1,
        value=Away,
        consents=("calendar",),
        ttl=timedelta(hours=6),
    )

    def infer(self, view: UserView) -> Inferred | None:
        running = [
            e
            for e in view.events
            if e.is_all_day and e.is_on(view.now) and e.kind is EventKind.AWAY
        ]
        if not running:
            return None
        ends = max(e.ends_at for e in running).astimezone(view.zone).date()
        return Inferred(Away(until=ends - timedelta(days=1)), 0.8, len(running))

    def say(self, value: Away) -> str:
        return _("You are away until %(day)s.") % {"day": day(value.until)}
