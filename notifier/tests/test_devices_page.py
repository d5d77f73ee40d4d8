"""The devices in the settings: added by a script, tried, told what to show, removed."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from notifier import devices, tasks
from notifier.devices import Offered, add_device
from notifier.models import Delivery, Device
from notifier.page.names import name_of
from tests.clock import NOON
from tests.stand_ins.push import BrowserStandIn, PushStandIn

pytestmark = pytest.mark.django_db
ADD = "/devices/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


@pytest.fixture(autouse=True)
def queued(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(tasks.send, "apply_async", lambda args, **_more: found.append(args[0]))
    return found


def add(client: Client, browser: BrowserStandIn) -> Any:
    return client.post(
        ADD, {"subscription": browser.subscription()}, headers={"User-Agent": FIREFOX}
    )


def test_a_browser_is_added_and_listed(alice_client: Client, browser: BrowserStandIn) -> None:
    answer = add(alice_client, browser)
    device = Device.objects.get()
    assert (answer.status_code, answer.json()) == (201, {"id": str(device.pk)})
    assert (device.name, device.shows) == ("Firefox on Linux", "hint")
    page = alice_client.get("/settings/").content.decode()
    assert "Firefox on Linux" in page
    assert "Nothing was sent to it yet." in page


def test_twice_the_same_is_one_device(alice_client: Client, browser: BrowserStandIn) -> None:
    first, second = add(alice_client, browser), add(alice_client, browser)
    assert first.json() == second.json()
    assert Device.objects.count() == 1


def test_a_browser_belongs_to_whoever_switched_it_on_last(
    alice_client: Client, bob_client: Client, bob: User, browser: BrowserStandIn
) -> None:
    add(alice_client, browser)
    add(bob_client, browser)
    assert [device.user for device in Device.objects.all()] == [bob]


def test_ten_devices_are_enough(
    alice_client: Client, service: PushStandIn, key: str, bob_client: Client
) -> None:
    for _ in range(devices.MOST_DEVICES):
        assert add(alice_client, service.browser(key)).status_code == 201
    refused = add(alice_client, service.browser(key))
    assert refused.status_code == 409
    assert "Remove one" in refused.json()["words"]
    assert add(bob_client, service.browser(key)).status_code == 201


@pytest.mark.parametrize("given", ["", "{}", "nonsense", "x" * 5_000])
def test_what_is_no_subscription_says_so(alice_client: Client, key: str, given: str) -> None:
    answer = alice_client.post(ADD, {"subscription": given})
    assert answer.status_code == 400
    assert answer.json()["words"]
    assert not Device.objects.exists()


def test_a_test_is_one_notification(
    alice: User, alice_client: Client, browser: BrowserStandIn, queued: list[str]
) -> None:
    device = add_device(alice.pk, Offered("web-push", browser.subscription(), "x"), at=NOON)
    alice_client.post(f"/devices/{device.pk}/test")
    assert queued == [str(Delivery.objects.get().pk)]
    assert tasks.send(queued[0]) == "sent"
    assert browser.queue[0].told["title"] == "This is how oO speaks up."


def test_what_a_locked_screen_shows_is_chosen(
    alice: User, alice_client: Client, browser: BrowserStandIn
) -> None:
    device = add_device(alice.pk, Offered("web-push", browser.subscription(), "x"), at=NOON)
    assert alice_client.post(f"/devices/{device.pk}/show", {"shows": "tip"}).status_code == 302
    device.refresh_from_db()
    assert device.shows == "tip"
    wrong = alice_client.post(f"/devices/{device.pk}/show", {"shows": "all"})
    assert wrong.status_code == 404


@pytest.mark.parametrize("what", ["remove", "show", "test"])
def test_nobody_touches_somebody_elses(
    alice: User, bob_client: Client, client: Client, browser: BrowserStandIn, what: str
) -> None:
    device = add_device(alice.pk, Offered("web-push", browser.subscription(), "x"), at=NOON)
    path = f"/devices/{device.pk}/{what}"
    assert bob_client.post(path, {"shows": "tip"}).status_code == 404
    assert bob_client.post(f"/devices/{uuid4()}/{what}", {"shows": "tip"}).status_code == 404
    assert client.post(path)["Location"].startswith("/sign-in/")
    device.refresh_from_db()
    assert device.shows == "hint"
    assert not Delivery.objects.exists()


def test_a_device_is_removed(alice: User, alice_client: Client, browser: BrowserStandIn) -> None:
    device = add_device(alice.pk, Offered("web-push", browser.subscription(), "x"), at=NOON)
    assert alice_client.post(f"/devices/{device.pk}/remove").status_code == 302
    assert not Device.objects.exists()


def test_without_a_key_nothing_is_offered(alice_client: Client, settings: Any) -> None:
    settings.OO_VAPID_KEY = ""
    assert "Notify me" not in alice_client.get("/settings/").content.decode()
    assert alice_client.post(ADD, {"subscription": "{}"}).status_code == 404


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0",
         "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit Version/18 Safari/604",
         "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36",
         "Chrome on Android"),
        ("curl/8", "A browser"),
        ("", "A browser"),
    ],
)  # fmt: skip
def test_a_browser_has_a_name(user_agent: str, name: str) -> None:
    assert name_of(user_agent) == name
