from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from adminconsole.tests.authenticator import Authenticator
from tests.factories import signed_in

HERE = "http://localhost:8000"


@pytest.fixture
def passkeys(settings: Any) -> None:
    """Staff shows them."""
    settings.OO_BASE_URL = HERE
    settings.OO_STAFF_PASSKEYS = True


@pytest.fixture
def device() -> Authenticator:
    return Authenticator(HERE)


@pytest.fixture
def ops(bob: User) -> User:
    """bob may everything."""
    User.objects.filter(pk=bob.pk).update(is_staff=True, is_superuser=True)
    bob.refresh_from_db()
    return bob


@pytest.fixture
def ops_client(ops: User) -> Client:
    return signed_in(ops)
