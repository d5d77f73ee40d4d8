"""From when until when a person is up. Pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from agents.base import UserView
from agents.beliefs import Waking
from agents.traits import WEEK, Span

KEY = "waking"  # of the inference
NIGHT_ENDS = time(6)  # nobody's bed time after midnight is later
MOST_PEOPLE = Span(WEEK, Waking().start, Waking().end)


def awake_of(view: UserView) -> Span:
    """When the person is up: outside the quiet hours that they set, else as they said or as was
    inferred, else as most people.
    """
    if "awake" not in view.memo:
        view.memo["awake"] = _find(view)
    found: Span = view.memo["awake"]
    return found


def bed_time(view: UserView) -> time | None:
    """When somebody goes to bed who is up past midnight, such as 1:30. None: they go to bed before
    that, or their quiet hours are in the middle of the day, which is no night.
    """
    awake = awake_of(view)
    return awake.end if awake.end < awake.start and awake.end <= NIGHT_ENDS else None


def waking_day(moment: datetime, view: UserView) -> date:
    """The local date. Between midnight and a bed time after it, that is still yesterday's."""
    local, bed = moment.astimezone(view.zone), bed_time(view)
    return local.date() - timedelta(days=bed is not None and local.time() <= bed)


def _find(view: UserView) -> Span:
    for prefs in view.prefs.values():
        if prefs.quiet and prefs.quiet[0] != prefs.quiet[1]:
            return Span(WEEK, prefs.quiet[1], prefs.quiet[0])
    believed = view.belief(KEY, Waking)
    return Span(WEEK, believed.start, believed.end) if believed else MOST_PEOPLE
