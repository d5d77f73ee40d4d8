"""What a test has committed is deleted after it: of PostgreSQL, in a tenth of the time of a flush.

Django empties all tables by TRUNCATE, which makes hundreds of files anew, and then has all content
types, permissions, groups and roles made again. Here only rows are deleted, and only where there
are any; what Django would make again stays, unless the test has changed it: then it is flushed.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.test import TransactionTestCase

# By table, what stands in it after a flush; nothing before the first.
_made: dict[str, str] = {}
_flush: Any = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]


def empty(case: TransactionTestCase) -> None:
    """In place of TransactionTestCase._fixture_teardown."""
    is_plain = case.available_apps is None and not case.serialized_rollback
    if is_plain and connection.vendor == "postgresql":
        if _made and _deletes():
            return
        _flush(case)
        _made.clear()
        _made.update(_filled(exactly=set(_tables())))
    else:
        _flush(case)


def _deletes() -> bool:
    """Whether that was enough."""
    with transaction.atomic(), connection.cursor() as cursor:
        found = _filled(exactly={*_made})
        if {table: found.get(table) for table in _made} != _made:
            return False
        # No trigger is asked: the log of the console refuses to be deleted, and keys would be
        # looked for.
        cursor.execute("set local session_replication_role = replica")
        for table in found.keys() - _made.keys():
            cursor.execute(f"delete from {connection.ops.quote_name(table)}")
    return True


def _filled(*, exactly: set[str]) -> dict[str, str]:
    """The tables with rows in them; of those that are to be compared, a digest of the rows."""
    parts = []
    for table in _tables():
        name = connection.ops.quote_name(table)
        digest = f"(select md5(string_agg(t::text, ',' order by t::text)) from {name} t)"
        what = digest if table in exactly else "''"
        parts.append(f"select '{table}', {what} where exists (select from {name})")
    with connection.cursor() as cursor:
        cursor.execute(" union all ".join(parts))
        return dict(cursor.fetchall())


def _tables() -> list[str]:
    found: list[str] = connection.introspection.django_table_names(
        only_existing=True, include_views=False
    )
    return found
