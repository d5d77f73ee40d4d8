"""What this policy says. Every number, name and time comes from the facts."""

from __future__ import annotations

from collections.abc import Mapping

from agents.traits import LastMoment, Origin
from oo.lib.words import Words, clock, clock_of, day, day_and_clock, gettext_lazy
from oo.lib.words import gettext as _
from tips.base import Facts, Say
from tips.decide.phrases import COMMON

SILENCES: Mapping[str, Words] = {
    "quiet_situation": gettext_lazy("You wanted it quiet now."),
    "in_meeting": gettext_lazy("You are in a meeting. This can wait."),
    "in_focus": gettext_lazy("You wanted this time undisturbed."),
    "at_the_wheel": gettext_lazy("You are at the wheel. Nothing is worth a look now."),
    "in_ceremony": gettext_lazy("This hour is for something else."),
    "asleep": gettext_lazy("Sleep well. This can wait."),
    "on_a_journey": gettext_lazy("You are on your way. This can wait."),
    "refused": gettext_lazy("Enough for now. oO is quiet for a while."),
    "after_a_no": gettext_lazy("You said no just now. What is open can wait."),
    "quiet_hours": gettext_lazy("These are your quiet hours. What is open can wait."),
    "late": gettext_lazy("It is late. What is open can wait."),
    "free_day": gettext_lazy("A free day. What is open can wait."),
    "nothing_urgent": gettext_lazy("Nothing needs you now."),
    "nothing_possible": gettext_lazy("What is open cannot be done now."),
}


def _last_moment(facts: Facts) -> str:
    trait = facts.traits.last_moment
    if trait is None:
        return ""
    if trait.origin is Origin.PERSON:
        return _said_by_person(trait.value)
    return _("It says “%(quote)s”") % {"quote": trait.quote} if trait.quote else ""


def _said_by_person(last: LastMoment) -> str:
    when = " ".join(
        [*([day(last.on)] if last.on else []), *([clock_of(last.at)] if last.at else [])]
    )
    if not when:
        return _("You said: not after the day on which it is due")
    return _("You said: not after %(when)s") % {"when": when}


def _prepares(facts: Facts) -> str:
    return _("Before “%(title)s”") % {"title": facts.prepares} if facts.prepares else ""


def _related(facts: Facts) -> str:
    return _("It may be for “%(title)s”") % {"title": facts.prepares} if facts.prepares else ""


def _obsolete(facts: Facts) -> str:
    trait = facts.traits.obsolete_after
    if trait is None:
        return ""
    return _("Of no use after %(day)s") % {"day": day(trait.value)}


def _closing(facts: Facts) -> str:
    if facts.closes_at is None:
        return ""
    return _("Possible until %(time)s") % {"time": clock(facts.closes_at)}


def _closed(facts: Facts) -> str:
    if facts.opens_at is None:
        return _("Cannot be done now")
    return _("Cannot be done before %(time)s") % {"time": day_and_clock(facts.opens_at)}


def _waits(facts: Facts) -> str:
    who = facts.traits.waits.value if facts.traits.waits else ""
    return _("%(who)s waits for it") % {"who": who} if who else _("Somebody is waiting for it")


REASONS: Mapping[str, Say] = {
    **COMMON,
    "last_moment": _last_moment,
    "near": _last_moment,
    "prepares": _prepares,
    "related": _related,
    "obsolete_soon": _obsolete,
    "closing": _closing,
    "habit": lambda _facts: _("You often do it at this hour"),
    "waits": _waits,
}

PENALTIES: Mapping[str, Say] = {
    "blocked": lambda _facts: _("Waits for something else"),
    "too_late": lambda _facts: _("It is too late for this"),
    "obsolete": _obsolete,
    "elsewhere": lambda _facts: _("Can only be done at home"),
    "closed": _closed,
    "no_time": lambda _facts: _("Longer than the time that is free now"),
    "too_late_in_the_day": lambda _facts: _("Too late in the day to start"),
    "on_the_way": lambda _facts: _("Not while you are on your way"),
    "refused": lambda _facts: _("You said no to it several times"),
    "someday": lambda _facts: _("For someday"),
    "strange": lambda _facts: _("Nobody seems to have written it for you"),
}
