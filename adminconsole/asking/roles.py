"""The two roles of PostgreSQL that ask what staff writes, and all that they may read.

They sign in themselves and are members of nothing, so that a SELECT that calls set_config('role',
…) finds nothing to go back to: what it may read is what was granted here, column by column.
"""

from __future__ import annotations

import logging
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.crypto import salted_hmac

from adminconsole.asking.base import STATEMENT_S
from adminconsole.asking.columns import Table, tables

log = logging.getLogger(__name__)

MOST_AT_ONCE = 5
LONGEST_NAME = 40  # of the database, as a part of a name of at most 63 bytes


def role_name(*, personal: bool) -> str:
    """oo_reader where the database is oo. Roles are those of all databases of a server, and two of
    them may have different keys."""
    database = str(connection.settings_dict["NAME"])[:LONGEST_NAME]
    return f"{database}_reader_personal" if personal else f"{database}_reader"


def role_password(name: str) -> str:
    """Of this installation's key. Who changes the key migrates once, and the role has the new."""
    return salted_hmac("adminconsole.reader", name, algorithm="sha256").hexdigest()


def make_roles(**sent: Any) -> None:
    """After each migrate: the roles, and what they may read, anew.

    A database user who may make no roles is no error: pages say then what is missing.
    """
    if connection.vendor != "postgresql" or sent.get("using", "default") != "default":
        return
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for personal in (False, True):
                _make_role(cursor, role_name(personal=personal))
                _grant(cursor, role_name(personal=personal), personal=personal)
    except DatabaseError as error:
        # Its class alone: the statement has a proof of the password in it.
        log.warning("the roles for SQL of the console were not made: %s", type(error).__name__)


def _make_role(cursor: CursorWrapper, name: str) -> None:
    quoted = connection.ops.quote_name(name)
    cursor.execute("select 1 from pg_roles where rolname = %s", [name])
    if cursor.fetchone() is None:
        cursor.execute(f"create role {quoted} login noinherit")
    # A proof of the password goes over, as a log of statements may keep it.
    pgconn = connection.connection.pgconn
    proof = pgconn.encrypt_password(role_password(name).encode(), name.encode(), b"scram-sha-256")
    cursor.execute(
        f"alter role {quoted} login connection limit {MOST_AT_ONCE} password '{proof.decode()}';"
        f"alter role {quoted} set default_transaction_read_only = on;"
        f"alter role {quoted} set statement_timeout = {int(STATEMENT_S * 1000)}"
    )


def _grant(cursor: CursorWrapper, name: str, *, personal: bool) -> None:
    quote = connection.ops.quote_name
    there = _columns(cursor)
    cursor.execute("select current_schema()")
    schema, role = quote(cursor.fetchone()[0]), quote(name)
    statements = [
        f"revoke all on all {what} in schema {schema} from {role}"
        for what in ("tables", "sequences")
    ]
    statements.append(f"grant usage on schema {schema} to {role}")
    for table in tables():
        if columns := _asked(table, there, personal=personal):
            names = ", ".join(map(quote, columns))
            statements.append(f"grant select ({names}) on {schema}.{quote(table.name)} to {role}")
    cursor.execute("; ".join(statements))


def _asked(table: Table, there: set[tuple[str, str]], *, personal: bool) -> list[str]:
    """Without what is not there yet, or no longer: one may migrate an app alone."""
    columns = table.columns(personal=personal)
    return [column for column in columns if (table.name, column) in there]


def _columns(cursor: CursorWrapper) -> set[tuple[str, str]]:
    cursor.execute(
        "select table_name, column_name from information_schema.columns"
        " where table_schema = current_schema()"
    )
    return {(table, column) for table, column in cursor.fetchall()}
