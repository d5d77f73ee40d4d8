"""Which columns staff may ask for in SQL, computed from the models."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from django.apps import apps
from django.contrib import admin
from django.db import models

from oo.lib.admin import ReadOnlyAdmin
from oo.lib.fields import encrypted_fields

# What libraries keep is theirs: addresses once more, keys, passwords of apps.
APPS = ("accounts", "adminconsole", "agents", "events", "integrations", "notifier", "tips")

# Nobody asks for these, with whatever permission: who has one can act, or prove a guess.
NO_TABLES = {"accounts_session", "accounts_apitoken", "accounts_providertoken"}
NO_COLUMNS = {"digest", "words_digest", "fingerprint", "address"}
NO_COLUMNS_OF = {"integrations_pushchannel": {"key", "resource"}}

# Words of which the models do not say that they are ours, and no person's.
PLAIN_WORDS = {
    "adminconsole_askedday": {"why"},
    "adminconsole_auditentry": {"staff", "action", "person", "target"},
    "adminconsole_callday": {"alias", "model", "purpose", "outcome"},
    "adminconsole_qualityday": {"measure"},
    "adminconsole_tipday": {"policy", "model", "prompt_version", "kind", "reaction"},
    "agents_belief": {"inference"},
    "agents_correction": {"trait"},
    "agents_modelcall": {"model"},
    "agents_preference": {"plugin"},
    "events_recall": {"subject"},
    "tips_tipdecision": {"chooser"},
    "tips_tipview": {"surface"},
}
LONGEST_CODE = 100  # a longer text is free text

NUMBERS_AND_TIMES = (
    models.BooleanField,
    models.DateField,
    models.FloatField,
    models.ForeignKey,
    models.IntegerField,
    models.TimeField,
    models.UUIDField,
)  # an AutoField is an IntegerField, a moment a DateField


class Kind(IntEnum):
    PLAIN = 0
    PERSONAL = 1
    NEVER = 2


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    plain: tuple[str, ...]
    personal: tuple[str, ...]

    def columns(self, *, personal: bool) -> tuple[str, ...]:
        return self.plain + self.personal if personal else self.plain


def tables() -> list[Table]:
    """By name, with those columns that may be asked for at all."""
    found = [_table(model) for model in _models()]
    asked = (table for table in found if table.plain or table.personal)
    return sorted(asked, key=lambda table: table.name)


def personal_in(sql: str) -> list[str]:
    """The personal columns that it names, or means by a star, of tables that it names."""
    names, is_all = _asked(sql)
    asked = (table for table in tables() if table.name in names)
    return [
        f"{table.name}.{name}"
        for table in asked
        for name in table.personal
        if is_all or name in names
    ]


def is_secret(sql: str) -> bool:
    """Whether it names, or means by a star, what nobody may read: the right to read what is
    personal would not help."""
    names, is_all = _asked(sql)
    readable = {table.name: {*table.columns(personal=True)} for table in tables()}
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        if table not in names:
            continue
        columns = {str(field.column) for field in model._meta.local_concrete_fields}
        never = columns - readable.get(table, set())
        if table not in readable or never & names or (never and is_all):
            return True
    return False


def _asked(sql: str) -> tuple[set[str], bool]:
    """Every word of it, and whether it has a star for all columns."""
    star = re.search(r"(\bselect(\s+(all|distinct))?|,|\.)\s*\*", sql.lower())
    return {*re.findall(r"\w+", sql.lower())}, star is not None


def kind_of(field: models.Field[object, object]) -> Kind:
    """What is not known to be a number, a time, a key or a word of ours is personal."""
    model = field.model
    name, table = field.name, model._meta.db_table
    hidden = name in _hidden(model)
    if name in encrypted_fields(model) or _is_never(table, name):
        return Kind.NEVER
    if isinstance(field, NUMBERS_AND_TIMES):
        # A key that an admin page hides opens something.
        return Kind.NEVER if hidden else Kind.PLAIN
    return Kind.PERSONAL if hidden or not _is_code(field) else Kind.PLAIN


def _is_never(table: str, name: str) -> bool:
    return table in NO_TABLES or name in NO_COLUMNS or name in NO_COLUMNS_OF.get(table, ())


def _is_code(field: models.Field[object, object]) -> bool:
    """States, names of plug-ins and the like. A model without a page has shown nobody its words."""
    if field.name in PLAIN_WORDS.get(field.model._meta.db_table, ()) or field.choices:
        return True
    short = isinstance(field, models.CharField) and (field.max_length or 0) <= LONGEST_CODE
    return short and field.model in admin.site._registry


def _hidden(model: type[models.Model]) -> tuple[str, ...]:
    page = admin.site._registry.get(model)
    return page.secret if isinstance(page, ReadOnlyAdmin) else ()


def _models() -> Iterator[type[models.Model]]:
    for label in APPS:
        yield from apps.get_app_config(label).get_models(include_auto_created=True)


def _table(model: type[models.Model]) -> Table:
    fields = [(str(field.column), kind_of(field)) for field in model._meta.local_concrete_fields]
    return Table(
        model._meta.db_table,
        tuple(column for column, kind in fields if kind is Kind.PLAIN),
        tuple(column for column, kind in fields if kind is Kind.PERSONAL),
    )
