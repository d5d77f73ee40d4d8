"""`= ANY(array)` for rows of many people: one parameter, where IN has one for each of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import BooleanField, F
from django.db.models.expressions import Expression


class Among(Expression):
    """A condition for filter(): the column holds one of `values`, which may be none.

    On PostgreSQL a statement is as short for a thousand values as for one, which nobody has to take
    apart and plan anew for each length. Elsewhere it is IN.

    field  a column of the model's own, as "user_id"; values are what is stored there
    """

    def __init__(self, field: str, values: Iterable[Any]) -> None:
        self._column: Any = F(field)
        self._values = list(values)
        super().__init__(BooleanField())

    def get_source_expressions(self) -> list[Any]:
        return [self._column]

    def set_source_expressions(self, exprs: Any) -> None:
        (self._column,) = exprs

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = compiler.compile(self._column)
        values = self._stored(connection)
        if not values:
            raise EmptyResultSet
        marks = ", ".join(["%s"] * len(values))
        return f"{column} IN ({marks})", (*params, *values)

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = compiler.compile(self._column)
        kind = self._column.target.db_type(connection)
        return f"{column} = ANY(%s::{kind}[])", (*params, self._stored(connection))

    def _stored(self, connection: Any) -> list[Any]:
        prepare = self._column.target.get_db_prep_value
        return [prepare(value, connection) for value in self._values]
