"""HEAD is answered like GET, without a body, wherever GET is answered."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tests.security.routes import Route, find_routes
from tests.security.test_routes import alice, keys, path_of, settled  # noqa: F401  (fixtures)

pytestmark = pytest.mark.postgres  # takes a while, and does not depend on the database

ROUTES = [route for route in find_routes() if not route.is_console]


@pytest.mark.parametrize("route", ROUTES, ids=[route.name for route in ROUTES])
@pytest.mark.parametrize("is_signed_in", [True, False])
def test_head_is_answered_like_get(
    route: Route,
    is_signed_in: bool,
    alice_client: Client,
    alice: User,  # noqa: F811
    keys: dict[str, dict[str, Any]],  # noqa: F811
) -> None:
    path = path_of(route, keys)
    client = alice_client if is_signed_in else Client()
    head, get = client.head(path), client.get(path)
    assert head.status_code == get.status_code
    assert head.headers.get("Location") == get.headers.get("Location")
    assert b"".join(head) == b""
