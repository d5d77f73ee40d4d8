"""How much gets done: today, and on an ordinary day. A slow day wants a small start."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from agents.base import (
    Agent,
    AgentManifest,
    Answer,
    Fact,
    Nomination,
    Snippet,
    Unit,
    UserView,
    first_nominations,
)
from agents.beliefs import Cadence
from agents.timing.needs import can_begin, effort_of, nearness
from oo.lib.words import gettext as _
from oo.lib.words import gettext_lazy, length, ngettext

# Fewer things done say nothing about what is usual.
ENOUGH = 5
SMALL = timedelta(minutes=10)
# Before this hour nobody is late with anything.
DAY_IS_ON = 10


class Momentum(Agent):
    manifest = AgentManifest(
        key="momentum",
        title=gettext_lazy("How it is going"),
        about=gettext_lazy("How today compares with a usual day."),
        version=2,
        ttl=timedelta(hours=6),
        consents=("tasks",),
        reads=("answers", "tasks"),
    )

    def look(self, view: UserView) -> Snippet | None:
        done = [a for a in view.answers if a.is_done]
        if len(done) < ENOUGH:
            return None
        today = _on(done, view)
        believed = view.belief("momentum", Cadence)
        usual = float(believed.a_day) if believed else _usual(done, view)
        is_slow = not today and view.now.astimezone(view.zone).hour >= DAY_IS_ON
        return Snippet(
            text=_said(len(today), usual, is_slow=is_slow),
            facts=(
                Fact("done_today", len(today), Unit.COUNT, tuple(a.candidate for a in today)),
                Fact("done_a_day", round(usual, 2), Unit.COUNT),
            ),
            nominations=_small(view) if is_slow else (),
            until=_until(view),
        )


def _on(done: Iterable[Answer], view: UserView) -> list[Answer]:
    return [a for a in done if a.at.astimezone(view.zone).date() == view.today]


def _usual(done: list[Answer], view: UserView) -> float:
    """A day, over the days from the first one that is known to yesterday."""
    earlier = [a for a in done if a.at.astimezone(view.zone).date() < view.today]
    if not earlier:
        return 0.0
    first = min(a.at for a in earlier).astimezone(view.zone).date()
    return len(earlier) / (view.today - first).days


def _said(today: int, usual: float, *, is_slow: bool) -> str:
    a_day = max(1, round(usual))
    often = ngettext("usually it is about one a day", "usually it is about %(n)s a day", a_day) % {
        "n": a_day
    }
    if not today:
        nothing = _("Nothing done with oO yet today; %(often)s.") % {"often": often}
        start = _("A small thing would be a start.")
        return f"{nothing} {start}" if is_slow else nothing
    return ngettext(
        "One thing done with oO today; %(often)s.",
        "%(n)s things done with oO today; %(often)s.",
        today,
    ) % {"n": today, "often": often}


def _small(view: UserView) -> tuple[Nomination, ...]:
    """What is quickly done, the soonest due first."""
    known = [(t, effort) for t in view.tasks if (effort := effort_of(t)) and effort <= SMALL]
    known.sort(key=lambda pair: nearness(pair[0], view))
    return first_nominations(
        Nomination(t.key, 0.4, _("It takes %(length)s.") % {"length": length(effort)})
        for t, effort in known
        if can_begin(t, view)
    )


def _until(view: UserView) -> datetime:
    local = view.now.astimezone(view.zone)
    if local.hour >= DAY_IS_ON:
        return view.next_midnight
    return local.replace(hour=DAY_IS_ON, minute=0, second=0, microsecond=0)
