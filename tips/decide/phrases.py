"""What every policy may say of dates, priority and meetings: one sentence a fact, for all of them.

Nothing is relative to the minute, so that a sentence made ahead is still true when it is read.
"""

from __future__ import annotations

from collections.abc import Mapping

from oo.lib.words import clock, ngettext
from oo.lib.words import gettext as _
from tips.base import Facts, Say


def _overdue(facts: Facts) -> str:
    days = -(facts.due_in_days or 0)
    return ngettext("One day overdue", "%(n)s days overdue", days) % {"n": days}


def _due_in_days(facts: Facts) -> str:
    days = facts.due_in_days or 0
    return ngettext("Due in one day", "Due in %(n)s days", days) % {"n": days}


def _due_at(facts: Facts) -> str:
    return _("Due today at %(time)s") % {"time": clock(facts.due_at)}


def _past_time(facts: Facts) -> str:
    return _("Was due at %(time)s") % {"time": clock(facts.due_at)}


def _deadline(facts: Facts) -> str:
    days = facts.deadline_in_days or 0
    if days == 0:
        return _("Deadline today")
    return ngettext("Deadline tomorrow", "Deadline in %(n)s days", days) % {"n": days}


# Each is true of every candidate that can get its code.
COMMON: Mapping[str, Say] = {
    "due_today": lambda _facts: _("Due today"),
    "due_tomorrow": lambda _facts: _("Due tomorrow"),
    "due_in_days": _due_in_days,
    "due_at": _due_at,
    "past_time": _past_time,
    "overdue": _overdue,
    "deadline": _deadline,
    "deadline_missed": lambda _facts: _("The deadline has passed"),
    "urgent": lambda _facts: _("Marked urgent"),
    "important": lambda _facts: _("Marked important"),
    "starts_soon": lambda facts: _("Starts at %(time)s") % {"time": clock(facts.starts_at)},
}
