"""A question to SQLite, on a laptop: the file is opened again, for reading alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from time import monotonic
from urllib.parse import quote

from django.db import connection
from django.utils.translation import gettext as _

from adminconsole.asking import base
from adminconsole.asking.base import Answer, Gathered, Personal, Refused
from adminconsole.asking.columns import is_secret, tables

NO_FUNCTIONS = {"load_extension", "fts3_tokenizer", "sqlite_compileoption_get"}
LONGEST_CELL = 1_000_000
STEPS = 10_000  # of SQLite's machine, between two looks at the clock
BATCH = 100

Authorizer = Callable[[int, str | None, str | None, str | None, str | None], int]


def ask(sql: str, *, personal: bool) -> Answer:
    """Raises Refused. At most STATEMENT_S."""
    file = str(connection.settings_dict["NAME"])
    if file == ":memory:" or file.startswith("file:"):
        raise Refused(_("This oO keeps its rows in memory: there is no file to ask."))
    address = f"file:{quote(file)}?mode=ro"
    try:
        opened = sqlite3.connect(address, uri=True, isolation_level=None)
    except sqlite3.Error as error:
        raise _refused(error) from error
    with closing(opened) as database:
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_CELL)
        denied: list[str] = []
        database.set_authorizer(_authorizer(denied, personal=personal))
        until = monotonic() + base.STATEMENT_S
        database.set_progress_handler(lambda: monotonic() > until, STEPS)
        try:
            return _ask(database, sql)
        except (sqlite3.Error, sqlite3.Warning) as error:
            if not personal and denied and denied[0] in _personal() and not is_secret(sql):
                raise Personal(denied[:1]) from error
            raise _refused(error) from error


def _ask(database: sqlite3.Connection, sql: str) -> Answer:
    cursor = database.execute(sql)
    gathered = Gathered()
    while not gathered.is_cut and (rows := cursor.fetchmany(BATCH)):
        gathered.take(rows)
    return Answer(
        [column[0] for column in cursor.description or ()], gathered.rows, gathered.is_cut
    )


def _personal() -> set[str]:
    return {f"{table.name}.{column}" for table in tables() for column in table.personal}


def _authorizer(denied: list[str], *, personal: bool) -> Authorizer:
    """SQLite asks it for everything that a statement would do, before it does it. Columns that it
    may not read are put into `denied`."""
    asked = {table.name: {*table.columns(personal=personal)} for table in tables()}
    others = {*connection.introspection.table_names()} - {*asked}

    def may_read(table: str, column: str) -> bool:
        if column:
            return column in asked.get(table, ())
        # No column: rows are counted, those of a subquery too, which has any name.
        return table not in others and not table.startswith(("sqlite_", "pragma_"))

    def authorize(
        what: int, first: str | None, second: str | None, _db: str | None, _by: str | None
    ) -> int:
        if what == sqlite3.SQLITE_READ:
            may = may_read(first or "", second or "")
            if not may:
                denied.append(f"{first}.{second}")
        elif what == sqlite3.SQLITE_FUNCTION:
            may = (second or "").lower() not in NO_FUNCTIONS
        else:
            may = what in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE)
        return sqlite3.SQLITE_OK if may else sqlite3.SQLITE_DENY

    return authorize


def _refused(error: Exception) -> Refused:
    if str(error) == "interrupted":
        return Refused(_("It took longer than five seconds and was ended."))
    return Refused(str(error))
