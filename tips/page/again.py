"""When what was answered may be said again: one sentence, from what was stored with the answer."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agents.base import is_event, is_task
from oo.lib.words import clock
from tips.base import Kind
from tips.models import Mute, Tip


def said_again(tip: Tip, *, at: datetime) -> str:
    """In the active zone and the clock of the person; "" where nothing is held back. One query."""
    mute = Mute.objects.filter(tip=tip, until__gt=at).first()
    return said_until(mute, tip, at=at) if mute else ""


def said_until(mute: Mute, tip: Tip, *, at: datetime) -> str:
    """Of a mute in force and the tip whose answer it is the effect of. No query."""
    if mute.until_changed:
        return _until_changed(mute.candidate)
    if tip.kind == Kind.REMINDER and not _is_put_off(tip):
        return ""  # what it leads to is over by then
    return _until(mute.until, at)


def _is_put_off(tip: Tip) -> bool:
    """In time: else it is not said again."""
    until, ended = tip.later_until, tip.ended_at
    return bool(tip.reaction == Tip.Reaction.SNOOZE and until and ended and ended <= until)


def _until_changed(candidate: str) -> str:
    if is_task(candidate):
        return _("Not until the task changes.")
    return _("Not until the meeting changes.") if is_event(candidate) else ""


def _until(until: datetime, at: datetime) -> str:
    """Not that it comes back then: something else may be better by that time."""
    ahead = (timezone.localdate(until) - timezone.localdate(at)).days
    if ahead > 1:
        days = round((until - at) / timedelta(days=1))
        return ngettext("Not for %(n)s day.", "Not for %(n)s days.", days) % {"n": days}
    said = _("Not before tomorrow, %(time)s.") if ahead == 1 else _("Not before %(time)s.")
    return _with_one_stop(said % {"time": clock(until)})


def _with_one_stop(sentence: str) -> str:
    """A clock may end with a dot of its own, as "8 a.m." does."""
    return sentence[:-1] if sentence.endswith("..") else sentence
