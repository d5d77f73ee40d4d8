"""A small demo for the tests, and what stands in the database then."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

from django.apps import apps
from django.core.management import call_command

from oo.lib.fields import encrypted_fields
from tests.clock import NOON

PEOPLE, DAYS = 40, 20


def seed(**options: Any) -> str:
    told = StringIO()
    call_command("seed_demo", **{"people": PEOPLE, "days": DAYS, "until": NOON.isoformat(),
                                 "workers": 1, "stdout": told, **options})  # fmt: skip
    return told.getvalue()


def written() -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    """Every row there is, but for what is sealed: that is never the same twice."""
    for model in apps.get_models():
        if model._meta.app_label in ("contenttypes", "auth", "sites"):
            continue
        sealed = encrypted_fields(model)
        names = [f.attname for f in model._meta.concrete_fields if f.name not in sealed]
        yield model._meta.label, list(model._base_manager.order_by("pk").values_list(*names))
