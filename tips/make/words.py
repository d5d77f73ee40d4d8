"""The words of a tip, from its facts alone. Rendered in the person's language and clock.

Every number, name and time below comes from a row; nothing is relative to the minute, so that a
sentence made ahead is still true when it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tips.base import Facts, Kind, Scored

SILENCES: Mapping[str, object] = {
    "in_meeting": gettext_lazy("You are in a meeting. This can wait."),
    "nothing_open": gettext_lazy("Nothing is open. The day is yours."),
    "nothing_urgent": gettext_lazy("Nothing needs you now."),
}


def render(scored: Scored) -> tuple[str, str]:
    """(content, detail): what is said, and the quiet line of why now. At most two reasons."""
    candidate = scored.candidate
    if candidate.kind is Kind.REMINDER:
        name = candidate.title or _("Your next meeting")
        return name, _("Starts at %(time)s") % {"time": clock(candidate.facts.starts_at)}
    said = [reason(code, candidate.facts) for code in scored.reasons if code in REASONS]
    return candidate.title or _("Untitled"), " · ".join(s for s in said[:2] if s)


def reason(code: str, facts: Facts) -> str:
    """One reason or penalty as a short phrase; "" for a code without words."""
    say = REASONS.get(code) or PENALTIES.get(code)
    return say(facts) if say else ""


def clock(moment: datetime | None) -> str:
    return date_format(timezone.localtime(moment), "TIME_FORMAT") if moment else ""


def length(span: timedelta | None) -> str:
    """Whole minutes; from two hours on in hours and what is left over."""
    minutes = int(span.total_seconds() // 60) if span else 0
    hours, rest = divmod(minutes, 60)
    if hours < 2:
        return _("%(n)s min") % {"n": minutes}
    if rest:
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}
    return _("%(n)s h") % {"n": hours}


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
REASONS: Mapping[str, Callable[[Facts], str]] = {
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
PENALTIES: Mapping[str, Callable[[Facts], str]] = {
    "too_long": _too_long,  # its length is known, and longer than the gap
    "gap_too_short": _gap_too_short,  # its length is not known
}


def silence_sentence(code: str) -> str:
    return str(SILENCES.get(code, SILENCES["nothing_urgent"]))
