"""What this policy says: of a candidate why it is urgent or not, and of silence why.

Every number, name and time comes from the facts; nothing is relative to the minute, so that a
sentence made ahead is still true when it is read.
"""

from __future__ import annotations

from collections.abc import Mapping

from oo.lib.words import Words, clock, gettext_lazy, length, ngettext
from oo.lib.words import gettext as _
from tips.base import Facts, Say

SILENCES: Mapping[str, Words] = {
    "in_meeting": gettext_lazy("You are in a meeting. This can wait."),
    "nothing_urgent": gettext_lazy("Nothing needs you now."),
}


def _overdue(facts: Facts) -> str:
    days = -(facts.due_in_days or 0)
    return ngettext("One day overdue", "%(n)s days overdue", days) % {"n": days}


def _due_at(facts: Facts) -> str:
    return _("Due today at %(time)s") % {"time": clock(facts.due_at)}


def _due_in_days(facts: Facts) -> str:
    days = facts.due_in_days or 0
    return ngettext("Due in one day", "Due in %(n)s days", days) % {"n": days}


def _past_time(facts: Facts) -> str:
    return _("Was due at %(time)s") % {"time": clock(facts.due_at)}


def _deadline(facts: Facts) -> str:
    days = facts.deadline_in_days or 0
    if days == 0:
        return _("Deadline today")
    return ngettext("Deadline tomorrow", "Deadline in %(n)s days", days) % {"n": days}


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


# What earns points. Each is true of every candidate that can get it.
REASONS: Mapping[str, Say] = {
    "overdue": _overdue,
    "long_overdue": _overdue,
    "past_time": _past_time,
    "due_soon": _due_at,
    "due_at": _due_at,
    "due_today": lambda _facts: _("Due today"),
    "due_tomorrow": lambda _facts: _("Due tomorrow"),
    "due_in_days": _due_in_days,
    "deadline": _deadline,
    "deadline_missed": lambda _facts: _("The deadline has passed"),
    "urgent": lambda _facts: _("Marked urgent"),
    "important": lambda _facts: _("Marked important"),
    "fits_gap": _fits,
    "starts_soon": lambda facts: _("Starts at %(time)s") % {"time": clock(facts.starts_at)},
}

# What costs points: why something is not said now.
PENALTIES: Mapping[str, Say] = {
    "too_long": _too_long,  # its length is known, and longer than the gap
    "gap_too_short": _gap_too_short,  # its length is not known
}
