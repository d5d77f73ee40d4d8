"""Asking what a member of staff has written, on record, one at a time."""

from __future__ import annotations

from datetime import datetime

from django.core.cache import cache
from django.db import connection
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.models import User
from adminconsole.asking import postgres, sqlite
from adminconsole.asking.base import LONGEST_SQL, Answer, Personal, ReasonWanted, Refused
from adminconsole.audit.marks import mark_of
from adminconsole.audit.noted import Noted
from adminconsole.audit.recording import LONGEST_WHY, record
from adminconsole.base import Permission
from oo.lib.text import one_line

LOCK_S = 20  # longer than connecting and asking, for a process that dies meanwhile


def ask(staff: User, sql: str, *, personal: bool, at: datetime, why: str = "") -> Answer:
    """Raises Refused. Personal columns want a reason, as everything that reveals something.

    The audit log keeps a digest of the SQL and its length, and not the text, which may have
    somebody's address in it. Who has the text can prove that it was this one.
    """
    sql = sql.rstrip().rstrip(";")
    if not sql.strip():
        raise Refused(_("Write a SELECT first."))
    if len(sql) > LONGEST_SQL or "\x00" in sql:
        raise Refused(_("That is too long, or no text."))
    if personal and not one_line(why, LONGEST_WHY):
        raise ReasonWanted(_("Say why you have to read what people wrote."))
    running = f"sql-running:{mark_of(staff.pk)}"
    if not cache.add(running, True, timeout=LOCK_S):
        raise Refused(_("Your last question is still being answered: one at a time."))
    try:
        target = target_of(sql, personal=personal)
        record(staff, Noted.QUERY, at=at, target=target, why=why if personal else "")
        if connection.vendor == "postgresql":
            return postgres.ask(sql, personal=personal)
        return sqlite.ask(sql, personal=personal)
    except Personal as refused:
        raise _said_to(staff, refused) from refused
    finally:
        cache.delete(running)


def _said_to(staff: User, refused: Personal) -> Refused:
    """With what they can do about it."""
    way = (
        _("Tick “Personal columns too” and say why you have to read it.")
        if staff.has_perm(Permission.REVEAL)
        else _("You may not read it. A colleague who may reveal what people wrote can ask for it.")
    )
    return Refused(f"{refused.words} {way}")


def target_of(sql: str, *, personal: bool) -> str:
    """What the audit log says of it."""
    digest = salted_hmac("adminconsole.sql", sql, algorithm="sha256").hexdigest()[:16]
    return f"{digest}, {len(sql)} letters{', personal' if personal else ''}"
