"""One of many values, in a statement that is no longer for many."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection

from oo.lib.among import Among

pytestmark = pytest.mark.django_db


@pytest.fixture
def groups() -> list[Group]:
    return [Group.objects.create(name=name) for name in ("first", "second", "third")]


def test_what_holds_one_of_the_values_is_found(groups: list[Group]) -> None:
    first, _second, third = groups
    found = Group.objects.filter(Among("pk", iter([first.pk, third.pk, 0])))
    assert set(found) == {first, third}
    others = Group.objects.exclude(Among("name", ["first"]))
    assert first not in others
    assert {*groups[1:]} < set(others)


def test_among_nothing_is_nothing(groups: list[Group]) -> None:
    assert not Group.objects.filter(Among("pk", [])).exists()
    assert set(Group.objects.exclude(Among("pk", []))) > {*groups}


def test_a_foreign_key_is_known_by_what_it_holds(groups: list[Group]) -> None:
    permission = Permission.objects.select_related("content_type").first()
    assert permission is not None
    kinds = Permission.objects.filter(Among("content_type_id", [permission.content_type_id]))
    assert permission in kinds
    assert kinds.filter(content_type__model=permission.content_type.model).count() == kinds.count()
    assert kinds.update(name="x") == kinds.count()


def test_text_is_a_value_and_no_statement(groups: list[Group]) -> None:
    hostile = "first') or true --"
    assert not Group.objects.filter(Among("name", [hostile, '{"first"}', "%s"])).exists()


def test_on_postgresql_a_statement_is_as_long_for_a_thousand_as_for_one() -> None:
    one, many = (
        Group.objects.filter(Among("pk", range(n))).query.sql_with_params() for n in (1, 1_000)
    )
    is_array = connection.vendor == "postgresql"
    assert (one[0] == many[0]) is is_array
    assert many[1] == (([*range(1_000)],) if is_array else (*range(1_000),))
