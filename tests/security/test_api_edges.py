"""What a client of the API sends that is no address and no number: answered as JSON, never kept."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Profile, User


@pytest.mark.parametrize(
    "end", ["%0A", "%0D%0A", "me%0A", "%0Ame", "a%0Ab/c", "tips/%E2%80%A8", "%00"]
)
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_address_that_is_none_is_told_in_json(
    end: str, method: str, alice_client: Client
) -> None:
    answer = getattr(alice_client, method)(f"/api/v1/{end}")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/json"
    assert answer.json()["errors"][0]["code"] == "not_found"


@pytest.mark.parametrize(
    "value", ["1e999999", "-1e999999", "[1e999]", '{"a": [[1e400]]}', "NaN", "Infinity"]
)
@pytest.mark.parametrize("field", ["name", "role", "unknown"])
def test_a_number_beyond_all_bounds_is_refused(
    value: str, field: str, alice: User, alice_client: Client
) -> None:
    body = f'{{"{field}": {value}}}'
    answer = alice_client.patch("/api/v1/me", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "parse_error"
    alice.refresh_from_db()
    assert (alice.name, Profile.objects.get(user=alice).role) == ("Alice", "")


@pytest.mark.parametrize("body", ["1e999", "[1e999]"])
def test_so_is_a_body_that_is_nothing_else(body: str, alice_client: Client) -> None:
    answer = alice_client.patch("/api/v1/me", body, content_type="application/json")
    assert answer.status_code == 400
    assert "inf" not in answer.content.decode()


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("patch", "me", '{"locale": "\\ud800"}'), ("patch", "me", '{"\\udfff": 1}'),
     ("post", "consents", '{"key": "\\ud800", "wording": "x"}'),
     ("post", "devices", '{"channel": "\\ud800", "address": "x", "name": "n"}')],
)  # fmt: skip
def test_half_a_character_is_refused_and_not_said_again(
    method: str, path: str, body: str, alice_client: Client
) -> None:
    ask = getattr(alice_client, method)
    answer = ask(f"/api/v1/{path}", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "parse_error"


def test_a_whole_pair_passes(alice_client: Client) -> None:
    body = '{"role": "\\ud83d\\ude00"}'
    answer = alice_client.patch("/api/v1/me", body, content_type="application/json")
    assert (answer.status_code, answer.json()["role"]) == (200, "😀")


def test_a_number_within_bounds_passes(alice_client: Client) -> None:
    answer = alice_client.patch("/api/v1/me", '{"role": 1.5}', content_type="application/json")
    assert (answer.status_code, answer.json()["role"]) == (200, "1.5")
