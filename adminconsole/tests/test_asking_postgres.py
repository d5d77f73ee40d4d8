"""On PostgreSQL: the role that asks can read, and nothing else, whatever is written."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.db.models import Model
from django.test import TransactionTestCase

from accounts.models import User
from adminconsole.asking import base, roles
from adminconsole.asking.base import MOST_ROWS, Personal, Refused
from adminconsole.asking.postgres import ask
from adminconsole.asking.roles import make_roles, role_name
from adminconsole.models import Counted, SavedQuery
from adminconsole.pages.sql import EXAMPLES
from adminconsole.tests.hostile import PERSONAL, POSTGRESQL, SECRET, WRITES
from integrations.models import Task
from tests.canaries import plant
from tests.clock import NOON
from tests.emptying import empty
from tests.factories import give_tip, make_person, make_task
from tips.models import Tip

pytestmark = pytest.mark.postgres
TABLES: tuple[type[Model], ...] = (User, Tip, Task, Counted, SavedQuery)


@pytest.fixture(scope="module")
def asked(django_db_setup: None, django_db_blocker: Any) -> Iterator[User]:
    """Whose rows the roles may read or not, for all tests of the file. They are committed, since
    the roles have connections of their own, and no test is in a transaction."""
    with django_db_blocker.unblock():
        person = make_person("alice")
        give_tip(person)
        make_task(person)
        SavedQuery.objects.create(name="a", sql="select 1", by="m", at=NOON)
        yield person
        empty(TransactionTestCase())


@pytest.fixture(autouse=True)
def alice(asked: User) -> User:
    plant(asked.email)
    return asked


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "STATEMENT_S", 0.5)
    monkeypatch.setattr(base, "LONGEST_S", 1.0)


def rows() -> dict[str, list[object]]:
    return {m._meta.label: sorted(map(str, m._base_manager.values())) for m in TABLES}  # type: ignore[misc]


def sessions() -> int:
    """How many connections the roles have, at most a moment after they are closed."""
    for _ in range(50):
        with connection.cursor() as cursor:
            cursor.execute(
                "select count(*) from pg_stat_activity where usename in (%s, %s)",
                [role_name(personal=False), role_name(personal=True)],
            )
            if not (count := cursor.fetchone()[0]):
                return 0
        time.sleep(0.02)
    return int(count)


# They read what one of the two roles may read.
PERSONAL_ALONE = {
    "select query_to_xml('select email from accounts_user', true, true, '')",
    "select ts_stat('select to_tsvector(email) from accounts_user')",
}
REFUSED = [
    (sql, personal)
    for sql in (*WRITES, *POSTGRESQL)
    for personal in (False, True)
    if not (personal and sql in PERSONAL_ALONE)
]


def test_those_that_one_role_may_ask_are_asked_of_the_other() -> None:
    assert {(sql, False) for sql in PERSONAL_ALONE} <= set(REFUSED)


@pytest.mark.parametrize(("sql", "personal"), REFUSED)
def test_the_database_refuses(sql: str, personal: bool) -> None:
    before = rows()
    with pytest.raises(Refused) as refused:
        ask(sql, personal=personal)
    assert str(refused.value)
    assert rows() == before
    assert sessions() == 0


@pytest.mark.parametrize("sql", PERSONAL)
def test_what_is_personal_is_for_the_other_role(sql: str) -> None:
    with pytest.raises(Personal):
        ask(sql, personal=False)
    assert ask(sql, personal=True).columns


@pytest.mark.parametrize("sql", SECRET)
@pytest.mark.parametrize("personal", [False, True])
def test_a_secret_is_for_neither(sql: str, personal: bool) -> None:
    with pytest.raises(Refused, match="permission denied"):
        ask(sql, personal=personal)


def test_personal_columns_are_read_with_the_right(alice: User) -> None:
    assert ask("select email from accounts_user", personal=True).rows == [(alice.email,)]


@pytest.mark.parametrize(
    "sql",
    [
        "select set_config('role', 'none', true), current_user, session_user",
        "select set_config('role', session_user, false), current_user, session_user",
        "select set_config('session_authorization', user, false), current_user, session_user",
    ],
)
def test_there_is_no_role_to_go_back_to(sql: str) -> None:
    answer = ask(sql, personal=False)
    assert answer.rows[0][1:] == (role_name(personal=False),) * 2


def test_a_role_is_a_member_of_nothing_and_may_nothing() -> None:
    for personal in (False, True):
        answer = ask(
            "select rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolinherit, rolconnlimit,"
            " (select count(*) from pg_auth_members where member = r.oid)"
            " from pg_roles r where rolname = current_user",
            personal=personal,
        )
        assert answer.rows == [(False, False, False, False, False, roles.MOST_AT_ONCE, 0)]


def test_no_other_privilege_was_granted() -> None:
    answer = ask(
        "select distinct privilege_type from information_schema.column_privileges"
        " where grantee = current_user",
        personal=True,
    )
    assert answer.rows == [("SELECT",)]


def test_a_setting_lives_no_longer_than_its_question() -> None:
    ask("select set_config('statement_timeout', '0', false)", personal=False)
    answer = ask("select current_setting('statement_timeout')", personal=False)
    assert answer.rows == [("5s",)]
    assert ask("select current_setting('transaction_read_only')", personal=False).rows == [("on",)]


def test_a_lock_lives_no_longer_than_its_question() -> None:
    for function in ("pg_advisory_lock", "pg_advisory_xact_lock"):
        ask(f"select {function}(7)", personal=False)
    assert sessions() == 0
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_locks where locktype = 'advisory'")
        assert cursor.fetchone() == (0,)


def test_nobody_hears_what_a_question_notifies() -> None:
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        other.execute("listen mine")
        ask("select pg_notify('mine', 'x')", personal=False)
        assert list(other.notifies(timeout=0.2)) == []


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    "sql",
    [
        "select pg_sleep(30)",
        "select count(*) from generate_series(1, 10000000000)",
        "select set_config('statement_timeout', '0', true), pg_sleep(30)",
        # Each row takes less than a statement may, and none ends the next.
        "select set_config('statement_timeout', '0', false), pg_sleep(0.2)"
        " from generate_series(1, 1000)",
    ],
)
def test_what_takes_too_long_is_ended(sql: str) -> None:
    began = time.monotonic()
    with pytest.raises(Refused, match="longer than"):
        ask(sql, personal=False)
    assert time.monotonic() - began < 5
    assert sessions() == 0


def test_a_lifted_limit_is_seen_by_the_timer(quick: None) -> None:
    """Without it, this would go on: the statement's own limit is gone after its first row."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(base, "LONGEST_S", 60)
        answer = ask(
            "select set_config('statement_timeout', '0', false), pg_sleep(0.1)"
            " from generate_series(1, 15)",
            personal=False,
        )
    assert len(answer.rows) == 15


