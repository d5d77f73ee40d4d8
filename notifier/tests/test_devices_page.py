"""The devices in the settings: added by a script, tried, told what to show, removed."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from accounts.models import User
from notifier import devices, tasks
from notifier.devices import Offered, add_device
from notifier.models import Delivery, Device, Wish
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


def queue_test(client: Client, device: str) -> str:
    client.post(f"/devices/{device}/test")
    return str(Delivery.objects.get(device_id=UUID(device)).pk)


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


def test_a_browser_with_a_new_address_takes_the_place_of_what_it_was(
    alice_client: Client, bob_client: Client, service: PushStandIn, key: str
) -> None:
    his = add(bob_client, service.browser(key)).json()["id"]
    first = add(alice_client, service.browser(key)).json()["id"]
    again = service.browser(key)
    for instead, left in [(his, 3), (first, 2), ("nonsense", 2)]:
        told = {"subscription": again.subscription(), "instead": instead}
        mine = alice_client.post(ADD, told).json()["id"]
        assert Device.objects.count() == left
    alice_client.post(ADD, {"subscription": again.subscription(), "instead": mine})
    assert {str(device.pk) for device in Device.objects.all()} == {his, mine}


@pytest.mark.parametrize(
    ("called", "becomes"),
    [
        ("Phone in the kitchen", "Phone in the kitchen"),
        ("  <b>my\nphone\x00</b> ", "<b>my phone </b>"),
        ("x" * 200, "x" * 80),
        ("", "Firefox on Linux"),
        (" \n ", "Firefox on Linux"),
    ],
)
def test_it_is_called_what_its_person_calls_it(
    alice_client: Client, browser: BrowserStandIn, called: str, becomes: str
) -> None:
    add(alice_client, browser)
    device = Device.objects.get()
    page = alice_client.post(f"/devices/{device.pk}/name", {"name": called}, follow=True)
    device.refresh_from_db()
    assert device.name == becomes
    assert ("A device needs a name." in page.content.decode()) == (called.strip() == "")
    assert "<b>my" not in page.content.decode()
    add(alice_client, browser)  # switched on again
    device.refresh_from_db()
    assert device.name == becomes


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


def test_a_new_address_of_one_of_ten_is_no_eleventh_and_keeps_what_was_chosen(
    alice: User, alice_client: Client, bob_client: Client, service: PushStandIn, key: str
) -> None:
    keys = [add(alice_client, service.browser(key)).json()["id"] for _ in range(10)]
    assert len(keys) == devices.MOST_DEVICES
    chosen = {"name": "Kitchen", "shows": "tip", "most_a_day": 1}
    Device.objects.filter(pk=keys[3]).update(added_at=NOON, **chosen)
    before = Device.objects.get(pk=keys[3])
    again = service.browser(key)
    add(bob_client, again)  # who had this browser in between
    told = {"subscription": again.subscription(), "instead": keys[3]}
    answer = alice_client.post(ADD, told)
    assert (answer.status_code, answer.json()) == (201, {"id": keys[3]})
    assert {str(device.pk) for device in Device.objects.all()} == set(keys)
    after = Device.objects.get(pk=keys[3])
    assert (after.name, after.shows, after.most_a_day) == ("Kitchen", "tip", 1)
    assert after.added_at > NOON
    assert after.digest != before.digest
    tasks.send(queue_test(alice_client, keys[3]))
    assert [pushed.told["title"] for pushed in again.queue] == ["This is how oO speaks up."]


def test_what_is_not_theirs_makes_no_room(
    alice_client: Client, bob_client: Client, service: PushStandIn, key: str
) -> None:
    his = add(bob_client, service.browser(key)).json()["id"]
    for _ in range(devices.MOST_DEVICES):
        add(alice_client, service.browser(key))
    for instead in (his, str(uuid4()), "nonsense"):
        told = {"subscription": service.browser(key).subscription(), "instead": instead}
        assert alice_client.post(ADD, told).status_code == 409
    assert Device.objects.filter(pk=his).exists()


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


@pytest.mark.parametrize("what", ["remove", "name", "show", "limit", "test"])
def test_nobody_touches_somebody_elses(
    alice: User, bob_client: Client, client: Client, browser: BrowserStandIn, what: str
) -> None:
    device = add_device(alice.pk, Offered("web-push", browser.subscription(), "x"), at=NOON)
    path = f"/devices/{device.pk}/{what}"
    given = {"shows": "tip", "name": "bob's", "most": "1"}
    assert bob_client.post(path, given).status_code == 404
    assert bob_client.post(f"/devices/{uuid4()}/{what}", given).status_code == 404
    assert client.post(path)["Location"].startswith("/sign-in/")
    device.refresh_from_db()
    assert (device.shows, device.name, device.most_a_day) == ("hint", "x", Device.Most.ANY)
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


def quiet(client: Client, since: str, until: str) -> Any:
    return client.post("/devices/quiet", {"quiet_from": since, "quiet_until": until}, follow=True)


def test_quiet_hours_are_set_and_shown(alice_client: Client, browser: BrowserStandIn) -> None:
    add(alice_client, browser)
    assert "Quiet from 10 p.m. until 7 a.m." in alice_client.get("/settings/").content.decode()
    page = quiet(alice_client, "23:15", "06:30").content.decode()
    assert "Quiet from 11:15 p.m. until 6:30 a.m." in page
    assert 'value="23:15"' in page
    assert "No quiet hours" in quiet(alice_client, "12:00", "12:00").content.decode()


@pytest.mark.parametrize("wrong", ["", "25:00", "soon", "12:00\x00"])
def test_what_is_no_time_changes_nothing(
    alice: User, alice_client: Client, browser: BrowserStandIn, wrong: str
) -> None:
    add(alice_client, browser)
    assert "as they were" in quiet(alice_client, wrong, "06:30").content.decode()
    assert not Wish.objects.exists()


def test_the_dial_and_the_hours_do_not_forget_each_other(
    alice: User, alice_client: Client, browser: BrowserStandIn
) -> None:
    add(alice_client, browser)
    alice_client.post("/devices/wish", {"often": "rarely"})
    quiet(alice_client, "20:00", "08:00")
    alice_client.post("/devices/wish", {"often": "often"})
    wish = Wish.objects.get(user=alice)
    assert (wish.often, wish.quiet_from.hour, wish.quiet_until.hour) == ("often", 20, 8)


def test_a_device_may_get_fewer(
    alice_client: Client, bob_client: Client, browser: BrowserStandIn
) -> None:
    add(alice_client, browser)
    device = Device.objects.get()
    limit = f"/devices/{device.pk}/limit"
    page = alice_client.post(limit, {"most": "1"}, follow=True).content.decode()
    assert "It gets at most one a day" in page
    for client, most in ((bob_client, "2"), (alice_client, "7"), (alice_client, "x")):
        assert client.post(limit, {"most": most}).status_code == 404
    device.refresh_from_db()
    assert device.most_a_day == 1


@pytest.fixture
def three(alice: User, bob: User, service: PushStandIn, key: str) -> tuple[Device, Device, Device]:
    """Two devices of alice's, and one of bob's."""
    first, second, other = [
        add_device(
            person.pk, Offered("web-push", service.browser(key).subscription(), "x"), at=NOON
        )
        for person in (alice, alice, bob)
    ]
    return first, second, other


def test_signing_out_everywhere_removes_all_devices(
    alice_client: Client, three: tuple[Device, Device, Device]
) -> None:
    assert "ends notifications on all" in alice_client.get("/settings/").content.decode()
    alice_client.post("/sign-out-everywhere/")
    assert list(Device.objects.all()) == [three[2]]


def test_signing_out_removes_the_device_of_this_browser(
    alice_client: Client, client: Client, three: tuple[Device, Device, Device]
) -> None:
    client.post("/sign-out/", {"device": str(three[0].pk)})
    assert Device.objects.count() == 3, "of whom it is, nobody said"
    alice_client.post("/sign-out/", {"device": str(three[0].pk)})
    assert set(Device.objects.all()) == set(three[1:])


@pytest.mark.parametrize(
    "told", ["", "nonsense", "\x00", "3f2b8c1a-5d4e-4f6a-9b7c-0d1e2f3a4b5c", "bob's"]
)
def test_signing_out_with_no_device_of_theirs_removes_none(
    alice_client: Client, three: tuple[Device, Device, Device], told: str
) -> None:
    told = str(three[2].pk) if told == "bob's" else told
    answer = alice_client.post("/sign-out/", {"device": told})
    assert answer["Location"] == "/sign-in/"
    assert alice_client.get("/settings/").status_code == 302
    assert Device.objects.count() == 3
