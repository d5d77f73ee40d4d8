"""What the Connect page says: how a connection is, why something failed, and what to do."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from integrations.access.connections import MOST_CONNECTIONS
from integrations.base import Trouble
from integrations.models import Connection

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def describe(connection: Connection, title: str, *, at: datetime) -> str:
    """How it is, in one line."""
    if connection.state == Connection.State.CHECKING:
        return _("Asking %(title)s.") % {"title": title}
    if connection.state == Connection.State.LEAVING:
        return _("Giving the access back. What was read is forgotten.")
    is_forbidden = connection.last_error == Trouble.NOT_ALLOWED
    if connection.state == Connection.State.REFUSED or is_forbidden:
        return explain(connection.last_error, title)
    if connection.state == Connection.State.RECONNECT:
        return _("Reconnect needed: %(title)s does not let oO in any more.") % {"title": title}
    if connection.state == Connection.State.RETRYING:
        return f"{_why(connection.last_error, title)} {_again(connection, at=at)}"
    if connection.state == Connection.State.NEW or connection.synced_at is None:
        return _("Reading for the first time.")
    if is_busy(connection, at=at):
        return _("Reading now.")
    return _synced(at - connection.synced_at)


def is_busy(connection: Connection, *, at: datetime) -> bool:
    """It is being read, or about to be: worth another look in two seconds."""
    if connection.state in Connection.STUCK:
        return False
    is_held = connection.claimed_until is not None and connection.claimed_until > at
    return is_held or connection.next_sync_at <= at


def _synced(ago: timedelta) -> str:
    if ago < MINUTE:
        return _("Synced just now.")
    return _("Synced %(ago)s ago.") % {"ago": _span(ago)}


def _again(connection: Connection, *, at: datetime) -> str:
    if is_busy(connection, at=at):
        return _("Trying again now.")
    return _("Trying again in %(wait)s.") % {"wait": _span(connection.next_sync_at - at)}


def _span(length: timedelta) -> str:
    """The largest unit alone, rounded: nobody needs the seconds."""
    if length >= DAY:
        days = round(length / DAY)
        return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    if length >= HOUR - MINUTE / 2:
        hours = max(1, round(length / HOUR))
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    minutes = max(1, round(length / MINUTE))
    return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}


def _why(code: str, title: str) -> str:
    whys = {
        Trouble.UNREACHABLE: _("%(title)s cannot be reached."),
        Trouble.RATE_LIMITED: _("%(title)s asked oO to slow down."),
        Trouble.REFUSED: _("The address of %(title)s leads into a private network."),
        Trouble.TOO_LARGE: _("What %(title)s sends is larger than oO reads."),
        Trouble.GONE: _("%(title)s says that there is nothing at this address any more."),
    }
    why = whys.get(Trouble(code)) if code in set(Trouble) else None
    return (why or _("oO could not read what %(title)s sent.")) % {"title": title}


def too_many() -> str:
    return _(
        "You have %(n)d connections, and oO keeps no more for one person. "
        "Disconnect one that you do not need; then there is room for another."
    ) % {"n": MOST_CONNECTIONS}


def still_asking(title: str) -> str:
    return _("oO is still asking %(title)s. Try again in a moment.") % {"title": title}


def explain(code: str, title: str) -> str:
    """Why connecting did not work, by a code of Trouble, and what to do about it."""
    advice = {
        Trouble.UNAUTHORIZED: _("%(title)s did not accept this. Check it and try again."),
        Trouble.NOT_ALLOWED: _(
            "oO was not allowed to read %(title)s. Connect it again and leave the box ticked."
        ),
        Trouble.UNREACHABLE: _("%(title)s cannot be reached now. Try again in a few minutes."),
        Trouble.RATE_LIMITED: _("%(title)s is busy. Try again in a few minutes."),
        Trouble.REFUSED: _(
            "oO does not read this address: it is private, or no web address. "
            "Use one that works from anywhere."
        ),
        Trouble.TOO_LARGE: _("This is larger than oO reads. Try a smaller one."),
        Trouble.GONE: _("There is nothing here. Check the address and try again."),
        Trouble.TOO_MANY: too_many(),
    }
    words = advice.get(Trouble(code)) if code in set(Trouble) else None
    words = words or _("oO cannot read this. Check that it is what is asked for here.")
    return words % {"title": title}
