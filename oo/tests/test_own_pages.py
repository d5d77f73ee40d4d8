from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User

DJANGOS_OWN = "DEBUG = True"


@pytest.fixture(params=[True, False])
def _debug(request: Any, settings: Any) -> None:
    settings.DEBUG = request.param


@pytest.mark.django_db
@pytest.mark.usefixtures("_debug")
@pytest.mark.parametrize(
    "path", ["/nowhere", "/nowhere/", "/static/nowhere.css", "/%0A", "/connect/nowhere/"]
)
def test_a_wrong_address_gets_our_page(alice: User, path: str) -> None:
    client = Client()
    client.force_login(alice)
    answer = client.get(path)
    page = answer.content.decode()
    assert answer.status_code == 404
    assert DJANGOS_OWN not in page
    assert "base.css" in page


@pytest.mark.django_db
@pytest.mark.usefixtures("_debug")
def test_the_api_says_it_in_json(client: Client) -> None:
    answer = client.get("/api/v1/nowhere")
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.django_db
@pytest.mark.usefixtures("_debug")
def test_a_lost_slash_is_still_found(client: Client) -> None:
    assert client.get("/sign-in").headers["Location"] == "/sign-in/"


@pytest.mark.django_db
@pytest.mark.usefixtures("_debug")
def test_where_only_forms_lead_a_person_gets_our_page(alice_client: Client) -> None:
    address = reverse("agents:add-context")
    answer = alice_client.get(address, headers={"Accept": "text/html,*/*;q=0.8"})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "base.css" in answer.content.decode()
    assert alice_client.get(address).content == b""  # a program
