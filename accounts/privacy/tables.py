"""Which tables hold something about a person, and by which column. Found, not listed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models

Model = type[models.Model]
# Their key to a person says who acted, not whom the row is about.
ACTOR_ONLY = frozenset({"admin.LogEntry"})


def tables() -> Iterator[Model]:
    """Every table of every installed app, those between many and many included."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            yield model


def person_columns(model: Model) -> list[str]:
    """The columns of `model` that hold a person's key, as names for a filter."""
    return keys_to_people(model) + noted_keys(model)


def keys_to_people(model: Model) -> list[str]:
    """Foreign keys: the database knows whom they mean."""
    fields = model._meta.local_concrete_fields
    return [field.attname for field in fields if field.related_model is get_user_model()]


def noted_keys(model: Model) -> list[str]:
    """Keys that are only written down (events lie below accounts): nothing keeps them true."""
    fields = model._meta.local_concrete_fields
    return [f.attname for f in fields if f.name == "user_id" and not f.is_relation]


@cache
def owner_path(model: Model) -> str:
    """The lookup that leads from a row to the key of the person it belongs to, or ""."""
    if model is get_user_model():
        return "pk"
    if own := person_columns(model):
        return own[0]
    for field in model._meta.local_concrete_fields:
        target = field.related_model
        if isinstance(target, type) and target is not model and (path := owner_path(target)):
            return f"{field.name}__{path}"
    return ""
