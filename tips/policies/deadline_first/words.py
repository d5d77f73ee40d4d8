"""What this policy says: of a candidate why it is urgent or not, and of silence why.

Every number, name and time comes from the facts; nothing is relative to the minute, so that a
sentence made ahead is still true when it is read.
"""

from __future__ import annotations

from collections.abc import Mapping

from oo.lib.words import Words, clock, gettext_lazy, length
from oo.lib.words import gettext as _
from tips.base import Facts, Say
from tips.decide.phrases import COMMON

SILENCES: Mapping[str, Words] = {
    "in_meeting": gettext_lazy("You are in a meeting. This can wait."),
    "nothing_urgent": gettext_lazy("Nothing needs you now."),
}


def _fits(facts: Facts) -> str:
    if facts.gap is None:
        return ""
    words = {"length": length(facts.duration), "time": clock(facts.gap.until)}
    return _("Takes %(length)s, you are free until %(time)s") % words


def _too_long(facts: Facts) -> str:
    if facts.gap is None:
        return ""
    return _("Longer than the time until %(time)s") % {"time": clock(facts.gap.until)}


def _gap_too_short(facts: Facts) -> str:
    if facts.gap is None:
        return ""
    return _("You are free only until %(time)s") % {"time": clock(facts.gap.until)}


# What earns points.
REASONS: Mapping[str, Say] = {
    **COMMON,
    "long_overdue": COMMON["overdue"],
    "due_soon": COMMON["due_at"],
    "fits_gap": _fits,
}

# What costs points: why something is not said now.
PENALTIES: Mapping[str, Say] = {
    "too_long": _too_long,  # its length is known, and longer than the gap
    "gap_too_short": _gap_too_short,  # its length is not known
}
