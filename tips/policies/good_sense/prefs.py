"""What a person can set of this policy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import ClassVar

from agents.base import Prefs, UserView
from oo.lib.words import Words, gettext_lazy

KEY = "good_sense"


class GoodSensePrefs(Prefs):
    """From quiet_from until quiet_until only what is lost by the morning is said."""

    labels: ClassVar[Mapping[str, Words]] = {
        "quiet_from": gettext_lazy("Quiet from"),
        "quiet_until": gettext_lazy("Quiet until"),
        "reminds": gettext_lazy("Remind me of meetings"),
    }

    quiet_from: time = time(23, 30)
    quiet_until: time = time(6, 30)
    reminds: bool = True


def prefs_of(view: UserView) -> GoodSensePrefs:
    return view.prefs_of(KEY, GoodSensePrefs)


def is_quiet_hour(clock: time, prefs: GoodSensePrefs) -> bool:
    """Equal times: never."""
    start, end = prefs.quiet_from, prefs.quiet_until
    if start <= end:
        return start <= clock < end
    return clock >= start or clock < end
