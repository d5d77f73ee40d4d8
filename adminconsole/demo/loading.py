"""Rows of many tables into an empty database: by COPY on PostgreSQL, else by executemany."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models
from psycopg.sql import SQL, Identifier

from adminconsole.demo.base import Row, Rows

# Of one table: the indexes that no constraint needs, and the foreign keys.
INDEXES = SQL(
    "select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index i"
    " where indrelid = %s::regclass and not exists"
    " (select 1 from pg_constraint c where c.conindid = i.indexrelid)"
)
FOREIGN_KEYS = SQL(
    "select conname, pg_get_constraintdef(oid) from pg_constraint"
    " where conrelid = %s::regclass and contype = 'f'"
)


def load(rows: Rows) -> dict[str, int]:
    """Write the rows and forget them; how many, by table. In the caller's transaction, if any."""
    counts = {}
    for model, made in rows.by_model.items():
        if made:
            (_copy if connection.vendor == "postgresql" else _insert)(model, made)
            counts[model._meta.label] = len(made)
        made.clear()
    return counts


def _copy(model: type[models.Model], rows: Sequence[Row]) -> None:
    fields, defaults = _fields(model)
    pick = itemgetter(*(f.attname for f in fields))
    statement = SQL("copy {} ({}) from stdin").format(
        Identifier(model._meta.db_table),
        SQL(", ").join(Identifier(str(f.column)) for f in fields),
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(pick(defaults | row))


def _insert(model: type[models.Model], rows: Sequence[Row]) -> None:
    fields, defaults = _fields(model)
    pick, quote = itemgetter(*(f.attname for f in fields)), connection.ops.quote_name
    columns = ", ".join(quote(str(f.column)) for f in fields)
    places = ", ".join(["%s"] * len(fields))
    statement = f"insert into {quote(model._meta.db_table)} ({columns}) values ({places})"  # noqa: S608  # names of ours
    with connection.cursor() as cursor:
        cursor.executemany(statement, [pick(defaults | row) for row in rows])


def _fields(model: type[models.Model]) -> tuple[list[Any], Row]:
    """All columns, and what stands in those that a row does not name. A key it has to name."""
    fields = list(model._meta.concrete_fields)
    return fields, {f.attname: _default(f) for f in fields if not f.primary_key}


def _default(field: Any) -> Any:
    value = field.get_default()
    if isinstance(field, models.JSONField):
        return None if value is None else json.dumps(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def reset_sequences(tables: Sequence[type[models.Model]]) -> None:
    """The next row of the product's own gets the next key."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables):
            cursor.execute(statement)


def analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("analyze")


@contextmanager
def bare(tables: Sequence[type[models.Model]]) -> Iterator[None]:
    """On PostgreSQL, without indexes and foreign keys meanwhile: to build and to check them once is
    quicker than row by row. What a constraint needs stays. They are there again in any case."""
    if connection.vendor != "postgresql":
        yield
        return
    again: list[SQL] = []
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        for model in tables:
            again += _strip(cursor, model._meta.db_table)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("set constraints all immediate")
            # What a foreign key points at was never without its constraint: any order will do.
            for statement in again:
                cursor.execute(statement)


def _strip(cursor: Any, table: str) -> Iterator[SQL]:
    cursor.execute(INDEXES, [table])
    for name, definition in cursor.fetchall():
        cursor.execute(SQL("drop index {}").format(SQL(name)))
        yield SQL(definition)
    cursor.execute(FOREIGN_KEYS, [table])
    for name, definition in cursor.fetchall():
        names = {"table": Identifier(table), "name": Identifier(name)}
        cursor.execute(SQL("alter table {table} drop constraint {name}").format(**names))
        yield SQL("alter table {table} add constraint {name} ").format(**names) + SQL(definition)  # type: ignore[misc]
