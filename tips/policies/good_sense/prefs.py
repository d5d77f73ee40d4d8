"""What a person can set of this policy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import ClassVar

from agents.base import Prefs, UserView
from agents.timing.waking import MOST_PEOPLE, awake_of
from oo.lib.words import Words, gettext_lazy

KEY = "good_sense"
QUIET_FROM, QUIET_UNTIL = MOST_PEOPLE.end, MOST_PEOPLE.start


class GoodSensePrefs(Prefs):
    """From quiet_from until quiet_until only what is lost by the morning is said."""

    labels: ClassVar[Mapping[str, Words]] = {
        "quiet_from": gettext_lazy("Quiet from"),
        "quiet_until": gettext_lazy("Quiet until"),
        "reminds": gettext_lazy("Remind me of meetings"),
    }

    quiet_from: time = QUIET_FROM
    quiet_until: time = QUIET_UNTIL
    reminds: bool = True

    @property
    def quiet(self) -> tuple[time, time] | None:
        """None while both are at their defaults: then the hours follow the person's sleep."""
        hours = (self.quiet_from, self.quiet_until)
        return None if hours == (QUIET_FROM, QUIET_UNTIL) else hours


def prefs_of(view: UserView) -> GoodSensePrefs:
    return view.prefs_of(KEY, GoodSensePrefs)


def quiet_hours(view: UserView) -> tuple[time, time]:
    """(from, until): as the person set them, else while they sleep. Equal times mean never."""
    prefs = prefs_of(view)
    awake = awake_of(view)
    return prefs.quiet or (awake.end, awake.start)


def is_between(clock: time, hours: tuple[time, time]) -> bool:
    start, end = hours
    if start <= end:
        return start <= clock < end
    return clock >= start or clock < end
