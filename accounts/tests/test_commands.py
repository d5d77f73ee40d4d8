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
