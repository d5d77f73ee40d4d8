"""On SQLite: the file is opened for reading, and what is not listed is not read."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from adminconsole.asking import base
from adminconsole.asking.base import MOST_ROWS, Personal, Refused
from adminconsole.asking.sqlite import ask
from adminconsole.models import SavedQuery
from adminconsole.pages.sql import EXAMPLES
from adminconsole.tests.hostile import PERSONAL, SECRET, SQLITE, WRITES
from tests.clock import NOON
from tests.factories import give_tip, make_task

NUMBERS = "with recursive n(x) as (select 1 union all select x + 1 from n where x < {}) "


@pytest.fixture
def file(alice: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the tests' database, which is in memory."""
    if connection.vendor != "sqlite":
        pytest.skip("about SQLite")
    give_tip(alice)
    make_task(alice)
    SavedQuery.objects.create(name="a", sql="select 1", by="m", at=NOON)
    path = tmp_path / "a ?#%.sqlite3"
    copy_to(path)
    monkeypatch.setitem(connection.settings_dict, "NAME", str(path))
    return path


def copy_to(path: Path) -> None:
    connection.ensure_connection()
    with sqlite3.connect(path) as copy:
        copy.executescript("\n".join(connection.connection.iterdump()))
    copy.close()


@pytest.mark.usefixtures("file")
@pytest.mark.parametrize("personal", [False, True])
@pytest.mark.parametrize("sql", [sql for sql in [*WRITES, *SQLITE] if sql])
def test_the_database_refuses(file: Path, sql: str, personal: bool) -> None:
    before = file.read_bytes()
    with pytest.raises(Refused) as refused:
        ask(sql, personal=personal)
    assert str(refused.value)
    assert file.read_bytes() == before
    assert sorted(file.parent.iterdir()) == [file]


@pytest.mark.usefixtures("file")
@pytest.mark.parametrize("sql", PERSONAL)
def test_what_is_personal_needs_the_right(sql: str) -> None:
    with pytest.raises(Personal):
        ask(sql, personal=False)
    assert ask(sql, personal=True).rows


@pytest.mark.usefixtures("file")
@pytest.mark.parametrize("sql", SECRET)
@pytest.mark.parametrize("personal", [False, True])
def test_a_secret_is_read_by_nobody(sql: str, personal: bool) -> None:
    with pytest.raises(Refused, match=r"prohibited|not authorized"):
        ask(sql, personal=personal)


@pytest.mark.usefixtures("file")
@pytest.mark.parametrize("sql", [sql for _title, sql in EXAMPLES])
def test_an_example_works(sql: str) -> None:
    assert ask(sql, personal=False).columns


@pytest.mark.usefixtures("file")
def test_rows_of_a_subquery_are_counted() -> None:
    assert ask("select count(*) from tips_tip", personal=False).rows == [(1,)]
    counted = ask("with x as (select id from tips_tip) select count(*) from x", personal=False)
    assert counted.rows == [(1,)]


@pytest.mark.usefixtures("file")
@pytest.mark.parametrize(("count", "is_cut"), [(MOST_ROWS, False), (MOST_ROWS + 1, True)])
def test_rows_end_at_the_limit(count: int, is_cut: bool) -> None:
    answer = ask(f"{NUMBERS.format(count)} select x from n", personal=False)
    assert (len(answer.rows), answer.is_cut) == (MOST_ROWS, is_cut)


@pytest.mark.usefixtures("file")
def test_what_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "STATEMENT_S", 0.3)
    began = time.monotonic()
    with pytest.raises(Refused, match="longer than"):
        ask(f"{NUMBERS.format(10**12)} select count(*) from n", personal=False)
    assert time.monotonic() - began < 3


@pytest.mark.django_db
@pytest.mark.parametrize("name", [":memory:", "file:memorydb_default?mode=memory&cache=shared"])
def test_rows_in_memory_are_not_asked(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "NAME", name)
    with pytest.raises(Refused, match="in memory"):
        ask("select 1", personal=False)


def test_a_file_that_is_not_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: Any
) -> None:
    monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "none.sqlite3"))
    with pytest.raises(Refused, match="unable to open"):
        ask("select 1", personal=False)
    assert list(tmp_path.iterdir()) == []
