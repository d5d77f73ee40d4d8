from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import FieldError
from django.db import connection, models, transaction
from django.db.migrations.writer import MigrationWriter
from django.db.models import Case, CharField, F, Value, When
from django.db.models.functions import Concat
from django.test import override_settings
from django.test.utils import CaptureQueriesContext, isolate_apps

from oo.lib.crypto import CryptoError, Keyring, default_keyring, generate_key
from oo.lib.fields import EncryptedTextField, encrypted_fields, reencrypt

OLD, NEW = generate_key(), generate_key()

pytestmark = pytest.mark.django_db

with isolate_apps("oo"):

    class Safe(models.Model):
        name = models.CharField(max_length=20)
        token = EncryptedTextField(blank=True)
        spare = EncryptedTextField(null=True, context="oo.strongbox.spare")

        objects: models.Manager[Safe] = models.Manager()

        class Meta:
            app_label = "oo"

        def __str__(self) -> str:
            return self.name


@pytest.fixture(autouse=True)
def table(db: None) -> None:
    # Not entered: on SQLite the editor refuses to work inside the transaction of a test.
    sql, _params = connection.schema_editor().table_sql(Safe)
    with connection.cursor() as cursor:
        cursor.execute(sql)


def stored(column: str = "token") -> list[Any]:
    """What is in the database, seen without the field."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM oo_safe ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def test_it_is_sealed_in_the_database_and_open_in_python() -> None:
    safe = Safe.objects.create(name="a", token="secret é")

    assert stored()[0].startswith("oo1.")
    assert "secret" not in stored()[0]
    assert Safe.objects.get().token == "secret é"
    assert list(Safe.objects.values_list("token", flat=True)) == ["secret é"]
    assert list(Safe.objects.values("token")) == [{"token": "secret é"}]
    safe.refresh_from_db()
    assert safe.token == "secret é"


def test_every_way_to_write_seals() -> None:
    safes = Safe.objects.bulk_create([Safe(name=n, token=f"secret {n}") for n in "abc"])
    Safe.objects.filter(name="a").update(token="secret 2")
    safes[1].token = "secret 3"
    Safe.objects.bulk_update(safes[1:2], ["token"])
    Safe.objects.update_or_create(name="c", defaults={"token": "secret 4"})

    assert all(row.startswith("oo1.") for row in stored())
    opened = Safe.objects.order_by("id").values_list("token", flat=True)
    assert list(opened) == ["secret 2", "secret 3", "secret 4"]


def test_a_bulk_upsert_seals() -> None:
    Safe.objects.bulk_create([Safe(id=1, name="a", token="secret 1")])
    Safe.objects.bulk_create(
        [Safe(id=1, name="a", token="secret 2")],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["token"],
    )
    assert "secret" not in stored()[0]
    assert Safe.objects.get().token == "secret 2"


def test_no_query_carries_the_open_text() -> None:
    with CaptureQueriesContext(connection) as queries:
        safe = Safe.objects.create(name="a", token="secret")
        Safe.objects.update(token="secret")
        Safe.objects.bulk_update([safe], ["token"])
        safe.save()
    assert queries.captured_queries
    assert not any("secret" in query["sql"] for query in queries.captured_queries)


def test_empty_stays_empty_and_null_stays_null() -> None:
    Safe.objects.create(name="a", token="", spare=None)
    assert (stored("token"), stored("spare")) == ([""], [None])
    assert Safe.objects.filter(token="").count() == 1
    assert Safe.objects.exclude(token="").count() == 0
    assert Safe.objects.filter(spare=None).count() == 1
    assert Safe.objects.filter(spare__isnull=False).count() == 0


@pytest.mark.parametrize(
    "lookup",
    [
        {"token": "secret"},
        {"token__exact": "secret"},
        {"token__iexact": ""},
        {"token__in": [""]},
        {"token__contains": ""},
        {"token__startswith": "oo1"},
        {"token__gt": ""},
        {"token__regex": "."},
        {"token__length": 1},
        {"token": F("name")},
        {"token": Value("")},
    ],
)
def test_it_cannot_be_looked_up(lookup: dict[str, Any]) -> None:
    with pytest.raises(FieldError):
        Safe.objects.filter(**lookup).exists()


@pytest.mark.parametrize(
    "expression",
    [
        Value("secret"),
        Value("secret", output_field=CharField()),
        F("name"),
        F("spare"),
        Concat(F("name"), Value("secret")),
        Case(When(id=1, then=Value("secret")), default=Value("")),
    ],
)
def test_an_expression_cannot_slip_open_text_in(expression: Any) -> None:
    Safe.objects.create(name="secret", token="old", spare="x")
    with pytest.raises(FieldError, match="not be encrypted"), transaction.atomic():
        Safe.objects.update(token=expression)
    assert "secret" not in "".join(stored())


@pytest.mark.parametrize("kwargs", [{}, {"output_field": CharField()}])
def test_a_new_row_cannot_slip_open_text_in(kwargs: Any) -> None:
    with pytest.raises(FieldError, match="not be encrypted"), transaction.atomic():
        Safe.objects.create(name="b", token=Value("secret", **kwargs))
    assert stored() == []


def test_a_ciphertext_copied_to_another_column_is_not_read() -> None:
    Safe.objects.create(name="a", token="secret", spare="other")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE oo_safe SET spare = token")
    with pytest.raises(CryptoError, match="moved"):
        Safe.objects.get()


def test_open_text_in_the_column_is_an_error_and_is_not_told() -> None:
    Safe.objects.create(name="a", token="x")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE oo_safe SET token = 'planted'")
    with pytest.raises(CryptoError) as caught:
        Safe.objects.get()
    assert "planted" not in str(caught.value)


def test_the_context_is_the_columns_name_or_the_one_given() -> None:
    Safe.objects.create(name="a", token="t", spare="s")
    ring = default_keyring()
    assert ring.decrypt(stored("token")[0], context="oo.safe.token") == "t"
    assert ring.decrypt(stored("spare")[0], context="oo.strongbox.spare") == "s"


def test_a_migration_can_write_it_down() -> None:
    spare: Any = Safe._meta.get_field("spare")
    text, imports = MigrationWriter.serialize(spare)
    assert text == "oo.lib.fields.EncryptedTextField(context='oo.strongbox.spare', null=True)"
    assert "import oo.lib.fields" in imports
    assert spare.clone().sealed_context.__func__(spare) == "oo.strongbox.spare"


@isolate_apps("oo")
def test_neither_unique_nor_indexed_passes_the_check() -> None:
    class Bad(models.Model):
        one = EncryptedTextField(unique=True)
        two = EncryptedTextField(db_index=True)
        good = EncryptedTextField()

        class Meta:
            app_label = "oo"

        def __str__(self) -> str:
            return ""

    found = [error.obj.name for field in Bad._meta.local_fields[1:] for error in field.check()]
    assert found == ["one", "two"]


# A new key


@pytest.fixture
def old_rows(table: None) -> Iterator[None]:
    """Five rows under the old key, one empty among them; then the new key comes in front."""
    with override_settings(OO_ENCRYPTION_KEYS=[OLD]):
        for n in range(5):
            Safe.objects.create(name=str(n), token=f"secret {n}" if n else "", spare=None)
    with override_settings(OO_ENCRYPTION_KEYS=[NEW, OLD]):
        yield


@pytest.mark.parametrize("batch", [1, 2, 5, 500])
def test_every_value_is_put_under_the_new_key(old_rows: None, batch: int) -> None:
    assert reencrypt(Safe, batch=batch) == 4
    assert stored()[0] == ""
    assert all(Keyring([NEW]).is_current(row) for row in stored()[1:])
    with override_settings(OO_ENCRYPTION_KEYS=[NEW]):
        opened = list(Safe.objects.order_by("id").values_list("token", flat=True))
    assert opened == ["", "secret 1", "secret 2", "secret 3", "secret 4"]


def test_a_second_run_writes_nothing(old_rows: None) -> None:
    reencrypt(Safe)
    before = stored()
    assert reencrypt(Safe) == 0
    assert stored() == before


def test_only_the_fields_asked_for_are_touched(old_rows: None) -> None:
    before = stored()
    assert encrypted_fields(Safe) == ["token", "spare"]
    assert reencrypt(Safe, fields=["spare"]) == 0
    assert stored() == before
    with pytest.raises(FieldError, match="name is not encrypted"):
        reencrypt(Safe, fields=["name"])


def test_a_change_made_meanwhile_is_not_overwritten(
    old_rows: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    decrypt = Keyring.decrypt

    def meanwhile(ring: Keyring, sealed: str, *, context: str) -> str:
        text = decrypt(ring, sealed, context=context)
        if text == "secret 3":
            Safe.objects.filter(name="3").update(token="newer")
        return text

    with monkeypatch.context() as patch:
        patch.setattr(Keyring, "decrypt", meanwhile)
        assert reencrypt(Safe) == 3
    assert Safe.objects.get(name="3").token == "newer"


def test_a_value_that_no_key_reads_stops_it(old_rows: None) -> None:
    with override_settings(OO_ENCRYPTION_KEYS=[NEW]), pytest.raises(CryptoError):
        reencrypt(Safe)
