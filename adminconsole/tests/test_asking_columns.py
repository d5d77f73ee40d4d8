"""Which columns may be asked for in SQL, model by model."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models

from adminconsole.asking.columns import APPS, LONGEST_CODE, PLAIN_WORDS, Table, kind_of, tables
from oo.lib.fields import encrypted_fields

TABLES = {table.name: table for table in tables()}
MODELS = [model for label in APPS for model in apps.get_app_config(label).get_models()]
LABELS = [model._meta.label for model in MODELS]


def both(table: Table) -> set[str]:
    return {*table.plain, *table.personal}


@pytest.mark.parametrize("model", MODELS, ids=LABELS)
def test_what_is_encrypted_is_asked_by_nobody(model: type[models.Model]) -> None:
    table = TABLES.get(model._meta.db_table, Table("", (), ()))
    assert not both(table) & set(encrypted_fields(model))


@pytest.mark.parametrize("model", MODELS, ids=LABELS)
def test_free_text_is_never_plain(model: type[models.Model]) -> None:
    table = TABLES.get(model._meta.db_table, Table("", (), ()))
    free = {
        f.name
        for f in model._meta.concrete_fields
        if isinstance(f, models.JSONField | models.TextField) or (f.max_length or 0) > LONGEST_CODE
    }
    assert not free & set(table.plain) - PLAIN_WORDS.get(table.name, set())


@pytest.mark.parametrize(
    "name",
    ["accounts_session", "accounts_apitoken", "accounts_providertoken", "account_emailaddress"],
)
def test_a_table_of_keys_is_not_there(name: str) -> None:
    assert name not in TABLES


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("accounts_departure", {"id", "trace", "revocations"}),
        ("accounts_deletionreceipt", {"id"}),
        ("integrations_connection", {"credentials", "document"}),
        ("integrations_pushchannel", {"key", "resource"}),
        ("integrations_task", {"digest", "words_digest"}),
        ("notifier_device", {"address", "digest"}),
        ("notifier_delivery", {"message"}),
    ],
)
def test_what_opens_something_is_never_asked(table: str, columns: set[str]) -> None:
    asked = both(TABLES[table]) & (columns - {"revocations"})
    assert asked == set()
    assert not columns & set(TABLES[table].plain)


def test_a_name_and_an_address_are_personal_and_a_state_is_not() -> None:
    assert {"email", "name"} <= set(TABLES["accounts_user"].personal)
    assert {"id", "is_staff", "date_joined"} <= set(TABLES["accounts_user"].plain)
    assert {"state", "kind", "shown_at", "reaction"} <= set(TABLES["tips_tip"].plain)
    assert {"content", "evidence"} <= set(TABLES["tips_tip"].personal)
    assert "title" in TABLES["agents_context"].personal, "no page of the console shows it"


def test_words_that_are_named_plain_are_there() -> None:
    for name, columns in PLAIN_WORDS.items():
        assert columns <= set(TABLES[name].plain)


def test_every_field_has_a_kind() -> None:
    asked = {(t.name, column) for t in TABLES.values() for column in both(t)}
    for model in MODELS:
        for field in model._meta.local_concrete_fields:
            is_asked = (model._meta.db_table, field.column) in asked
            assert is_asked == (kind_of(field).name != "NEVER"), field
