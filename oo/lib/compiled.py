"""Queries whose SQL is written once for the process, not once for each request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models.query import get_related_populators

M = TypeVar("M", bound=Model)


class Given(Expression):
    """The place in a query of a value that is given each time it is asked."""

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        super().__init__(output_field=field)
        self.name, self.column = name, field

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", (self,)

    def bound(self, value: Any, connection: Any) -> Any:
        """`value` as this database takes it."""
        return self.column.get_db_prep_value(value, connection)


@dataclass(frozen=True, slots=True)
class _Written:
    sql: str
    params: tuple[Any, ...]
    model: type[Model]
    columns: slice  # of a row: those of the model itself; what select_related adds comes after
    names: list[str]
    related: list[Any]
    annotations: dict[str, int]  # name: place in a row
    converters: list[tuple[int, list[Callable[..., Any]], Any]]


class Compiled(Generic[M]):
    """A queryset with `Given` values in it, asked again and again.

    Django writes the SQL of a queryset anew each time it is asked; for one row found by its key
    that is more work than finding it (docs/performance.md). What is kept here, Django has made:
    its SQL, its converters, its way from rows to models. Nothing is kept of the rows.
    """

    def __init__(self, build: Callable[[], QuerySet[M]]) -> None:
        self.build = build
        self._written: _Written | None = None

    def written(self) -> _Written:
        # Two threads that write at once write the same.
        written = self._written = self._written or _write(self.build())
        return written

    def rows(self, **given: Any) -> list[M]:
        """One query. Raises KeyError when a value of the query is not given."""
        connection = connections[DEFAULT_DB_ALIAS]
        written = self.written()
        params = [
            p.bound(given[p.name], connection) if isinstance(p, Given) else p
            for p in written.params
        ]
        with connection.cursor() as cursor:
            cursor.execute(written.sql, params)
            found = cursor.fetchall()
        return [_instance(written, row, connection) for row in found]


def _write(queryset: QuerySet[M]) -> _Written:
    """What django.db.models.query.ModelIterable works out before it reads the first row."""
    compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
    sql, params = compiler.as_sql()
    select, info = compiler.select, compiler.klass_info
    first, last = info["select_fields"][0], info["select_fields"][-1]
    converters = compiler.get_converters([column for column, *_ in select])
    return _Written(
        sql=sql,
        params=tuple(params),
        model=info["model"],
        columns=slice(first, last + 1),
        names=[column.target.attname for column, *_ in select[first : last + 1]],
        # The stubs know a later Django, which asks for one thing more.
        related=get_related_populators(info, select, DEFAULT_DB_ALIAS),  # type: ignore[call-arg]
        annotations=dict(compiler.annotation_col_map),
        converters=[(at, steps, column) for at, (steps, column) in converters.items()],
    )


def _instance(written: _Written, row: Any, connection: Any) -> Any:
    values = list(row)
    for at, steps, column in written.converters:
        for step in steps:
            values[at] = step(values[at], column, connection)
    found = written.model.from_db(DEFAULT_DB_ALIAS, written.names, values[written.columns])
    for name, place in written.annotations.items():
        setattr(found, name, values[place])
    for populator in written.related:
        populator.populate(values, found)
    return found
