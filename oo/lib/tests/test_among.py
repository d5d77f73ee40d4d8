"""One of many values, in a statement that is no longer for many."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.db import connection

from accounts.models import Profile, User
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


def test_a_foreign_key_is_known_by_what_it_holds(alice: User, bob: User) -> None:
    people = Profile.objects.filter(Among("user_id", [alice.pk, uuid4()]))
    assert [profile.pk for profile in people] == [alice.pk]
    assert people.filter(user__is_active=True).count() == 1
    assert people.update(role="x") == 1


def test_text_is_a_value_and_no_statement(groups: list[Group]) -> None:
    hostile = "first') or true --"
    assert not Group.objects.filter(Among("name", [hostile, '{"first"}', "%s"])).exists()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="elsewhere it is IN")
def test_on_postgresql_a_statement_is_as_long_for_a_thousand_as_for_one() -> None:
    one, many = (
        Group.objects.filter(Among("pk", range(n))).query.sql_with_params() for n in (1, 1_000)
    )
    assert one[0] == many[0]
    assert many[1] == ([*range(1_000)],)
