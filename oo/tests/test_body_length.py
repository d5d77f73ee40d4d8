"""A body of unknown length is refused, never taken for an empty one."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

CHUNKED: dict[str, Any] = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}


@pytest.mark.parametrize("path", ["/sign-in/", "/accounts/google/login/", "/nowhere"])
def test_a_page_refuses_it(client: Client, path: str) -> None:
    answer = client.post(path, **CHUNKED)
    assert answer.status_code == 411
    assert "Nothing was changed" in answer.content.decode()


def test_the_api_refuses_it_in_json(client: Client) -> None:
    answer = client.patch("/api/v1/me", **CHUNKED)
    assert answer.status_code == 411
    assert answer.json()["errors"][0]["code"] == "length_required"


@pytest.mark.django_db
def test_no_body_needs_no_length(client: Client) -> None:
    """As curl sends it: POST, and nothing."""
    assert client.post("/api/v1/nowhere", CONTENT_LENGTH="").status_code == 404
