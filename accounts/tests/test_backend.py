from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.backend import PersonBackend
from accounts.models import User
from accounts.tests.browser import Browser


def test_the_person_comes_with_the_profile_in_one_query(alice: User) -> None:
    with CaptureQueriesContext(connection) as queries:
        found = PersonBackend().get_user(alice.pk)
        assert found is not None
        assert found.profile.time_zone == "Europe/Berlin"
    assert len(queries) == 1


def test_whoever_has_no_profile_is_found_all_the_same(db: None) -> None:
    made = User.objects.create_superuser("root@example.com")
    assert PersonBackend().get_user(made.pk) == made


def test_charlie_is_not_found(charlie: User) -> None:
    assert PersonBackend().get_user(charlie.pk) is None


def test_a_session_of_somebody_who_was_disabled_is_worth_nothing(browser: Browser) -> None:
    browser.sign_in("google", "alice-sub")
    User.objects.update(is_active=False)
    assert browser.who == ""


def test_no_password_lets_anybody_in(alice: User) -> None:
    for password in ("", "x", "None"):
        assert authenticate(username=alice.email, password=password) is None
        assert authenticate(email=alice.email, password=password) is None


def test_there_is_no_column_for_a_password(db: None) -> None:
    with connection.cursor() as cursor:
        table: Any = connection.introspection.get_table_description(cursor, User._meta.db_table)
    assert "password" not in {column.name for column in table}


def test_permissions_work_as_django_has_them(alice: User) -> None:
    assert not alice.has_perm("accounts.view_user")
    alice.user_permissions.add(Permission.objects.get(codename="view_user"))
    assert User.objects.get(pk=alice.pk).has_perm("accounts.view_user")
