"""Whose words a member of staff may read for the next minutes: one person's, in one session."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.locks import lock_person
from adminconsole.audit.marks import mark_of
from adminconsole.base import Asked, Order, Permission, Refused

FOR = timedelta(minutes=10)
KEY = "adminconsole.revealed"
MASK = "\N{BULLET}" * 3


def reveal(order: Order) -> str:
    """Of whom something was revealed before, nothing is any more."""
    if order.person is None or order.session is None or not lock_person(order.person):
        raise Refused(_("There is no such person, or they have left."))
    until = order.at + FOR
    order.session[KEY] = {"person": mark_of(order.person), "until": until.isoformat()}
    return _("You can read what they wrote for ten minutes.")


def revealed_until(asked: Asked, person: UUID) -> datetime | None:
    """None: what they wrote is masked."""
    kept = asked.request.session.get(KEY)
    if not kept or kept["person"] != mark_of(person) or not asked.may(Permission.REVEAL):
        return None
    until = parse_datetime(kept["until"])
    return until if until and asked.at < until else None
