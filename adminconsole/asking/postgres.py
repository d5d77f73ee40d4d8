"""A question to PostgreSQL, over a connection of its own, as a role that can read and no more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Timer
from typing import Any

import psycopg
from django.db import connection
from django.utils.translation import gettext as _
from psycopg import errors

from adminconsole.asking import base
from adminconsole.asking.base import Answer, Gathered, Personal, Refused
from adminconsole.asking.columns import is_secret, personal_in
from adminconsole.asking.roles import role_name, role_password

# A cursor is declared for one SELECT or VALUES: all else is an error of syntax.
DECLARE = "declare asked no scroll cursor for "
LARGEST_FETCH = 200
LOCK_MS = 1_000


def ask(sql: str, *, personal: bool) -> Answer:
    """Raises Refused. At most LONGEST_S, once connected."""
    with _connected(personal=personal) as database, _ended(database):
        try:
            return _ask(database, sql)
        except psycopg.Error as error:
            raise _refused(error, sql, personal=personal) from error


def _ask(database: psycopg.Connection[Any], sql: str) -> Answer:
    cursor = database.cursor()
    cursor.execute(
        "begin read only;"
        f"set local statement_timeout = {int(base.STATEMENT_S * 1000)};"
        f"set local lock_timeout = {LOCK_MS};"
        f"set local search_path = {connection.ops.quote_name(_schema())}"
    )
    # Binary is asked for by the extended protocol, which refuses what follows a semicolon.
    cursor.execute((DECLARE + sql).encode(), binary=True)
    gathered, many = Gathered(), 1
    while not gathered.is_cut:
        # Few at first: rows may be large, and a fetch is in memory as a whole.
        cursor.execute(b"fetch %d from asked" % many)
        names = [column.name for column in cursor.description or ()]
        rows = cursor.fetchall()
        if not rows:
            break
        gathered.take(rows)
        many = min(many * 2, LARGEST_FETCH)
    return Answer(names, gathered.rows, gathered.is_cut)


def _schema() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select current_schema()")
        return str(cursor.fetchone()[0])


@contextmanager
def _connected(*, personal: bool) -> Iterator[psycopg.Connection[Any]]:
    """Closed at the end, with every lock and setting that a statement leaves behind."""
    name = role_name(personal=personal)
    given = connection.get_connection_params()
    for ours in ("cursor_factory", "context"):
        given.pop(ours, None)
    given |= {"user": name, "password": role_password(name)}
    try:
        database = psycopg.connect(**given, autocommit=True)
    except psycopg.OperationalError as error:
        raise Refused(_unable(error)) from error
    try:
        _check_bound(database)
        yield database
    finally:
        with suppress(psycopg.Error):
            database.close()


def _check_bound(database: psycopg.Connection[Any]) -> None:
    """Somebody may have given the role more than we did."""
    more = database.execute(
        "select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication"
        " or exists (select from pg_auth_members where member = pg_roles.oid)"
        " from pg_roles where rolname = session_user"
    ).fetchone()
    if more is None or more[0]:
        raise Refused(_("The role that asks may do more than read. Nothing is asked as long as"
                        " it can: take from it what oO has not given it."))  # fmt: skip


@contextmanager
def _ended(database: psycopg.Connection[Any]) -> Iterator[None]:
    """A statement can lift the limits of the session. It cannot lift this one."""
    timer = Timer(base.LONGEST_S, _cancel, [database])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cancel(database: psycopg.Connection[Any]) -> None:
    with suppress(psycopg.Error):
        database.cancel_safe(timeout=2)


def _unable(error: psycopg.OperationalError) -> str:
    if "too many connections" in str(error):
        return _("Others are asking already. Try again in some seconds.")
    return _(
        "oO cannot ask as the role %(role)s. An operator gives oO's user of the database the right"
        " to make roles (ALTER ROLE %(user)s CREATEROLE) and runs `python manage.py migrate`, also"
        " after OO_SECRET_KEY has changed."
    ) % {
        "role": role_name(personal=False),
        "user": connection.settings_dict["USER"],
    }


def _refused(error: psycopg.Error, sql: str, *, personal: bool) -> Refused:
    if isinstance(error, errors.QueryCanceled):
        return Refused(_("It took longer than five seconds and was ended."))
    if isinstance(error, errors.InsufficientPrivilege):
        # PostgreSQL names the table alone.
        if not personal and not is_secret(sql) and (columns := personal_in(sql)):
            return Personal(columns)
        words = _("%(message)s. What may be asked for is listed beneath, column by column.")
        return Refused(words % {"message": error.diag.message_primary})
    if error.diag.message_primary is None:
        return Refused(_("The answer cannot be shown: write it in another form, such as text."))
    position = int(error.diag.statement_position or 0)
    return Refused(error.diag.message_primary, max(0, position - len(DECLARE)))
