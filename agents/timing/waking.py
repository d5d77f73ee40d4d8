"""From when until when a person is up. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from agents.base import UserView
from agents.beliefs import Waking
from agents.traits import WEEK, Span

KEY = "waking"  # of the inference
MOST_PEOPLE = Span(WEEK, Waking().start, Waking().end)


def awake_of(view: UserView) -> Span:
    """Outside the quiet hours that they set; else as was inferred, or they said; else as most."""
    if "awake" not in view.memo:
        view.memo["awake"] = _find(view)
    found: Span = view.memo["awake"]
    return found


def waking_day(moment: datetime, view: UserView) -> date:
    """The day that whoever is up past midnight still calls today."""
    local, awake = moment.astimezone(view.zone), awake_of(view)
    is_still = awake.end < awake.start and local.time() <= awake.end
    return local.date() - timedelta(days=is_still)


def _find(view: UserView) -> Span:
    for prefs in view.prefs.values():
        if prefs.quiet and prefs.quiet[0] != prefs.quiet[1]:
            return Span(WEEK, prefs.quiet[1], prefs.quiet[0])
    believed = view.belief(KEY, Waking)
    return Span(WEEK, believed.start, believed.end) if believed else MOST_PEOPLE
