"""How the person has answered lately, and what they have put off again and again."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from agents.base import (
    Agent,
    AgentManifest,
    Fact,
    Nomination,
    Snippet,
    TaskView,
    Unit,
    UserView,
    first_nominations,
    keys_of,
)
from agents.phrases import some
from agents.timing.needs import can_begin
from oo.lib.words import gettext as _
from oo.lib.words import gettext_lazy, ngettext

LATELY = timedelta(days=7)
ENOUGH = 3
AGAIN = 2


class RecentPatterns(Agent):
    manifest = AgentManifest(
        key="recent-patterns",
        title=gettext_lazy("How you answered lately"),
        about=gettext_lazy(
            "What you say yes and no to, and what you have put off again and again."
        ),
        version=2,
        ttl=timedelta(hours=12),
        consents=("tasks",),
        reads=("answers", "tasks"),
    )

    def look(self, view: UserView) -> Snippet | None:
        since = view.now - LATELY
        lately = [a for a in view.answers if a.at > since]
        if len(lately) < ENOUGH:
            return None
        done = sum(a.is_done for a in lately)
        times = Counter(a.candidate for a in lately if a.reaction == "snooze" or a.is_no_to_now)
        put_off = [t for t in view.tasks if times[t.key] >= AGAIN]
        put_off.sort(key=lambda t: (-times[t.key], t.id))
        return Snippet(
            text=_said(done, len(lately), put_off),
            facts=(
                Fact("acted", done, Unit.COUNT),
                Fact("answered", len(lately), Unit.COUNT),
                Fact("put_off", len(put_off), Unit.COUNT, keys_of(put_off)),
            ),
            nominations=first_nominations(
                Nomination(t.key, 0.3, _times(times[t.key])) for t in put_off if can_begin(t, view)
            ),
            until=min(a.at for a in lately) + LATELY,
        )


def _said(done: int, answered: int, put_off: list[TaskView]) -> str:
    first = _("In the last seven days you acted on %(done)s of %(answered)s suggestions.") % {
        "done": done,
        "answered": answered,
    }
    if not put_off:
        return first
    again = _("Put off again and again: %(tasks)s.") % {"tasks": some([t.title for t in put_off])}
    return f"{first} {again}"


def _times(n: int) -> str:
    return ngettext("Put off once this week.", "Put off %(n)s times this week.", n) % {"n": n}
