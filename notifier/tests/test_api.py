"""Devices over the API: added by an app, listed, removed; each person's own alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.api_tokens.tokens import make_token
from accounts.models import User
from notifier import devices
from notifier.devices import AccountClosed, Offered, add_device
from notifier.models import Device
from tests.clock import NOON
from tests.stand_ins.push import BrowserStandIn

LIST = "/api/v1/devices"
TOKEN = "8a34ba5ef1e1c7aa" * 4


@pytest.fixture(autouse=True)
def _set_up(settings: Any, time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)
    for name in ("KEY", "KEY_ID", "TEAM_ID", "TOPIC"):
        setattr(settings, f"OO_APNS_{name}", "x")


@pytest.fixture
def device(alice: User) -> Device:
    return add_device(alice.pk, Offered("apns", TOKEN, "Alice's iPhone"), at=NOON)


def offer(client: Client, headers: dict[str, str] | None = None, **told: Any) -> Any:
    body = {"channel": "apns", "address": TOKEN, "name": "Alice's iPhone", **told}
    return client.post(LIST, body, content_type="application/json", headers=headers)


def bearer(user: User, *scopes: str) -> dict[str, str]:
    _row, secret = make_token(user.pk, name="t", scopes=[*scopes], expires_at=None, at=NOON)
    return {"Authorization": f"Bearer {secret}"}


def error_of(answer: Any) -> tuple[int, str | None, str]:
    (error,) = answer.json()["errors"]
    return answer.status_code, error["attr"], error["code"]


def test_an_app_adds_itself_and_is_listed_without_its_address(alice_client: Client) -> None:
    answer = offer(alice_client)
    device = Device.objects.get()
    told = {
        "id": str(device.pk),
        "channel": "apns",
        "name": "Alice's iPhone",
        "shows": "hint",
        "added_at": answer.json()["added_at"],
        "sent_at": None,
    }
    assert (answer.status_code, answer.json()) == (201, told)
    assert alice_client.get(LIST).json() == [told]
    assert device.address == TOKEN


def test_twice_the_same_is_one_device_added_now(
    alice_client: Client, device: Device, time_machine: Any
) -> None:
    time_machine.move_to(NOON + timedelta(hours=1), tick=False)
    assert offer(alice_client, address=TOKEN.upper()).json()["id"] == str(device.pk)
    (kept,) = Device.objects.all()
    assert kept.added_at == NOON + timedelta(hours=1)


def test_one_that_somebody_else_adds_is_theirs(
    bob: User, bob_client: Client, device: Device
) -> None:
    assert offer(bob_client).status_code == 201
    assert [kept.user for kept in Device.objects.all()] == [bob]


def test_a_browser_may_be_added_too(
    alice_client: Client, browser: BrowserStandIn, key: str
) -> None:
    answer = offer(alice_client, channel="web-push", address=browser.subscription())
    assert (answer.status_code, answer.json()["channel"]) == (201, "web-push")


def test_ten_devices_are_enough(alice_client: Client, bob_client: Client) -> None:
    for n in range(devices.MOST_DEVICES):
        assert offer(alice_client, address=f"{n:064x}").status_code == 201
    assert error_of(offer(alice_client)) == (409, None, "too_many_devices")
    assert offer(alice_client, address=f"{0:064x}").status_code == 201  # known already
    assert offer(bob_client).status_code == 201


@pytest.mark.parametrize(
    ("told", "attr", "code"),
    [
        ({"channel": "carrier-pigeon"}, "channel", "invalid_choice"),
        ({"channel": None}, "channel", "null"),
        ({"channel": "fcm", "address": "x" * 100}, "channel", "not_set_up"),
        ({"address": "nonsense"}, "address", "invalid"),
        ({"address": "x" * 4_001}, "address", "max_length"),
        ({"address": ""}, "address", "blank"),
        ({"name": "  "}, "name", "blank"),
        ({"name": "x" * 81}, "name", "max_length"),
        ({"name": "a\0b"}, "name", "null_characters_not_allowed"),
    ],
)
def test_what_cannot_be_added_says_why(
    alice_client: Client, told: dict[str, Any], attr: str, code: str
) -> None:
    assert error_of(offer(alice_client, **told)) == (400, attr, code)
    assert not Device.objects.exists()


def test_a_name_of_nothing_to_see_is_that_of_the_channel(alice_client: Client) -> None:
    assert offer(alice_client, name="\u202e\u2066").json()["name"] == "iPhone or iPad"
    assert offer(alice_client, address="b" * 64, name="a\u202eb\n").json()["name"] == "ab"


def test_a_device_is_removed_once(alice_client: Client, device: Device) -> None:
    url = f"{LIST}/{device.pk}"
    assert [alice_client.delete(url).status_code for _ in range(2)] == [204, 404]
    assert not Device.objects.exists()


def test_bob_sees_and_removes_none_of_alices(bob_client: Client, device: Device) -> None:
    assert bob_client.get(LIST).json() == []
    assert bob_client.delete(f"{LIST}/{device.pk}").status_code == 404
    assert bob_client.delete(f"{LIST}/{uuid4()}").status_code == 404
    assert Device.objects.exists()


def test_a_token_needs_the_scope(alice: User, client: Client, device: Device) -> None:
    reads, writes = bearer(alice, "devices:read"), bearer(alice, "devices:write")
    url = f"{LIST}/{device.pk}"
    assert client.get(LIST, headers=writes).status_code == 403
    assert offer(client, reads).status_code == 403
    assert client.delete(url, headers=reads).status_code == 403
    assert client.get(LIST, headers=reads).status_code == 200
    assert offer(client, writes).status_code == 201
    assert client.delete(url, headers=writes).status_code == 204


def test_signed_out_is_unauthorized(client: Client, device: Device) -> None:
    assert client.get(LIST).status_code == 401
    assert offer(client).status_code == 401
    assert client.delete(f"{LIST}/{device.pk}").status_code == 401


def test_a_page_of_somebody_else_adds_nothing(alice: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice, backend="accounts.backend.PersonBackend")
    assert offer(browser).status_code == 403
    assert not Device.objects.exists()


def test_an_account_that_closes_meanwhile_gets_none(
    alice_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(*_args: Any, **_more: Any) -> None:
        raise AccountClosed

    monkeypatch.setattr("notifier.api.add_device", closed)
    assert offer(alice_client).status_code == 401


def test_the_settings_list_an_app_and_remove_it(alice_client: Client, device: Device) -> None:
    """Also where no browser can be switched on."""
    page = alice_client.get("/settings/").content.decode()
    assert "Alice&#x27;s iPhone" in page
    assert f"/devices/{device.pk}/remove" in page
    alice_client.post(f"/devices/{device.pk}/remove")
    assert "iPhone" not in alice_client.get("/settings/").content.decode()
