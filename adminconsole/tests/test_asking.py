"""The page for SQL: what is written is run, told, kept and put on record."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import User
from adminconsole.access.recent import PROVED
from adminconsole.asking import postgres, running, sqlite
from adminconsole.asking.base import MOST_LETTERS, MOST_ROWS, Answer, Gathered, Personal, Refused
from adminconsole.asking.showing import WIDE, chart_of, csv_lines, text_of
from adminconsole.audit.marks import mark_of
from adminconsole.models import AuditEntry, SavedQuery
from adminconsole.pages import sql
from tests.clock import NOON, TODAY

PAGE, FILE = "/console/sql/", "/console/sql/csv/"
ANSWER = Answer(["day", "tips"], [(TODAY, 3), (TODAY, 4)], is_cut=False)
PERSONAL = {"do": "run", "sql": "select 1", "personal": "1", "why": "ticket 7"}
WAY_TO_PROOF = "/console/prove/?next=%2Fconsole%2Fsql%2F"
Asks = list[tuple[str, bool]]


@pytest.fixture
def staff(bob: User) -> User:
    bob.is_staff = True
    bob.save()
    bob.groups.set([Group.objects.get(name="operator")])
    return bob


@pytest.fixture
def officer(staff: User) -> User:
    staff.groups.set([Group.objects.get(name="privacy officer")])
    return staff


@pytest.fixture
def asks(monkeypatch: pytest.MonkeyPatch) -> Asks:
    """What the database was asked, by a stand-in that has one answer."""
    asked: Asks = []

    def ask(sql: str, *, personal: bool) -> Answer:
        asked.append((sql, personal))
        return ANSWER

    for door in (postgres, sqlite):
        monkeypatch.setattr(door, "ask", ask)
    return asked


@pytest.fixture
def refuses(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, int], None]:
    def refuse(words: str, position: int) -> None:
        def ask(sql: str, *, personal: bool) -> Answer:
            raise Refused(words, position)

        for door in (postgres, sqlite):
            monkeypatch.setattr(door, "ask", ask)

    return refuse


def text(client: Client, given: dict[str, Any]) -> str:
    return client.post(PAGE, given).content.decode()


# ---- asking -----------------------------------------------------------------------------------


def test_an_answer_is_a_table_and_a_chart(staff: User, bob_client: Client, asks: Asks) -> None:
    page = text(bob_client, {"do": "run", "sql": "select 1;\r\n"})
    assert asks == [("select 1", False)]
    assert '<th scope="col">tips</th>' in page
    assert 'data-type="line"' in page
    assert "2 rows" in page


def test_sql_in_the_address_is_not_run(staff: User, bob_client: Client, asks: Asks) -> None:
    bob_client.get(PAGE, {"do": "run", "sql": "select 1"})
    assert bob_client.get(FILE, {"sql": "select 1"}).status_code == 405
    assert asks == []


def test_personal_columns_are_for_whoever_may_reveal(
    staff: User, bob_client: Client, asks: Asks
) -> None:
    given = {"do": "run", "sql": "select 1", "personal": "1"}
    text(bob_client, given)
    bob_client.post(FILE, given)
    assert asks == [("select 1", False)] * 2


def test_an_officer_asks_for_them_by_a_tick(officer: User, bob_client: Client, asks: Asks) -> None:
    text(bob_client, {"do": "run", "sql": "select 1"})
    text(bob_client, PERSONAL)
    assert [personal for _sql, personal in asks] == [False, True]
    rows = AuditEntry.objects.order_by("pk")
    assert [(row.target.endswith("personal"), row.why) for row in rows] == [
        (False, ""),
        (True, "ticket 7"),
    ]


@pytest.mark.parametrize("address", [PAGE, FILE])
@pytest.mark.parametrize("why", ["", " \n"])
def test_they_want_a_reason(
    officer: User, bob_client: Client, asks: Asks, address: str, why: str
) -> None:
    answer = bob_client.post(address, PERSONAL | {"why": why})
    assert "Say why" in answer.getvalue().decode()
    assert asks == []


def test_the_field_that_wants_a_reason_says_so(officer: User, bob_client: Client) -> None:
    page = text(bob_client, PERSONAL | {"why": " "})
    assert 'aria-invalid="true" aria-describedby="why-wanted" autofocus' in page
    assert "There is no answer" not in page


@pytest.mark.parametrize(
    ("group", "way"),
    [("privacy officer", "Tick “Personal columns too”"), ("operator", "colleague")],
)
def test_who_asks_for_what_is_personal_is_told_the_way(
    staff: User, bob_client: Client, monkeypatch: pytest.MonkeyPatch, group: str, way: str
) -> None:
    staff.groups.set([Group.objects.get(name=group)])

    def ask(sql: str, *, personal: bool) -> Answer:
        raise Personal(["tips_tip.content"])

    for door in (postgres, sqlite):
        monkeypatch.setattr(door, "ask", ask)
    page = text(bob_client, {"do": "run", "sql": "select content from tips_tip"})
    assert "This is personal: tips_tip.content." in page
    assert way in page


# ---- who has not shown a passkey lately ---------------------------------------------------------


@pytest.fixture
def proved(bob_client: Client, passkeys: None) -> Callable[[int], None]:
    def prove(minutes_ago: int) -> None:
        session = bob_client.session
        session[PROVED] = (timezone.now() - timedelta(minutes=minutes_ago)).timestamp()
        session.save()

    return prove


@pytest.mark.parametrize("address", [PAGE, FILE])
def test_personal_columns_want_a_passkey_of_ten_minutes(
    officer: User, bob_client: Client, asks: Asks, proved: Any, address: str
) -> None:
    proved(10)
    answer = bob_client.post(address, PERSONAL, headers={"referer": f"http://testserver{PAGE}"})
    assert answer["Location"] == WAY_TO_PROOF
    assert asks == []
    assert not AuditEntry.objects.exists()
    proved(9)
    assert bob_client.post(address, PERSONAL).status_code == 200
    assert asks == [("select 1", True)]


def test_who_comes_back_finds_what_they_wrote_and_nothing_run(
    officer: User, bob_client: Client, asks: Asks, proved: Any
) -> None:
    proved(10)
    bob_client.post(PAGE, PERSONAL | {"sql": "select 'alice@example.org'"})
    assert "alice" not in cache.get(f"sql-waiting:{mark_of(officer.pk)}"), "it lies sealed"
    proved(0)
    page = bob_client.get(PAGE).content.decode()
    assert "select &#x27;alice@example.org&#x27;</textarea>" in page
    assert 'value="1" checked' in page
    assert 'value="ticket 7"' in page
    assert asks == []
    assert "alice" not in bob_client.get(PAGE).content.decode(), "once"


def test_all_other_columns_want_none(
    staff: User, bob_client: Client, asks: Asks, proved: Any
) -> None:
    proved(10)
    assert bob_client.post(PAGE, PERSONAL).status_code == 200, "the tick of who may not reveal"
    assert bob_client.post(FILE, {"sql": "select 2"}).status_code == 200
    assert asks == [("select 1", False), ("select 2", False)]


def test_keeping_and_deleting_want_one(staff: User, bob_client: Client, proved: Any) -> None:
    kept = SavedQuery.objects.create(name="Old", sql="select 7", by=mark_of(staff.pk), at=NOON)
    proved(10)
    new = {"do": "save", "sql": "select 1", "name": "New"}
    for given in (new, {"do": "delete", "saved": kept.pk}):
        answer = bob_client.post(PAGE, given, headers={"referer": f"http://testserver{PAGE}"})
        assert answer["Location"] == WAY_TO_PROOF
        assert bob_client.get(PAGE).status_code == 200
        assert SavedQuery.objects.get() == kept
    assert not AuditEntry.objects.exists()


# ---- on record ----------------------------------------------------------------------------------


def test_columns_are_listed_that_may_be_asked_for(staff: User, bob_client: Client) -> None:
    page = bob_client.get(PAGE).content.decode()
    assert "date_joined" in page
    assert "email" not in page.split("<details")[-1]
    staff.groups.set([Group.objects.get(name="privacy officer")])
    assert "email" in bob_client.get(PAGE).content.decode().split("<details")[-1]


@pytest.mark.parametrize("address", [PAGE, FILE])
def test_a_run_is_on_record_without_its_text(
    staff: User, bob_client: Client, asks: Asks, address: str
) -> None:
    sql = "select 1 where 'alice@example.org' = ''"
    bob_client.post(address, {"do": "run", "sql": sql})
    row = AuditEntry.objects.get()
    assert (row.action, row.staff) == ("query", mark_of(staff.pk))
    assert row.target == running.target_of(sql, personal=False)
    assert f"{len(sql)} letters" in row.target
    assert "alice" not in str(AuditEntry.objects.values())


def test_a_run_that_is_refused_is_on_record(
    staff: User, bob_client: Client, refuses: Callable[[str, int], None]
) -> None:
    refuses("no <b>such</b> thing", 10)
    page = text(bob_client, {"do": "run", "sql": "select\n  x\n"})
    assert "no &lt;b&gt;such&lt;/b&gt; thing" in page
    assert "In line 2:" in page
    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize("sql", ["", " \n", ";", "x" * 20_001])
def test_what_is_no_question_is_not_asked(
    staff: User, bob_client: Client, asks: Asks, sql: str
) -> None:
    assert "There is no answer" in text(bob_client, {"do": "run", "sql": sql})
    assert asks == []
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    "given",
    [{}, {"do": "x"}, {"do": "delete", "saved": "x"}, {"saved": "9" * 30, "do": "run"},
     {"do": "run", "sql": "\x00", "saved": "\x00"}, {"do": "delete", "saved": "²"}],
)  # fmt: skip
def test_nonsense_is_the_page(
    staff: User, bob_client: Client, asks: Asks, given: dict[str, str]
) -> None:
    assert bob_client.post(PAGE, given).status_code == 200
    assert asks == []


def test_one_at_a_time(staff: User, bob_client: Client, asks: Asks) -> None:
    cache.add(f"sql-running:{mark_of(staff.pk)}", True)
    given = {"do": "run", "sql": "select 1"}
    assert "one at a time" in text(bob_client, given)
    assert bob_client.post(FILE, given).status_code == 400
    assert asks == []
    cache.clear()
    for _ in range(2):
        text(bob_client, given)
    assert len(asks) == 2, "the lock is given back"


def test_the_lock_is_given_back_after_an_error(
    staff: User, bob_client: Client, refuses: Callable[[str, int], None]
) -> None:
    refuses("no", 0)
    for _ in range(2):
        assert "one at a time" not in text(bob_client, {"do": "run", "sql": "select 1"})


@pytest.mark.parametrize("address", [PAGE, FILE])
def test_it_needs_the_permission_and_a_token(
    staff: User, bob_client: Client, alice_client: Client, asks: Asks, address: str
) -> None:
    given = {"do": "run", "sql": "select 1"}
    assert alice_client.post(address, given).status_code in (302, 403)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(staff, backend="accounts.backend.PersonBackend")
    assert strict.post(address, given).status_code == 403
    staff.groups.set([Group.objects.get(name="viewer")])
    assert bob_client.post(address, given).status_code == 403
    assert asks == []


# ---- keeping ----------------------------------------------------------------------------------


def test_a_question_is_kept_run_and_deleted(staff: User, bob_client: Client, asks: Asks) -> None:
    text(bob_client, {"do": "save", "sql": "select 1", "name": "One"})
    text(bob_client, {"do": "save", "sql": "select 2", "name": "One"})
    kept = SavedQuery.objects.get()
    assert (kept.sql, kept.by) == ("select 2", mark_of(staff.pk))
    assert "select 2</textarea>" in text(bob_client, {"do": "run", "saved": kept.pk})
    assert asks == [("select 2", False)]
    text(bob_client, {"do": "delete", "saved": kept.pk})
    assert not SavedQuery.objects.exists()


def test_it_is_kept_with_a_name_alone(staff: User, bob_client: Client) -> None:
    text(bob_client, {"do": "save", "sql": "select 1", "name": " "})
    assert not SavedQuery.objects.exists()


def test_without_a_record_nothing_is_kept_or_deleted(
    staff: User, bob_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any, **_more: Any) -> None:
        raise RuntimeError

    kept = SavedQuery.objects.create(name="Old", sql="select 7", by=mark_of(staff.pk), at=NOON)
    monkeypatch.setattr(sql, "record", broken)
    new = {"do": "save", "sql": "select 1", "name": "New"}
    for given in (new, {"do": "delete", "saved": kept.pk}):
        with pytest.raises(RuntimeError):
            bob_client.post(PAGE, given)
    assert list(SavedQuery.objects.values_list("pk", flat=True)) == [kept.pk]


def test_what_others_keep_is_theirs(
    alice: User, staff: User, bob_client: Client, asks: Asks
) -> None:
    hers = SavedQuery.objects.create(name="Hers", sql="select 7", by=mark_of(alice.pk), at=NOON)
    assert "Hers" not in bob_client.get(PAGE).content.decode()
    for do in ("run", "delete"):
        assert "select 7" not in text(bob_client, {"do": do, "saved": hers.pk})
    assert asks == []
    assert SavedQuery.objects.exists()


# ---- showing ----------------------------------------------------------------------------------


def test_a_file_is_the_same_answer(staff: User, bob_client: Client, asks: Asks) -> None:
    answer = bob_client.post(FILE, {"sql": "select 1"})
    assert b"".join(answer.streaming_content).decode() == (  # type: ignore[attr-defined]
        f"day,tips\r\n{TODAY},3\r\n{TODAY},4\r\n"
    )
    assert answer["Content-Disposition"].startswith('attachment; filename="oo-')
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", '=cmd|"/c calc"!A1', *WIDE]
)
def test_no_cell_is_a_formula(cell: str) -> None:
    lines = csv_lines(Answer([cell], [(cell,)], is_cut=False))
    assert list(csv.reader(io.StringIO("".join(lines), newline=""))) == [[f"'{cell}"], [f"'{cell}"]]


def test_a_number_below_zero_stays_one() -> None:
    row = (-1, Decimal("-2.5"), None, True, {"a": [1]}, b"\x00\xff")
    assert list(csv_lines(Answer(list("abcdef"), [row], is_cut=False)))[1] == (
        '-1,-2.5,,True,"{""a"": [1]}",00ff\r\n'
    )


def test_text_that_is_no_text() -> None:
    assert text_of(None) == ""
    assert text_of(memoryview(b"\x01")) == "01"


def chart(columns: str, *rows: tuple[Any, ...]) -> Any:
    found = chart_of(Answer(columns.split(), rows, is_cut=False))
    return found and (found.kind, [line.title for line in found.lines], json.loads(found.data))


def test_days_are_lines_and_names_are_bars() -> None:
    kind, titles, data = chart("d n", (date(2026, 1, 1), 1), (date(2026, 1, 2), Decimal("2.5")))
    assert (kind, titles, data["labels"]) == ("line", ["n"], ["2026-01-01", "2026-01-02"])
    assert data["datasets"][0]["data"] == [1, 2.5]
    assert chart("d n", ("2026-01-01", 1), ("2026-01-02 10:00:00", 2))[0] == "line"
    assert chart("s n", ("a", 1), ("b", 2))[0] == "bar"


def test_bars_of_two_columns_stand_side_by_side() -> None:
    bars = chart("s n m", ("a", 1, 2), ("b", 2, 1))[2]["datasets"]
    assert [bar.get("stack") for bar in bars] == [None, None]


def test_columns_of_words_are_no_lines() -> None:
    assert chart("a b c", ("x", "y", 1), ("x", "y", None))[1] == ["c"]


@pytest.mark.parametrize("rows", [[], [("a", 1)], [("a", "b")] * 2, [("a", True)] * 2])
def test_what_cannot_be_drawn_is_a_table_alone(rows: list[tuple[Any, ...]]) -> None:
    assert chart("a b", *rows) is None


def test_numbers_that_are_none_leave_a_gap() -> None:
    values = [float("nan"), float("inf"), 10**400, None, 5]
    data = chart("a n", *[("x", value) for value in values])[2]
    assert data["datasets"][0]["data"] == [None, None, None, None, 5]


def test_rows_are_gathered_until_there_are_enough() -> None:
    gathered = Gathered()
    gathered.take([(1,)] * MOST_ROWS)
    assert not gathered.is_cut
    gathered.take([(1,)])
    assert gathered.is_cut
    assert len(gathered.rows) == MOST_ROWS


def test_one_large_cell_is_enough() -> None:
    gathered = Gathered()
    gathered.take([("x" * MOST_LETTERS,), ("x",)])
    assert (len(gathered.rows), gathered.is_cut) == (1, True)
