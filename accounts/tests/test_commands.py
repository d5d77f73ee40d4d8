from __future__ import annotations

from base64 import urlsafe_b64encode
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import ProviderToken, User

NEW_KEY = urlsafe_b64encode(b"n" * 32).decode()


def said_by(*command: str) -> str:
    out = StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


def sealed_token() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM accounts_providertoken")
        return str(cursor.fetchone()[0])


def test_rotating_puts_every_value_under_the_new_key(alice: User, settings: Any) -> None:
    ProviderToken.objects.create(user=alice, provider="google", uid="1", kind="x", token="secret")
    before, old_keys = sealed_token(), settings.OO_ENCRYPTION_KEYS
    settings.OO_ENCRYPTION_KEYS = [NEW_KEY, *old_keys]

    said = said_by("rotate_keys")
    assert "accounts.ProviderToken.token: 1\n" in said
    assert "integrations.Connection.credentials: 0\n" in said
    assert said.endswith("1 re-encrypted.\n")
    assert sealed_token() != before

    settings.OO_ENCRYPTION_KEYS = [NEW_KEY]
    assert ProviderToken.objects.get().token == "secret"
    assert said_by("rotate_keys").endswith("0 re-encrypted.\n")


def test_a_value_that_no_key_reads_is_named(alice: User, settings: Any) -> None:
    ProviderToken.objects.create(user=alice, provider="google", uid="1", kind="x", token="secret")
    settings.OO_ENCRYPTION_KEYS = [NEW_KEY]
    with pytest.raises(CommandError, match=r"accounts\.ProviderToken\.token"):
        call_command("rotate_keys")


def test_somebody_is_let_into_the_console_and_out_again(alice: User) -> None:
    said_by("make_staff", "Alice@example.com")
    alice.refresh_from_db()
    assert alice.is_staff
    assert alice.is_superuser

    said_by("make_staff", "alice@example.com", "--undo")
    alice.refresh_from_db()
    assert not alice.is_staff
    assert not alice.is_superuser


@pytest.mark.parametrize("email", ["nobody@example.com", "charlie@example.com"])
def test_only_who_is_here_becomes_staff(charlie: User, email: str) -> None:
    with pytest.raises(CommandError, match="sign in first"):
        call_command("make_staff", email)
    assert not User.objects.filter(is_staff=True).exists()
