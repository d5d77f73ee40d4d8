"""An insight is said when nothing else is worth saying and the person is plainly free."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from agents.base import EventView, UserView
from agents.timing.meetings import find_gap
from agents.traits import EventKind
from oo.lib.words import gettext as _
from tips.base import Candidate, Kind, Say, Scored
from tips.policies.good_sense import weights as w
from tips.policies.good_sense.silence import bar, usual_bar

# Points of an insight: below every bar, since it is said only when nothing else is.
INSIGHT = 5.0
# Silences because there is nothing worth saying, not because the person is to be left alone.
OF_LITTLE = frozenset({"nothing_open", "nothing_urgent", "nothing_possible"})
FREE_FOR = timedelta(minutes=30)

REASONS: Mapping[str, Say] = {
    "inferred": lambda _facts: _("oO noticed this by itself. Is it so?"),
}


def score_insights(
    candidates: Iterable[Candidate], view: UserView, *, silence: str
) -> list[Scored]:
    """Every insight, gated unless it is a moment for one. silence: why nothing else is said."""
    may = silence in OF_LITTLE and _is_plainly_free(view)
    points = INSIGHT if may else w.GATED
    return [
        Scored(c, points, reasons=("inferred",), is_gated=not may)
        for c in sorted(candidates, key=lambda c: c.key)
        if c.kind is Kind.INSIGHT
    ]


def find_said(told: Sequence[Scored]) -> Scored | None:
    return next((scored for scored in told if not scored.is_gated), None)


def next_changes(told: Sequence[Scored], view: UserView) -> Iterator[datetime]:
    """When the person stops or starts being plainly free. Empty without any insight to say."""
    gap = find_gap(view)
    if told and gap and gap.length > FREE_FOR:
        yield gap.until - FREE_FOR
    if told:
        clocks = (clock for e in _timed(view) for clock in (e.starts_at, e.ends_at))
        yield from (clock for clock in clocks if clock > view.now)


def _is_plainly_free(view: UserView) -> bool:
    """Whether the bar is the usual one (no late or quiet hour, no day off, no recent refusal), no
    meeting is soon, and no timed entry is running. Such an entry need not count as busy: an evening
    of cards is marked free, but the person is not idle.
    """
    gap = find_gap(view)
    is_usual = bar(view, None) == usual_bar()
    is_at_it = any(event.is_on(view.now) for event in _timed(view))
    return is_usual and not is_at_it and (gap is None or gap.length > FREE_FOR)


def _timed(view: UserView) -> Iterator[EventView]:
    for event in view.events:
        if not event.is_all_day and event.kind is not EventKind.MARKER:
            yield event
