"""What a question in SQL gives back, and where it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from adminconsole import base
from oo.lib.words import Words

MOST_ROWS = 1_000
MOST_LETTERS = 4_000_000  # of all cells together
LONGEST_SQL = 20_000
STATEMENT_S = 5.0  # the database ends a statement by itself
LONGEST_S = 6.0  # and we end what has found a way around that

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """
    is_cut  there was more, which was not read
    """

    columns: Sequence[str]
    rows: Sequence[Row]
    is_cut: bool


class Refused(base.Refused):
    """Why there is no answer, in words for staff.

    position  the letter of the SQL that it is about, from 1; 0: none
    """

    def __init__(self, words: Words, position: int = 0) -> None:
        super().__init__(str(words))
        self.words = words
        self.position = position


class Personal(Refused):
    """It reads what is personal, which was not asked for.

    columns  as table.column, so far as they are known
    """

    def __init__(self, columns: Sequence[str]) -> None:
        super().__init__(_("This is personal: %(columns)s.") % {"columns": ", ".join(columns)})
        self.columns = columns


class ReasonWanted(Refused):
    """Personal columns were asked for without a word of why."""


class Gathered:
    """Rows as they come, until there are enough."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._letters = 0
        self.is_cut = False

    def take(self, rows: Sequence[Row]) -> None:
        for row in rows:
            self._letters += sum(len(cell) for cell in row if isinstance(cell, str | bytes))
            if len(self.rows) == MOST_ROWS or self._letters > MOST_LETTERS:
                self.is_cut = True
                return
            self.rows.append(row)
