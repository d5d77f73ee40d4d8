"""An answer as a table, a chart and a file."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import Any

from django.utils.translation import gettext_lazy as _

from adminconsole.asking.base import Answer
from adminconsole.looking.charts import Chart, Line, Value

MOST_LINES = 6  # as many as there are tones
MOST_BARS = 60
WIDE = (  # the same signs as keyboards of East Asia write them
    "\N{FULLWIDTH EQUALS SIGN}",
    "\N{FULLWIDTH PLUS SIGN}",
    "\N{FULLWIDTH HYPHEN-MINUS}",
    "\N{FULLWIDTH COMMERCIAL AT}",
)
# With which a spreadsheet takes a text for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", *WIDE)


def text_of(cell: Any) -> str:
    if isinstance(cell, dict | list):
        return json.dumps(cell, ensure_ascii=False, default=str)
    if isinstance(cell, bytes | memoryview):
        return bytes(cell).hex()
    return "" if cell is None else str(cell)


def is_number(cell: Any) -> bool:
    return isinstance(cell, int | float | Decimal) and not isinstance(cell, bool)


def chart_of(answer: Answer) -> Chart | None:
    """The first column along the x axis, a line or bars for each column of numbers."""
    numeric = [
        n for n in range(1, len(answer.columns)) if _is_numeric([row[n] for row in answer.rows])
    ]
    if len(answer.rows) < 2 or not numeric:
        return None
    is_line = len(answer.rows) > MOST_BARS or _runs([row[0] for row in answer.rows])
    lines = [
        Line(answer.columns[n], [_value(row[n]) for row in answer.rows], tone=str(tone))
        for tone, n in enumerate(numeric[:MOST_LINES], start=1)
    ]
    return Chart(
        _("The answer, by its first column"),
        [text_of(row[0]) for row in answer.rows],
        lines,
        kind="line" if is_line else "bar",
    )


def csv_lines(answer: Answer) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow([_harmless(name) for name in answer.columns])
    for row in answer.rows:
        yield writer.writerow([_cell(cell) for cell in row])


def _is_numeric(cells: Sequence[Any]) -> bool:
    there = [cell for cell in cells if cell is not None]
    return bool(there) and all(map(is_number, there))


def _runs(labels: Sequence[Any]) -> bool:
    """Whether something lies between one label and the next."""
    return all(isinstance(label, date) or is_number(label) or _is_day(label) for label in labels)


def _is_day(label: Any) -> bool:
    """SQLite has days and moments as text."""
    try:
        return bool(date.fromisoformat(label[:10]))
    except (TypeError, ValueError):
        return False


def _value(cell: Any) -> Value:
    """NaN and the like are no JSON."""
    try:
        value = float(cell)
    except (TypeError, OverflowError):
        return None
    if not isfinite(value):
        return None
    return int(value) if value.is_integer() else value


def _cell(cell: Any) -> str:
    return text_of(cell) if is_number(cell) else _harmless(text_of(cell))


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


class _Echo:
    """A file that hands back what is written."""

    def write(self, line: str) -> str:
        return line