@pytest.mark.parametrize(("count", "is_cut"), [(MOST_ROWS, False), (MOST_ROWS + 1, True)])
def test_rows_end_at_the_limit(count: int, is_cut: bool) -> None:
    answer = ask(f"select n from generate_series(1, {count}) n", personal=False)
    assert len(answer.rows) == MOST_ROWS
    assert answer.is_cut is is_cut


def test_large_rows_are_fewer() -> None:
    answer = ask("select repeat('x', 1000000) from generate_series(1, 900)", personal=False)
    assert answer.is_cut
    assert len(answer.rows) == 4


def test_an_error_is_told_with_its_place() -> None:
    with pytest.raises(Refused) as refused:
        ask("select\n  nonsense", personal=False)
    assert str(refused.value) == 'column "nonsense" does not exist'
    assert refused.value.position == len("select\n  n")


def test_a_percent_sign_is_one() -> None:
    assert ask("select 'a%s%(x)s', 7 % 4", personal=False).rows == [("a%s%(x)s", 3)]


def test_what_python_has_no_value_for_is_told() -> None:
    with pytest.raises(Refused, match="another form"):
        ask("select date 'infinity'", personal=False)


@pytest.mark.parametrize("sql", [sql for _title, sql in EXAMPLES])
def test_an_example_works(sql: str) -> None:
    assert ask(sql, personal=False).columns


def test_what_is_not_granted_any_more_is_taken_back() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'grant select on accounts_session to "{role_name(personal=False)}"')
    assert ask("select count(*) from accounts_session", personal=False).rows == [(0,)]
    make_roles()
    with pytest.raises(Refused, match="permission denied"):
        ask("select count(*) from accounts_session", personal=False)


@pytest.fixture
def member() -> Iterator[None]:
    """Somebody has given the role more than oO did."""
    name = role_name(personal=False)
    with connection.cursor() as cursor:
        cursor.execute(f'grant pg_read_all_data to "{name}"')
        yield
        cursor.execute(f'revoke pg_read_all_data from "{name}"')


@pytest.mark.usefixtures("member")
def test_a_role_that_may_more_asks_nothing() -> None:
    with pytest.raises(Refused, match="more than read"):
        ask("select 1", personal=False)


def test_a_user_who_may_make_no_roles_is_told_what_to_do() -> None:
    """Migrating goes on, and nothing is asked as whoever oO is."""
    with connection.cursor() as cursor:
        cursor.execute("create role plain_user; grant all on schema public to plain_user")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(roles, "role_name", lambda *, personal: f"never_made_{personal}")
            patch.setattr("adminconsole.asking.postgres.role_name", roles.role_name)
            cursor.execute("set role plain_user")
            make_roles()
            cursor.execute("reset role")
            with pytest.raises(Refused, match="CREATEROLE"):
                ask("select 1", personal=False)
        cursor.execute("drop owned by plain_user; drop role plain_user")


@pytest.mark.parametrize("sql", ["select 1; select 2", "select 1; commit; select 2"])
def test_a_second_statement_is_refused_as_such(sql: str) -> None:
    with pytest.raises(Refused, match="multiple commands"):
        ask(sql, personal=False)
