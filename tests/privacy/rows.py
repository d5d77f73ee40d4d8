"""Rows of any model, about one person, with something in every column that may hold something."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from django.contrib.auth import get_user_model
from django.db import models

from accounts.models import User

Model = type[models.Model]
_numbers = count(1)
BEGIN = datetime(2026, 5, 5, tzinfo=UTC)

DAY = timedelta(days=1)

# By kind of column: a value that no other number gives.
MAKERS: dict[type[models.Field[Any, Any]], Callable[[int], Any]] = {
    models.BooleanField: lambda n: n % 2 == 0,
    models.UUIDField: lambda _n: uuid4(),
    models.DateTimeField: lambda n: BEGIN + timedelta(minutes=n),
    models.DateField: lambda n: date(2026, 5, 5) + n * DAY,
    models.TimeField: lambda n: time(n // 60 % 24, n % 60),
    models.FloatField: lambda n: n + 0.5,
    models.IntegerField: lambda n: n,
    models.JSONField: lambda n: {f"z{n}": n},
    models.EmailField: lambda n: f"z{n}@example.com",
    models.URLField: lambda n: f"https://example.com/{n}",
    models.Field: lambda n: f"z{n}",
}
# Where not every value will do.
FIXED: dict[str, Callable[[int], Any]] = {
    "integrations.Task.priority": lambda _n: 1,
    "integrations.CalendarEvent.ends_at": lambda n: BEGIN + n * DAY,
    "accounts.Consent.withdrawn_at": lambda n: BEGIN + n * DAY,
    "tips.Tip.answered_at": lambda _n: None,
    "tips.Tip.reaction": lambda _n: "",
    "socialaccount.SocialAccount.extra_data": lambda n: {"name": f"z{n}"},
}
# Columns that mean something only together with others, and those.
TOGETHER: dict[str, dict[str, Any]] = {
    "tips.Tip.answered_at": {"state": "answered", "reaction": "done", "answered_at": BEGIN},
    "tips.Tip.reaction": {"state": "answered", "reaction": "done", "answered_at": BEGIN},
}


# Of few values the row has one already.
SEVERAL: dict[type[models.Field[Any, Any]], tuple[Any, ...]] = {
    models.BooleanField: (True, False),
    models.PositiveSmallIntegerField: (1, 2, 3),
}
# A second row of the same person is refused.
ONE_A_PERSON = {
    "accounts.Profile",
    "accounts.Departure",
    "agents.LookSchedule",
    "tips.TipSchedule",
    "notifier.Wish",
    "account.EmailAddress",
}


def value(field: models.Field[Any, Any]) -> Any:
    """One that no other call has given; of a yes or no, the other one each time."""
    n = next(_numbers)
    if fixed := FIXED.get(f"{field.model._meta.label}.{field.name}"):
        return fixed(n)
    made = next(make(n) for kind, make in MAKERS.items() if isinstance(field, kind))
    # PostgreSQL takes no more letters than the column holds; the last ones differ.
    longest = getattr(field, "max_length", None)
    return made[-longest:] if longest and isinstance(made, str) else made


def about(person: User, model: Model) -> models.Model:
    """One row of `model` that belongs to the person, with what it needs of other tables."""
    if model is get_user_model():
        return person
    if model._meta.label in ONE_A_PERSON:
        model._base_manager.filter(user=person).delete()
    values = {}
    for field in model._meta.local_concrete_fields:
        if isinstance(field, models.AutoField):
            continue
        if field.is_relation:
            values[field.attname] = _row_behind(person, field).pk
        elif field.name == "user_id":
            values["user_id"] = person.pk
        else:
            values[field.name] = value(field)
    return model._base_manager.create(**values)


def _row_behind(person: User, field: Any) -> models.Model:
    return about(person, field.related_model)


def changes(person: User, field: Any) -> Iterator[dict[str, Any]]:
    """What to write into a row so that this column, as little else as can be, says something new.
    Several where the row has one of few values already.
    """
    if together := TOGETHER.get(f"{field.model._meta.label}.{field.name}"):
        yield together
        return
    if field.is_relation:
        yield {field.attname: _row_behind(person, field).pk}
        return
    for new in SEVERAL.get(type(field), (value(field),)):
        yield {field.name: new}
