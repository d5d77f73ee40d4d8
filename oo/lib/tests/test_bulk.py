"""Many rows at once: what is added, what is changed, and what comes through unharmed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import isolate_apps

from oo.lib import bulk
from oo.lib.bulk import upsert

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 5, 12, 0, 0, 123456, tzinfo=UTC)

with isolate_apps("oo"):

    class Note(models.Model):
        owner = models.IntegerField()
        name = models.CharField(max_length=20)
        text = models.TextField(blank=True)
        count = models.IntegerField(default=7)
        body = models.JSONField(null=True)
        seen_at = models.DateTimeField(null=True)

        objects: models.Manager[Note] = models.Manager()

        class Meta:
            app_label = "oo"
            constraints = [models.UniqueConstraint(fields=["owner", "name"], name="one_note")]

        def __str__(self) -> str:
            return self.name


@pytest.fixture(autouse=True, params=[0, bulk.FEW], ids=["many", "few"])
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is written comes out the same either way."""
    monkeypatch.setattr(bulk, "FEW", request.param)


@pytest.fixture(autouse=True)
def table(db: None) -> None:
    # Not entered: on SQLite the editor refuses to work inside the transaction of a test.
    sql, _params = connection.schema_editor().table_sql(Note)
    with connection.cursor() as cursor:
        cursor.execute(sql)


def put(*notes: Note, change: tuple[str, ...] = ("text", "body", "seen_at")) -> None:
    with transaction.atomic():
        upsert(notes, known_by=("owner", "name"), change=change)


def stored(field: str) -> dict[tuple[int, str], Any]:
    return {
        (owner, name): value
        for owner, name, value in Note.objects.values_list("owner", "name", field)
    }


def test_new_rows_are_added_with_all_their_values() -> None:
    put(Note(owner=1, name="a", text="one"), Note(owner=2, name="a", text="two", count=8))
    assert stored("text") == {(1, "a"): "one", (2, "a"): "two"}
    assert stored("count") == {(1, "a"): 7, (2, "a"): 8}


def test_of_known_rows_only_the_named_fields_change() -> None:
    put(Note(owner=1, name="a", text="one", count=1), Note(owner=1, name="b", text="two"))
    before = stored("pk")
    put(Note(owner=1, name="a", text="three", count=2))
    assert stored("text") == {(1, "a"): "three", (1, "b"): "two"}
    assert stored("count") == {(1, "a"): 1, (1, "b"): 7}
    assert stored("pk") == before


def test_new_and_known_ones_may_come_together_and_again_and_again() -> None:
    for text in ("one", "two", "three"):
        put(Note(owner=1, name="a", text=text), Note(owner=1, name=text, text="new"))
    assert stored("text") == {
        (1, "a"): "three",
        (1, "one"): "new",
        (1, "two"): "new",
        (1, "three"): "new",
    }


def test_two_calls_in_one_transaction_do_not_disturb_each_other() -> None:
    with transaction.atomic():
        put(Note(owner=1, name="a", text="one"))
        put(Note(owner=1, name="a", text="two"))
    assert stored("text") == {(1, "a"): "two"}


def test_no_rows_no_query(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        upsert(list[Note](), known_by=("owner", "name"), change=("text",))


def test_many_rows_cost_as_many_queries_as_one(django_assert_num_queries: Any) -> None:
    many = 4 if connection.vendor == "postgresql" else 1
    for rows in (1, 50, 100):
        queries = many if rows > bulk.FEW else 1
        notes = [Note(owner=n, name="a", text=str(n)) for n in range(rows)]
        with transaction.atomic(), django_assert_num_queries(queries):
            upsert(notes, known_by=("owner", "name"), change=("text",))
    assert stored("text") == {(n, "a"): str(n) for n in range(rows)}


TEXTS = (
    "",
    " ",
    "tab\there",
    "line\nline\r\nline",
    "back\\slash \\n \\N \\.",
    "\\.",
    "\\N",
    "quote \" and ' and , and %s",
    "é 日本 🙂 \u2028",
    "\x01\x7f",
)


def test_any_text_comes_back_as_it_was() -> None:
    put(*[Note(owner=n, name="a", text=text) for n, text in enumerate(TEXTS)])
    assert list(stored("text").values()) == list(TEXTS)
    put(*[Note(owner=n, name="a", text=text * 2) for n, text in enumerate(TEXTS)])
    assert {owner: text for (owner, _), text in stored("text").items()} == {
        n: text * 2 for n, text in enumerate(TEXTS)
    }


BODIES: tuple[Any, ...] = (
    None,
    {},
    [],
    0,
    False,
    "text",
    {"a": [1, 2.5, None, True], "é\n\t\\": {"deep": "\\N \" '"}},
)


def test_json_comes_back_as_it_was_and_none_is_null() -> None:
    put(*[Note(owner=n, name="a", body=body) for n, body in enumerate(BODIES)])
    assert {owner: body for (owner, _), body in stored("body").items()} == dict(enumerate(BODIES))
    assert [n.owner for n in Note.objects.filter(body__isnull=True)] == [0]
    put(Note(owner=1, name="a", body=None))
    assert Note.objects.filter(body__isnull=True).count() == 2


def test_moments_come_back_to_the_microsecond_whatever_their_zone() -> None:
    tokyo = timezone(timedelta(hours=9))
    put(
        Note(owner=1, name="a", seen_at=NOON),
        Note(owner=2, name="a", seen_at=NOON.astimezone(tokyo)),
        Note(owner=3, name="a", seen_at=None),
    )
    assert stored("seen_at") == {(1, "a"): NOON, (2, "a"): NOON, (3, "a"): None}
    put(Note(owner=1, name="a", seen_at=None), Note(owner=3, name="a", seen_at=NOON))
    assert stored("seen_at") == {(1, "a"): None, (2, "a"): NOON, (3, "a"): NOON}


def test_when_one_row_is_refused_none_is_written() -> None:
    put(Note(owner=1, name="a", text="one"))
    refused = Note(owner=3, name="a")
    refused.count = None  # type: ignore[assignment]
    with pytest.raises(IntegrityError):
        put(Note(owner=1, name="a", text="two"), Note(owner=2, name="a"), refused)
    assert stored("text") == {(1, "a"): "one"}
